"""Dates and days as people say them, in nb and nn."""

from __future__ import annotations

from datetime import date
from typing import Literal

Standard = Literal["nb", "nn"]

_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni",
    "juli", "august", "september", "oktober", "november", "desember",
)  # fmt: skip
_WEEKDAYS = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "nn": ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"),
}


def spoken_date(day: date, standard: Standard) -> str:
    """A date with its weekday.

    >>> spoken_date(date(2026, 11, 24), "nn")
    'tysdag 24. november'
    """
    return f"{_WEEKDAYS[standard][day.weekday()]} {day.day}. {_MONTHS[day.month - 1]}"


def spoken_day(day: date, today: date, standard: Standard) -> str:
    """A day in the past as one says it today.

    >>> spoken_day(date(2026, 11, 23), date(2026, 11, 24), "nn")
    'i går'
    """
    days_ago = (today - day).days
    if days_ago == 0:
        return "i dag"
    if days_ago == 1:
        return "i går"
    return spoken_date(day, standard)


def within_sentence(name: str) -> str:
    """The name of a service as it stands within a sentence; short forms keep their capitals.

    >>> within_sentence("Heimehjelp"), within_sentence("SFO"), within_sentence("HC-kort")
    ('heimehjelp', 'SFO', 'HC-kort')
    """
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
