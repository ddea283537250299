"""The municipality: its units, services and hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Literal

Names = dict[str, str]  # {"nb": …, "nn": …}


@dataclass(frozen=True, slots=True)
class Service:
    """A service (Los word where there is one). `decider` decides on appeals about it.

    `environment`: a school or kindergarten environment (own deadlines). `words` are
    everyday and dialect names by which people call it, per written standard.
    """

    id: str
    unit: str
    decider: str
    name: Names
    theme: str = ""
    environment: bool = False
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """A service unit that receives tickets. Roles are names of roles, never of people.

    `recusal_to` is where a ticket goes when the leader is recused. `level` is
    "unit", "director", "political", "control" or "outside" (information only).
    """

    id: str
    name: Names
    lead: Names
    deputy: Names
    recusal_to: str | None
    level: Literal["unit", "director", "political", "control", "outside"] = "unit"
    mail: str | None = None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Hours by weekday (0 Monday); a missing weekday is closed. `closed` are local days off."""

    days: dict[int, tuple[time, time]]
    closed: frozenset[str] = frozenset()  # ISO dates, "MM-DD" each year, "maundy-wednesday"
    timezone: str = "Europe/Oslo"


@dataclass(frozen=True, slots=True)
class Municipality:
    """The municipality as its own files describe it."""

    name: str
    standard: Literal["nb", "nn"]  # used towards people whose standard is unknown
    timezone: str
    service_centre: str  # unit that receives what no other unit owns
    site: str
    units: dict[str, Unit]
    services: dict[str, Service]
    hours: OpeningHours
