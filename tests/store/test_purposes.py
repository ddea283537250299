"""When what is sent is tried again, and given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from dialogue.replies import Purpose
from dialogue.store.purposes import GIVE_UP_AFTER, expiry, next_attempt, priority

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_every_purpose_is_given_up_some_time() -> None:
    assert {*get_args(Purpose)} <= {*GIVE_UP_AFTER}


def test_an_answer_is_given_up_after_a_day_and_a_rating_request_after_four_hours() -> None:
    assert expiry("answer", NOW) - NOW == timedelta(hours=24)
    assert expiry("rating_request", NOW) - NOW == timedelta(hours=4)


def test_only_what_nobody_asked_for_waits() -> None:
    asked = ["rating_request", "reminder", "consent_request"]
    assert [name for name in GIVE_UP_AFTER if priority(name)] == asked


@given(st.integers(1, 2**40), st.integers(1, 400))
def test_the_wait_grows_and_is_never_longer_than_forty_minutes(number: int, attempts: int) -> None:
    wait = next_attempt(number, attempts, NOW) - NOW
    expected = min(timedelta(seconds=2) * 2 ** min(attempts - 1, 12), timedelta(minutes=30))
    assert 0.74 * expected <= wait <= 1.26 * expected
    assert next_attempt(number, attempts, NOW) - NOW == wait
