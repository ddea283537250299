"""Working days, legal terms and opening hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.municipality import OpeningHours
from knowledge.working_days import WorkingDays

OSLO = ZoneInfo("Europe/Oslo")
UTC = ZoneInfo("UTC")
HOURS = OpeningHours(
    {day: (time(8), time(15, 30)) for day in range(5)},
    frozenset({"12-24", "12-31", "maundy-wednesday", "2026-05-15"}),
)
DAYS = WorkingDays(HOURS)
DATES = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def test_holidays_are_those_of_the_library() -> None:
    """An oracle that we did not write, as far as it goes."""
    days = holidays.country_holidays("NO", years=range(1960, 2101))
    known = {day for day in days if day.weekday() != 6}
    first, last = date(1960, 1, 1), date(2100, 12, 31)
    every = (first + timedelta(number) for number in range((last - first).days + 1))
    assert {day for day in every if day.weekday() != 6 and DAYS.is_public_holiday(day)} == known


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 4, 2), False),  # Maundy Thursday; Easter Sunday is 5 April 2026
        (date(2026, 4, 1), False),  # the Wednesday before: local
        (date(2026, 4, 6), False),
        (date(2026, 5, 14), False),  # Ascension
        (date(2026, 5, 15), False),  # local, this year only
        (date(2027, 5, 14), True),
        (date(2027, 5, 17), False),  # Constitution Day and Whit Monday
        (date(2027, 5, 18), True),
        (date(2026, 12, 24), False),
        (date(2026, 12, 23), True),
        (date(2028, 4, 17), False),  # Easter Monday 2028
    ],
)
def test_a_working_day_is_neither_holiday_nor_closed(day: date, works: bool) -> None:
    assert DAYS.is_working_day(day) == works


def test_the_start_is_not_counted() -> None:
    assert DAYS.add(date(2026, 11, 24), 1) == date(2026, 11, 25)
    assert DAYS.add(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert DAYS.add(date(2026, 12, 23), 3) == date(2026, 12, 30)
    assert DAYS.add(date(2026, 11, 28), 0) == date(2026, 11, 30)
    with pytest.raises(ValueError):
        DAYS.add(date(2026, 11, 28), -1)


@pytest.mark.parametrize(
    ("event", "count", "unit", "last"),
    [
        (date(2026, 11, 24), 3, "weeks", date(2026, 12, 15)),
        (date(2026, 3, 13), 3, "weeks", date(2026, 4, 7)),  # Good Friday → after Easter
        (date(2027, 4, 26), 3, "weeks", date(2027, 5, 18)),  # 17 May is Whit Monday too
        (date(2026, 11, 30), 3, "months", date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2026, 12, 3), 3, "weeks", date(2026, 12, 24)),  # a local day off moves nothing
        (date(2026, 11, 24), 4, "days", date(2026, 11, 30)),
    ],
)
def test_terms_follow_domstolloven(event: date, count: int, unit: str, last: date) -> None:
    assert DAYS.term(event, count, unit) == last  # type: ignore[arg-type]


def test_opening_hours_are_read_in_local_time_whatever_the_zone() -> None:
    assert DAYS.is_open(datetime(2026, 7, 1, 6, 0, tzinfo=UTC))  # 08:00 in summer
    assert not DAYS.is_open(datetime(2026, 12, 1, 6, 30, tzinfo=UTC))  # 07:30 in winter
    assert DAYS.is_open(datetime(2026, 12, 1, 14, 29, tzinfo=UTC))
    assert not DAYS.is_open(datetime(2026, 12, 1, 15, 30, tzinfo=OSLO))
    with pytest.raises(ValueError):
        DAYS.is_open(datetime(2026, 12, 1, 15, 30))


def test_the_next_opening_crosses_the_change_of_the_clock() -> None:
    friday = datetime(2026, 10, 23, 16, 0, tzinfo=OSLO)
    monday = DAYS.next_opening(friday)
    assert monday == datetime(2026, 10, 26, 8, 0, tzinfo=OSLO)
    assert monday.astimezone(UTC).hour == 7
    assert friday.astimezone(UTC).hour == 14


def test_hours_that_never_open_are_an_error_and_no_endless_loop() -> None:
    with pytest.raises(ValueError):
        WorkingDays(OpeningHours({})).add(date(2026, 1, 1), 1)


@given(DATES, st.integers(1, 40))
def test_as_many_working_days_lie_between_as_were_added(start: date, days: int) -> None:
    end = DAYS.add(start, days)
    assert DAYS.is_working_day(end)
    assert DAYS.between(start, end) == days


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31)).map(
        lambda moment: moment.replace(tzinfo=UTC)
    )
)
def test_the_next_opening_is_open_and_never_before(at: datetime) -> None:
    opening = DAYS.next_opening(at)
    assert opening >= at
    assert DAYS.is_open(opening)
    assert opening - at < timedelta(days=12)
