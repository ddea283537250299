"""Times are stored in UTC, whichever zone they are told in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from dialogue.store.utc_time import UtcTime

OSLO = ZoneInfo("Europe/Oslo")
ON_SQLITE = sqlite.dialect()
times = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1))


@given(times)
def test_a_time_comes_back_as_it_was(naive: datetime) -> None:
    write = UtcTime().bind_processor(ON_SQLITE)
    read = UtcTime().result_processor(ON_SQLITE, None)
    for zone in (UTC, OSLO):
        at = naive.replace(tzinfo=zone)
        assert read(write(at)) == at.astimezone(UTC)
        assert read(write(at)).tzinfo is UTC


def test_the_two_half_past_two_of_an_october_night_are_two_times() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)
    for dialect in (ON_SQLITE, postgresql.dialect()):
        write = UtcTime().bind_processor(dialect)
        assert write(first) != write(first.replace(fold=1))
        assert write(first) == write(first.astimezone(UTC))


def test_texts_sort_as_their_times() -> None:
    write = UtcTime().bind_processor(ON_SQLITE)
    whole = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert write(whole) < write(whole + timedelta(microseconds=1))
    assert write(None) is None
    with pytest.raises(ValueError, match="time zone"):
        write(datetime(2026, 11, 24))
