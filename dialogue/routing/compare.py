"""What a changed rule set would change: over all cases, and on past ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from dialogue.routing.domains import MAY_NEVER_MATTER, UNKNOWN, Value
from dialogue.routing.facts import Facts
from dialogue.routing.field import Field, label, make_field, needed_tables
from dialogue.routing.memory import Memory
from dialogue.routing.route import Outcome
from dialogue.routing.ruleset import Box, Handling, RuleSet
from dialogue.routing.space import ORDINARY, Cells, Space
from dialogue.routing.wording import fact_text, outcome_text, value_text

_ALIKE = {fact: getattr(Facts(kind="question"), fact) for fact in MAY_NEVER_MATTER}

COMPARED = (
    "unit",
    "due_working_days",
    "first_answer_working_days",
    "visibility",
    "reply",
    "rating",
)
"""The parts of an outcome that a simulation counts changes of."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Cases that one table decides otherwise.

    `before` and `after` are (row, outcome). `cases` counts combinations of the facts
    that the table looks at, `share` is their part of all of these. `example` is the
    most ordinary of them.
    """

    table: str
    before: tuple[str, Any]
    after: tuple[str, Any]
    cases: int
    share: float
    example: dict[str, Any]


@dataclass(slots=True)
class Simulation:
    """What past cases would have got. Counts of cases; `moved` is (from unit, to unit).

    `groups`: for each fact that may never matter and each of its values, cases and how
    many of them change. `unlike`: cases that the new rules would treat otherwise than a
    like one (equal in all that may matter); a proven set has none.
    """

    cases: int = 0
    changed: int = 0
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    faster: int = 0
    slower: int = 0
    changes: dict[str, Counter[tuple[Any, Any]]] = field(default_factory=dict)
    load_before: Counter[str] = field(default_factory=Counter)
    load_after: Counter[str] = field(default_factory=Counter)
    groups: dict[str, dict[Any, list[int]]] = field(default_factory=dict)
    unlike: int = 0


def compare(before: RuleSet, after: RuleSet) -> tuple[Difference, ...]:
    """In which cases two rule sets differ, most cases first. Not which lines differ.

    Both must be loaded with the same municipality; raises ValueError otherwise.
    """
    if before.domains.values != after.domains.values:
        raise ValueError("the two rule sets do not know the same services and facts")
    found = [each for table in before.tables for each in _differences(before, after, table.name)]
    return tuple(sorted(found, key=lambda each: (-each.share, each.table, each.before[0])))


def difference_text(rules: RuleSet, difference: Difference, standard: str) -> str:
    """One difference in words. `rules` is either of the two sets."""
    nn = standard == "nn"
    table = rules.table(difference.table)
    shown = [
        _outcome_text(rules, difference.table, outcome, standard)
        for _, outcome in (difference.before, difference.after)
    ]
    rows = " -> ".join(dict.fromkeys((difference.before[0], difference.after[0])))
    share = f"{difference.share:.1%}".replace(".", ",").replace("%", " %")
    facts = ", ".join(
        f"{fact_text(rules, fact, standard)}: {value_text(rules, fact, value, standard)}"
        for fact, value in difference.example.items()
        if fact == "kind" or value != ORDINARY.get(fact, value)
    )
    was, becomes = ("før", "no") if nn else ("før", "nå")
    example = "Døme" if nn else "Eksempel"
    cases = "av tilfella" if nn else "av tilfellene"
    return (
        f"{table.title[standard]} ({rows}), {share} {cases}. {was.capitalize()}: {shown[0]}. "
        f"{becomes.capitalize()}: {shown[1]}. {example}: {facts}."
    )


def simulate(after: RuleSet, past: Iterable[tuple[Facts, Outcome]]) -> Simulation:
    """What the rule set would have decided in past cases, against what was decided. Pure."""
    replay = Replay(after)
    for facts, then in past:
        replay.add(facts, then)
    return replay.result


class Replay:
    """Past cases decided anew by `after`, one at a time; like cases are decided once."""

    def __init__(self, after: RuleSet) -> None:
        self.result = Simulation(changes={part: Counter() for part in COMPARED})
        self._after = Memory(after)
        self._first_of_alike: dict[Facts, tuple[Any, ...]] = {}

    def add(self, facts: Facts, then: Outcome, out: frozenset[str] = frozenset()) -> None:
        """Decide one case anew, against what was decided `then`.

        `out`: units whose leader was out by a tie that the facts do not tell.
        """
        result = self.result
        now = self._after.route(facts, out)
        result.cases += 1
        result.load_before[then.unit] += 1
        result.load_after[now.unit] += 1
        changed = False
        for part in COMPARED:
            old, new = getattr(then, part), getattr(now, part)
            if old != new:
                changed = True
                result.changes[part][old, new] += 1
        result.changed += changed
        if then.unit != now.unit:
            result.moved[then.unit, now.unit] += 1
        old_due, new_due = _days(then), _days(now)
        result.slower += new_due > old_due
        result.faster += new_due < old_due
        self._compare_alike(facts, now, changed)

    def _compare_alike(self, facts: Facts, now: Outcome, changed: bool) -> None:
        for fact in sorted(MAY_NEVER_MATTER):
            group = self.result.groups.setdefault(fact, {})
            count = group.setdefault(getattr(facts, fact), [0, 0])
            count[0] += 1
            count[1] += changed
        alike = msgspec.structs.replace(facts, **_ALIKE)
        treated = (now.unit, now.first_answer_working_days, now.due_working_days, now.visibility)
        self.result.unlike += self._first_of_alike.setdefault(alike, treated) != treated


def _outcome_text(rules: RuleSet, table: str, outcome: Any, standard: str) -> str:
    plain = Handling(**outcome) if isinstance(outcome, dict) else outcome
    return outcome_text(rules, table, plain, standard)


def _days(outcome: Outcome) -> float:
    return float("inf") if outcome.due_working_days is None else outcome.due_working_days


def _differences(before: RuleSet, after: RuleSet, table: str) -> Iterator[Difference]:
    old = make_field(before, [table], boxes=_boxes(after, table))
    new = make_field(after, [table], boxes=_boxes(before, table))
    old_codes, new_codes, outcomes = _outcomes(before, after, table, old, new)
    unlike = old_codes != new_codes
    if not unlike.any():
        return
    weights = _weights(old.space)
    whole = float(weights.sum())
    width = len(new.rows[table])
    pairs = old.winners[table].astype(np.int64) * width + _aligned(new, old, new.winners[table])
    for pair in np.unique(pairs[unlike]):
        here = unlike & (pairs == pair)
        old_row = old.rows[table][int(pair) // width]
        new_row = new.rows[table][int(pair) % width]
        cell = old.space.smallest(here) or {}
        at = old.space.cell(cell)
        cases = int(weights[here].sum())
        yield Difference(
            table=table,
            before=(old_row.id, outcomes[int(old_codes[at])]),
            after=(new_row.id, outcomes[int(new_codes[at])]),
            cases=cases,
            share=cases / whole,
            example=_plain(cell),
        )


def _boxes(rules: RuleSet, table: str) -> list[Box]:
    return [
        box
        for name in needed_tables(rules, table)
        for row in rules.compiled[name].rows
        for box in row.boxes
    ]


def _aligned(source: Field, target: Field, cells: Cells) -> Cells:
    """`cells` of one space in the order of axes and classes of another over the same facts."""
    order = [source.space.axes.index(axis) for axis in target.space.axes]
    moved = cells.transpose(order)
    picks = []
    for number, axis in enumerate(target.space.axes):
        classes = source.space.classes[source.space.axes.index(axis)]
        place = {value: n for n, each in enumerate(classes) for value in each}
        picks.append([place[each[0]] for each in target.space.classes[number]])
    return moved[np.ix_(*picks)] if picks else moved


def _outcomes(
    before: RuleSet, after: RuleSet, table: str, old: Field, new: Field
) -> tuple[Cells, Cells, list[Any]]:
    """The outcomes of both sets as codes into one list of plain values."""
    outcomes: list[Any] = []
    codes = []
    for rules, each in ((before, old), (after, new)):
        if table == "handling":
            values: list[Any] = [msgspec.to_builtins(row.then) for row in each.rows[table]]
            cells = each.winners[table]
        else:
            labels = label(rules, rules.table(table), each)
            values, cells = list(labels.values), labels.cells
        for value in values:
            if value not in outcomes:
                outcomes.append(value)
        codes.append(np.array([outcomes.index(value) for value in values])[cells])
    return codes[0], _aligned(new, old, codes[1]), outcomes


def _weights(space: Space) -> Cells:
    """How many combinations of values each cell stands for."""
    weights = np.ones((1,) * len(space.axes))
    for axis, classes in zip(space.axes, space.classes, strict=True):
        weights = weights * space.along(axis, [len(each) for each in classes])
    return np.broadcast_to(weights, space.shape)


def _plain(case: dict[str, Value]) -> dict[str, Any]:
    """The case as `read_facts` takes it: what is unknown is None."""
    return {fact: None if value == UNKNOWN else value for fact, value in case.items()}
