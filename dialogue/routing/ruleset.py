"""The municipality's rule set as values: tables, rows, what they promise.

Read from `tables/*.yml` by `tables.py`, compiled by `compiled.py`, used by `route.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from dialogue.routing.domains import MAY_NEVER_MATTER, Domains, Value
from knowledge.municipality import Municipality, Names

if TYPE_CHECKING:
    from dialogue.routing.compiled import CompiledTable

TABLES = (
    "unit",
    "subject",
    "provisional",
    "recusal",
    "handling",
    "visibility",
    "reply",
    "acknowledgement",
    "escalation",
    "rating",
    "consent_request",
    "closing",
)
"""The tables that a rule set has, in the order in which the document shows them."""

OPTIONAL_TABLES = frozenset({"rating", "consent_request", "closing"})
"""Tables that came later: a version adopted without one decides as before it was there."""

ON_REQUEST = frozenset({"consent_request", "closing"})
"""Tables that no case is decided by when it comes: they are asked when a unit asks them."""

EQUAL_TABLES = ("unit", "subject", "recusal", "handling", "visibility")
"""Tables in which like cases must be alike: they make unit, deadline and visibility."""

MAY_NOT_DECIDE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(EQUAL_TABLES, MAY_NEVER_MATTER),
    "rating": frozenset({"channel", "standard"}),
    "consent_request": frozenset({"channel", "standard"}),
    "closing": frozenset({"channel", "standard"}),
}
"""Facts that may not decide in a table. Whom we ask makes the figures: not by channel."""

FIXED_OUTCOMES: Mapping[str, frozenset[str]] = {
    "subject": frozenset({"none", "leader", "director"}),
    "provisional": frozenset({"none", "provisional_step"}),
    "recusal": frozenset({"clear", "out", "out_preparation", "may_not_decide", "hold"}),
    "rating": frozenset({"ask", "do_not_ask"}),
    "consent_request": frozenset({"ask_user", "ask_guardian", "staff", "nobody"}),
    "closing": frozenset({"archive_first", "close"}),
}
"""Outcomes whose meaning is built in, so a table may not invent others."""


@dataclass(frozen=True, slots=True)
class Handling:
    """How fast. None: no answer is due. 0 working days: on the same working day."""

    first_answer_working_days: int | None = None
    first_answer_hours: int | None = None
    due_working_days: int | None = None
    interim_months: int | None = None

    def hardness(self) -> tuple[float, float]:
        """Larger is slower: (final, first answer) in working days."""
        final = float("inf") if self.due_working_days is None else self.due_working_days
        first = self.first_answer_working_days
        return final, float("inf") if first is None else first


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation.

    After `working_days` from `since` ("received", "due", "interim": the day an interim
    reply must go out at the latest) with nothing said, tell `to` ("lead", "recusal_to").
    """

    since: str
    working_days: int
    to: str
    asks: str = "answer"  # "answer" | "interim"


@dataclass(frozen=True, slots=True)
class NamedOutcome:
    """A named outcome of a table: its text for people, and what it carries."""

    id: str
    name: Names
    width: int = 0  # visibility: larger is seen by more
    working_days: int | None = None  # recusal: how long it is held at most
    steps: tuple[Step, ...] = ()  # escalation


@dataclass(frozen=True, slots=True)
class Box:
    """Conditions that must all hold.

    `written` is as the row has it; `sets` is the same with what follows from the
    service folded into `service`.
    """

    written: Mapping[str, frozenset[Value]]
    sets: Mapping[str, frozenset[Value]]


@dataclass(frozen=True, slots=True)
class Example:
    """A row's own test: these facts must be decided by this row, with this outcome."""

    facts: Mapping[str, Any]
    outcome: Any
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """One rule. It holds where any of `boxes` holds; the first row that holds decides."""

    id: str
    title: Names
    boxes: tuple[Box, ...]
    then: str | Handling
    basis: Mapping[str, str]
    owner: str
    line: int
    reviewed: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    examples: tuple[Example, ...] = ()
    over: frozenset[str] = frozenset()

    def is_valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the law that no row may go past, whatever its conditions."""

    id: str
    box: Box
    basis: str
    first_answer_working_days: int | None
    due_working_days: int | None
    interim_months: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Promise:
    """Graver facts never lead to slower or wider handling.

    Turning `fact` from `before` into `after` never makes it `never` ("slower", "wider").
    """

    fact: str
    before: Value
    after: frozenset[Value]
    never: str
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table: decides one thing, looks only at what it declares."""

    name: str
    file: str
    title: Names
    may_look_at: tuple[str, ...]
    builds_on: tuple[str, ...]
    rows: tuple[Row, ...]
    outcomes: Mapping[str, NamedOutcome]
    limits: tuple[Limit, ...] = ()
    exceptions: tuple[Box, ...] = ()  # recusal: where a subordinate of the subject may act
    order_meant: bool = False
    purpose: Names = field(default_factory=dict)


def law_on(nfvl_from: date | None, day: date) -> str:
    """Which public administration act is in force on `day`: "fvl" or "nfvl"."""
    return "nfvl" if nfvl_from is not None and nfvl_from <= day else "fvl"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A whole rule set in one version, compiled for the day it comes into force.

    `tables` stand in the order in which they are decided. `names` holds the texts of
    facts and their values. `law` is the act whose sections are told: "fvl"
    (forvaltningsloven 1967), or "nfvl" (that of 2025) from the day `nfvl_from` on.
    `must_not_matter` are facts that the set itself forbids, besides channel and standard.
    """

    version: str
    in_force: date
    adopted_by: Names
    case: str
    tables: tuple[Table, ...]
    promises: tuple[Promise, ...]
    domains: Domains
    municipality: Municipality
    names: Mapping[str, Any]
    compiled: Mapping[str, CompiledTable]
    nfvl_from: date | None = None
    law: str = "fvl"
    must_not_matter: frozenset[str] = frozenset()
    remembered: dict[Any, Any] = field(init=False, default_factory=dict, repr=False, compare=False)
    """What `route` has once worked out for this set; never copied to a changed one."""

    def table(self, name: str) -> Table:
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def row(self, table: str, row: str) -> Row:
        for each in self.table(table).rows:
            if each.id == row:
                return each
        raise KeyError(f"{table}.{row}")
