"""Declared ties of roles: who is out, or in doubt, in which cases, and for how long.

`ties.yml` in the content folder; it may be missing. A tie belongs to a role (`kultur.lead`),
never to a name, and says the kind of ground, never the story: what decides must be told to
the rules, and no more. The cases are named by conditions on facts, as in a table's row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dialogue.routing.conditions import Vocabulary, read_boxes
from dialogue.routing.domains import MAY_NEVER_MATTER, SERVICE_ATTRIBUTES, Value, domains_of
from dialogue.routing.reading import Faults, has_keys, read_day, read_entries, unknown_keys
from dialogue.routing.ruleset import Box
from knowledge.municipality import Municipality
from knowledge.problems import ContentError, Problem

FILE = "ties.yml"
GROUNDS = ("person", "family", "organisation", "property", "former_job", "other")
GRAVITY: Mapping[Value, int] = {"none": 0, "doubt": 1, "took_part": 2, "superior": 3, "auto": 4}
"""The values of the fact `tie`, graver ones larger."""

_KEYS = {"id", "role", "tie", "ground", "when", "valid_from", "declared_at"}


@dataclass(frozen=True, slots=True)
class Tie:
    """`unit` is the unit whose leader has declared it. `valid_to` None: until further notice."""

    id: str
    unit: str
    tie: str
    ground: str
    boxes: tuple[Box, ...]
    valid_from: date
    valid_to: date | None
    declared_at: date

    def holds(self, case: Mapping[str, Value], day: date) -> bool:
        """Whether it counts in a case (fact → value) on that day."""
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return False
        return any(
            all(case[fact] in values for fact, values in box.sets.items()) for box in self.boxes
        )


def gravest(ties: Iterable[Tie], unit: str, case: Mapping[str, Value], day: date) -> str:
    """The gravest tie of the leader of `unit` in a case, "none" without any."""
    found = [each.tie for each in ties if each.unit == unit and each.holds(case, day)]
    return max(found, key=lambda each: GRAVITY[each], default="none")


def load_ties(folder: Path, municipality: Municipality) -> tuple[Tie, ...]:
    """The declared ties. Raises ContentError with every fault."""
    ties, problems = read_ties(folder, municipality)
    if problems:
        raise ContentError(problems)
    return ties


def read_ties(folder: Path, municipality: Municipality) -> tuple[tuple[Tie, ...], list[Problem]]:
    """The declared ties, and what is wrong with them."""
    document, plain, unread = read_entries(folder / FILE, folder, "ties")
    if document is None:
        return (), unread
    faults = Faults(document)
    domains = domains_of(municipality)
    known = frozenset([*domains.values, *SERVICE_ATTRIBUTES]) - MAY_NEVER_MATTER - {"tie"}
    words = Vocabulary(domains, known, {})
    ties = [
        tie
        for number, each in enumerate(plain)
        if (tie := _read_tie(each, number, words, municipality, faults)) is not None
    ]
    return tuple(ties), faults.found


def _read_tie(
    plain: Any, number: int, words: Vocabulary, municipality: Municipality, faults: Faults
) -> Tie | None:
    path = ("ties", number)
    if not isinstance(plain, dict) or not has_keys(plain, _KEYS, path, faults):
        return None
    unknown_keys(plain, _KEYS | {"valid_to"}, path, faults)
    unit, _, part = str(plain["role"]).partition(".")
    if part != "lead" or unit not in municipality.units:
        faults.add(
            (*path, "role"),
            "tie-role",
            f"«{plain['role']}» is not the leader of a unit",
            "Cases are handled by leaders; a name does not belong in the content.",
            "write `role: UNIT.lead`.",
        )
        return None
    for key, allowed in (("tie", [*GRAVITY][1:]), ("ground", GROUNDS)):
        if plain[key] not in allowed:
            faults.add(
                (*path, key),
                "tie-field",
                f"«{key}» can't be «{plain[key]}»",
                mend=f"use one of {', '.join(map(str, allowed))}.",
            )
            return None
    boxes = read_boxes(plain["when"], (*path, "when"), words, faults)
    days = {
        key: read_day(plain.get(key), (*path, key), faults)
        for key in ("valid_from", "valid_to", "declared_at")
    }
    valid_from, declared_at = days["valid_from"], days["declared_at"]
    if not boxes or valid_from is None or declared_at is None:
        return None
    return Tie(
        str(plain["id"]),
        unit,
        str(plain["tie"]),
        str(plain["ground"]),
        boxes,
        valid_from,
        days["valid_to"],
        declared_at,
    )
