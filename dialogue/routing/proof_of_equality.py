"""Like cases are treated alike, and graver facts never lead to worse handling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np

from dialogue.routing.domains import Value
from dialogue.routing.field import Field, label, make_field, needed_tables
from dialogue.routing.ruleset import MAY_NOT_DECIDE, Handling, Promise, RuleSet, Table
from dialogue.routing.space import Cells, shown
from knowledge.problems import Problem


def prove_equality(rules: RuleSet) -> Iterator[Problem]:
    """Whether unit, deadline, visibility and who is asked are the same whatever must not matter.

    Else a pair of cases that differ in nothing but that.
    """
    for table in rules.tables:
        name = table.name
        forbidden = MAY_NOT_DECIDE.get(name, frozenset())
        if forbidden:
            forbidden |= rules.must_not_matter
        needed = needed_tables(rules, name)
        told = {
            fact
            for each in needed
            for row in rules.compiled[each].rows
            for box in row.boxes
            for fact in box.sets
        }
        if not told & forbidden:
            continue
        field = make_field(rules, [name])
        for fact in sorted(forbidden & set(field.space.axes)):
            codes = _outcome_codes(rules, rules.table(name), field)
            pair = _unlike_pair(rules.table(name), field, fact, codes)
            if pair is not None:
                yield pair


def prove_promises(rules: RuleSet) -> Iterator[Problem]:
    """Whether graver facts never lead to slower or wider handling, where that is promised."""
    for promise in rules.promises:
        name = "handling" if promise.never == "slower" else "visibility"
        field = make_field(rules, [name], also=[promise.fact])
        for amounts in _amounts(rules.table(name)):
            problem = _broken_promise(rules.table(name), field, promise, amounts)
            if problem is not None:
                yield problem
                break


def _unlike_pair(table: Table, field: Field, fact: str, outcomes: Cells) -> Problem | None:
    number = field.space.axes.index(fact)
    first = np.take(outcomes, [0], axis=number)
    unlike = outcomes != first
    case = field.space.smallest(unlike)
    if case is None:
        return None
    other = dict(case)
    other[fact] = field.space.classes[number][0][0]
    cell = field.space.cell(case)
    other_cell = field.space.cell(other)
    rows = field.rows[table.name]
    winners = field.winners[table.name]
    row, other_row = rows[winners[cell]], rows[winners[other_cell]]
    return Problem(
        table.file,
        row.line,
        "routing.unequal",
        f"«{table.name}» treats like cases unlike: {shown({**other, fact: '*'})}",
        f"With {fact} {_plain(other[fact])} row «{other_row.id}» decides, "
        f"with {fact} {_plain(case[fact])} row «{row.id}».",
        f"take «{fact}» out of the conditions.",
    )


def _outcome_codes(rules: RuleSet, table: Table, field: Field) -> Cells:
    """The outcome in each case as a number: a unit by name, other outcomes by value."""
    if table.name != "handling":
        return label(rules, table, field).cells
    thens: list[Any] = []
    codes = []
    for row in field.rows[table.name]:
        if row.then not in thens:
            thens.append(row.then)
        codes.append(thens.index(row.then))
    return cast(Cells, np.array(codes, np.int16)[field.winners[table.name]])


def _amounts(table: Table) -> Iterator[dict[str, float]]:
    """What must not grow: by row, the deadlines or how many may see."""
    if table.name == "visibility":
        yield {row.id: table.outcomes[str(row.then)].width for row in table.rows}
        return
    for part in (0, 1):
        yield {row.id: cast(Handling, row.then).hardness()[part] for row in table.rows}


def _broken_promise(
    table: Table, field: Field, promise: Promise, amounts: dict[str, float]
) -> Problem | None:
    number = field.space.axes.index(promise.fact)
    members = field.space.classes[number]
    amount = field.amounts(table.name, amounts)
    before_at = next(n for n, each in enumerate(members) if promise.before in each)
    before = np.take(amount, [before_at], axis=number)
    graver = [any(value in promise.after for value in each) for each in members]
    worse = (amount > before) & field.space.along(promise.fact, graver)
    case = field.space.smallest(worse)
    if case is None:
        return None
    rows, winners = field.rows[table.name], field.winners[table.name]
    milder = {**case, promise.fact: promise.before}
    row, milder_row = rows[winners[field.space.cell(case)]], rows[winners[field.space.cell(milder)]]
    return Problem(
        "tables/ruleset.yml",
        promise.line,
        "routing.promise-broken",
        f"a graver case is handled {promise.never}: {shown(case)}",
        f"Row «{row.id}» of «{table.name}» (line {row.line}) decides it; with {promise.fact} "
        f"{_plain(promise.before)} row «{milder_row.id}» (line {milder_row.line}) does better.",
        f"move «{row.id}» below «{milder_row.id}», change its outcome, or drop the promise.",
    )


def _plain(value: Value) -> str:
    return f"«{str(value).lower()}»"
