"""Working days and opening hours: public holidays by law, eves by local custom.

Holidays are those of lov 1995-02-24-12 § 2 and lov 1947-04-26-1, tested against the
library `holidays` (whose 21 MB of other countries no worker needs); what is closed
besides is the municipality's own, in hours.yml.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from knowledge.municipality import OpeningHours

_DAY = timedelta(days=1)
_LONGEST_CLOSURE = 60  # days; hours.yml with fewer open days is a fault
Unit = Literal["days", "weeks", "months"]


_FIXED = {(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)}
# Maundy Thursday, Good Friday, Easter, Ascension, Whitsun: days after Easter Sunday
_MOVING = (-3, -2, 0, 1, 39, 49, 50)


@lru_cache(maxsize=64)
def _moving_holidays(year: int) -> frozenset[date]:
    """Those that follow Easter Sunday, by the Gregorian computus (Butcher, 1876)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    moved = century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    epact = (19 * golden + moved) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    easter = date(year, month, day + 1)
    return frozenset(easter + timedelta(after) for after in _MOVING)


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) in _FIXED or day in _moving_holidays(day.year)


class WorkingDays:
    """The municipality's working days, and whether it is open at a moment.

    A working day is a day with opening hours that is no public holiday and not closed
    locally. Moments are aware; they are read in the municipality's time zone, so that
    summer time moves nothing.
    """

    def __init__(self, hours: OpeningHours) -> None:
        self._hours = hours
        self._zone = ZoneInfo(hours.timezone)
        # Deadlines look at the same days, and count the same, again and again.
        self._known: dict[date, bool] = {}
        self._added: dict[tuple[date, int], date] = {}

    def is_public_holiday(self, day: date) -> bool:
        """Whether the day is a public holiday in Norway, or a Sunday."""
        return day.weekday() == 6 or _is_holiday(day)

    def is_working_day(self, day: date) -> bool:
        """Whether the municipality is at work on that day."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = (
                day.weekday() in self._hours.days
                and not self.is_public_holiday(day)
                and not self._is_closed_locally(day)
            )
        return known

    def add(self, start: date, days: int) -> date:
        """The working day that is `days` working days after `start`; `start` is not counted.

        With 0 it is `start` itself, or the next working day if nobody works on it.
        """
        if days < 0:
            raise ValueError("days must not be negative")
        known = self._added.get((start, days))
        if known is None:
            known = start if days else start - _DAY
            for _ in range(max(days, 1)):
                known = self._next_working_day(known)
            self._added[start, days] = known
        return known

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`."""
        return sum(
            self.is_working_day(start + timedelta(days=i)) for i in range(1, (end - start).days + 1)
        )

    def term(self, event: date, count: int, unit: Unit) -> date:
        """The last day of a legal term that runs from `event` (domstolloven §§ 148-149).

        The day of the event is not counted; a term in weeks ends on the same weekday, one
        in months on the same date (or the month's last day). A term that would end on a
        Saturday or holiday ends on the next day that is neither. Local days off do not
        move it.
        """
        if unit == "months":
            month = event.month - 1 + count
            year, month = event.year + month // 12, month % 12 + 1
            last = (date(year + month // 12, month % 12 + 1, 1) - _DAY).day
            day = date(year, month, min(event.day, last))
        else:
            day = event + timedelta(days=count * (7 if unit == "weeks" else 1))
        while day.weekday() == 5 or self.is_public_holiday(day):
            day += _DAY
        return day

    def is_open(self, at: datetime) -> bool:
        """Whether the municipality is open at that moment. Closing time itself is closed."""
        local = self._local(at)
        if not self.is_working_day(local.date()):
            return False
        opens, closes = self._hours.days[local.weekday()]
        return opens <= local.time() < closes

    def next_opening(self, at: datetime) -> datetime:
        """The first moment from `at` on at which it is open: `at` itself when open now.

        Raises ValueError when it does not open within 60 days.
        """
        local = self._local(at)
        if self.is_open(local):
            return local
        for ahead in range(_LONGEST_CLOSURE):
            day = local.date() + timedelta(days=ahead)
            if self.is_working_day(day):
                opens = self._at(day, self._hours.days[day.weekday()][0])
                if opens >= local:
                    return opens
        raise ValueError("the opening hours never open")

    def closing(self, day: date) -> datetime:
        """When the municipality closes on a working day; else at the day's end.

        A deadline on a day means: before this moment.
        """
        span = self._hours.days.get(day.weekday())
        return self._at(day, span[1] if span else time(23, 59))

    def _local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return at.astimezone(self._zone)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self._zone)

    def _next_working_day(self, day: date) -> date:
        for ahead in range(1, _LONGEST_CLOSURE + 1):
            if self.is_working_day(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise ValueError("the opening hours have no working day")

    def _is_closed_locally(self, day: date) -> bool:
        closed = self._hours.closed
        return (
            day.isoformat() in closed
            or f"{day:%m-%d}" in closed
            or ("maundy-wednesday" in closed and _is_before_maundy_thursday(day))
        )


def _is_before_maundy_thursday(day: date) -> bool:
    # In March and April only Easter makes both a Thursday and the Friday after it a holiday.
    return (
        day.weekday() == 2
        and day.month in (3, 4)
        and _is_holiday(day + _DAY)
        and _is_holiday(day + 2 * _DAY)
    )
