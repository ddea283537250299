"""Facts: what differs by municipality, each written once and filled into the texts that say it.

A text says a fact by its name: `{{ water.phone }}`. The values stand in facts.yml; what the
municipality's other files tell already (its name, the units, the hours) is there by itself.
Reading facts.yml is `facts_file.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from knowledge.municipality import Municipality, OpeningHours

FIELD = re.compile(r"\{\{[ \t]*([^{}\n]*?)[ \t]*\}\}")
NAME = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
GIVEN = ("municipality", "unit", "mail", "hours")
"""Sections that the municipality's other files fill; facts.yml may not have them."""

_BRACES = re.compile(r"\{\{|\}\}")
_DAYS = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "nn": ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "søndag"),
}
_EVES = {
    "12-24": {"nb": "julaften", "nn": "julaftan"},
    "12-31": {"nb": "nyttårsaften", "nn": "nyttårsaftan"},
    "maundy-wednesday": {"nb": "onsdag før påske", "nn": "onsdag før påske"},
}
_HOLIDAYS = {"nb": "helligdager", "nn": "heilagdagar"}
MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of facts.yml. `values` is empty where nobody has written a value yet.

    `example`: the value is the example municipality's, invented. `owner` is a unit.
    """

    name: str
    values: dict[str, str]
    line: int
    example: bool = False
    owner: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a field can say, by name: the facts of facts.yml and what is given."""

    written: dict[str, Fact] = field(default_factory=dict)
    given: dict[str, dict[str, str]] = field(default_factory=dict)

    def value(self, name: str, standard: str) -> str | None:
        """What `name` says in a written standard; None when it has no value or is unknown."""
        if name in self.given:
            return self.given[name][standard]
        fact = self.written.get(name)
        return fact.values.get(standard) if fact else None

    def names(self) -> Iterable[str]:
        """The names of all that can be said."""
        return (*self.written, *self.given)


def filled(text: str, facts: Facts, standard: str) -> str:
    """The text with its fields filled in. What has no value is left as it stands.

    >>> filled("Ring {{ water.phone }}.", Facts(given={"water.phone": {"nb": "oss"}}), "nb")
    'Ring oss.'
    """
    if "{{" not in text:
        return text
    return FIELD.sub(lambda match: facts.value(match[1], standard) or match[0], text)


def fields(text: str) -> Iterator[str]:
    """The fields of a text as they are written, in order, also those of wrong form.

    >>> list(fields("{{ water.phone }} {{Vakt}} }}"))
    ['water.phone', 'Vakt', '}}']
    """
    if "{{" not in text and "}}" not in text:
        return
    for match in FIELD.finditer(text):
        yield match[1]
    for match in _BRACES.finditer(FIELD.sub("", text)):
        yield match[0]


def facts_given(municipality: Municipality) -> dict[str, dict[str, str]]:
    """What the municipality's own files say, as fields.

    `municipality.name`, `.site` and `.address` (the site as in an SMS), `unit.<id>` (its
    name), `mail.<id>`, `hours.open` and `hours.closed` (holidays and local days off).
    """
    site = municipality.site.rstrip("/")
    address = site.removeprefix("https://").removeprefix("http://").removeprefix("www.")
    units = municipality.units.values()
    return {
        "municipality.name": _both(municipality.name),
        "municipality.site": _both(site),
        "municipality.address": _both(address),
        **{f"unit.{unit.id}": dict(unit.name) for unit in units},
        **{f"mail.{unit.id}": _both(unit.mail) for unit in units if unit.mail},
        "hours.open": {standard: _hours(municipality.hours, standard) for standard in _DAYS},
        "hours.closed": {standard: _closed(municipality.hours, standard) for standard in _DAYS},
    }


def _both(value: str) -> dict[str, str]:
    return {"nb": value, "nn": value}


def _hours(hours: OpeningHours, standard: str) -> str:
    """The opening hours in words: «mandag til torsdag 08.00-15.30, fredag 08.00-14.00»."""
    runs: list[list[int]] = []
    for day in sorted(hours.days):
        if runs and runs[-1][-1] == day - 1 and hours.days[runs[-1][0]] == hours.days[day]:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = []
    for run in runs:
        opens, closes = hours.days[run[0]]
        first, last = _DAYS[standard][run[0]], _DAYS[standard][run[-1]]
        joint = " og " if len(run) == 2 else " til "
        days = first if len(run) == 1 else f"{first}{joint}{last}"
        parts.append(f"{days} {opens:%H.%M}-{closes:%H.%M}")
    return ", ".join(parts)


def _closed(hours: OpeningHours, standard: str) -> str:
    """The days off in words. A day of one year only is left out: it would soon be wrong."""
    days = [_HOLIDAYS[standard]]
    for day in sorted(hours.closed):
        if day in _EVES:
            days.append(_EVES[day][standard])
        elif len(day) == len("12-24"):
            month, number = day.split("-")
            days.append(f"{int(number)}. {MONTHS[int(month) - 1]}")
    return days[0] if len(days) == 1 else f"{', '.join(days[:-1])} og {days[-1]}"


def is_example(municipality: Municipality) -> bool:
    """Whether this is the example municipality: its site ends in .example (RFC 2606)."""
    host = municipality.site.split("://")[-1].split("/")[0].split(":")[0]
    return host.endswith(".example")


def by_section(names: Iterable[str]) -> Mapping[str, list[str]]:
    """Names of facts, gathered under the section that they stand in."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.split(".")[0], []).append(name)
    return found
