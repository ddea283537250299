"""Reading what a row demands: `fact: value`, `fact: [values]`, `fact: {not: …}`, `any`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.routing.domains import SERVICE_ATTRIBUTES, Domains, Value
from dialogue.routing.reading import Faults, Path
from dialogue.routing.ruleset import Box

RELATIONS: tuple[Value, ...] = ("none", "handler", "superior", "other")
"""The values of `subject_is`: what the one whom the case is about is to the handler."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the rows of one table may name: facts, and outcomes of earlier tables."""

    domains: Domains
    may_look_at: frozenset[str]
    earlier: Mapping[str, tuple[Value, ...]]

    def values(self, fact: str) -> tuple[Value, ...] | None:
        """The values that `fact` can have; None when there is no such fact."""
        if fact in SERVICE_ATTRIBUTES:
            return self.domains.attribute_values(fact)
        if fact in self.earlier:
            return self.earlier[fact]
        return self.domains.values.get(fact)

    def known(self) -> Iterable[str]:
        return (*self.domains.values, *SERVICE_ATTRIBUTES, *self.earlier)


def read_boxes(when: Any, path: Path, words: Vocabulary, faults: Faults) -> tuple[Box, ...]:
    """The alternatives of a row's `when`; a list is read as «one of these»."""
    if when == "any":
        return (Box({}, {}),)
    if isinstance(when, list) and when:
        return tuple(
            box
            for number, each in enumerate(when)
            if (box := read_box(each, (*path, number), words, faults)) is not None
        )
    box = read_box(when, path, words, faults)
    return () if box is None else (box,)


def read_box(when: Any, path: Path, words: Vocabulary, faults: Faults) -> Box | None:
    """Conditions that must all hold, or None when they cannot be read."""
    if not isinstance(when, dict) or not when:
        faults.add(
            path,
            "condition",
            "«when» is not a set of conditions",
            "It is written as `fact: value`, or as the word `any` for all cases.",
            "write for example `when: {kind: complaint}`.",
        )
        return None
    written: dict[str, frozenset[Value]] = {}
    for fact, wanted in when.items():
        values = _read_condition(str(fact), wanted, (*path, str(fact)), words, faults)
        if values is not None:
            written[str(fact)] = values
    if len(written) != len(when):
        return None
    return fold(written, words.domains)


def fold(written: Mapping[str, frozenset[Value]], domains: Domains) -> Box:
    """A box of these conditions, with what follows from the service folded into `service`."""
    sets: dict[str, frozenset[Value]] = {}
    for fact, values in written.items():
        if fact in SERVICE_ATTRIBUTES:
            services = domains.services_with(fact, values)
            sets["service"] = sets.get("service", services) & services
        else:
            sets[fact] = sets.get(fact, values) & values
    return Box(dict(written), sets)


def _read_condition(
    fact: str, wanted: Any, path: Path, words: Vocabulary, faults: Faults
) -> frozenset[Value] | None:
    possible = words.values(fact)
    if possible is None:
        near = ", ".join(words.known())
        faults.add(path, "fact-unknown", f"there is no fact «{fact}»", mend=f"use one of {near}.")
        return None
    if fact not in words.may_look_at and fact not in words.earlier:
        faults.add(
            path,
            "fact-not-declared",
            f"the row looks at «{fact}», which the table does not declare",
            "A reader must see at the top of the table what may decide.",
            f"add «{fact}» to may_look_at, or take the condition away.",
        )
        return None
    negated = isinstance(wanted, dict) and set(wanted) == {"not"}
    named = wanted["not"] if negated else wanted
    listed = named if isinstance(named, list) else [named]
    for value in listed:
        if value not in possible or isinstance(value, bool) != isinstance(possible[0], bool):
            shown = ", ".join(str(each).lower() for each in possible[:20])
            faults.add(
                path,
                "value-unknown",
                f"«{fact}» can never be «{value}»",
                mend=f"use one of {shown}{' …' if len(possible) > 20 else ''}.",
            )
            return None
    if not listed:
        faults.add(path, "condition", f"«{fact}» has an empty list", mend="name a value.")
        return None
    return frozenset(possible) - frozenset(listed) if negated else frozenset(listed)
