"""Every case is decided, every row can win, and overlaps are meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dialogue.routing.field import Field, label, make_field
from dialogue.routing.ruleset import Row, RuleSet, Table
from dialogue.routing.space import Cells, shown
from knowledge.problems import Problem


def prove_rows(rules: RuleSet, table: Table) -> Iterator[Problem]:
    """Whether `table` is complete, and each of its rows can win."""
    field = make_field(rules, [table.name])
    winners, rows = field.winners[table.name], field.rows[table.name]
    missing = field.space.smallest(winners == -1)
    if missing is not None:
        yield Problem(
            table.file,
            1,
            "routing.incomplete",
            f"no row of the table «{table.name}» decides the case {shown(missing)}",
            "Every case must have an outcome.",
            "add a row for it, or a last row with `when: any`.",
        )
    won = count(winners, len(rows))
    for number, row in enumerate(rows):
        if not won[number]:
            yield _dead(table, row, field)
    yield from _unused(rules, table)


def prove_receivers(rules: RuleSet) -> Iterator[Problem]:
    """Whether each case has a unit: «owner» and «decider» need a service that is known."""
    table = rules.table("unit")
    field = make_field(rules, ["unit"])
    winners = field.winners["unit"]
    nowhere = label(rules, table, field).cells == -1
    for number in np.unique(winners[nowhere]):
        row = field.rows["unit"][int(number)]
        case = field.space.smallest(nowhere & (winners == number)) or {}
        yield Problem(
            table.file,
            row.line,
            "routing.no-unit",
            f"the row «{row.id}» sends a case to «{row.then}», but its service is not known",
            f"The case {shown(case)} would go to nobody.",
            "add `service_known: true` to the row.",
        )


def count(winners: Cells, rows: int) -> Cells:
    """How many cases each row wins. In parts, since counting widens the numbers."""
    flat = winners.reshape(-1)
    won = np.zeros(rows + 1, np.int64)
    for start in range(0, flat.size, 4_000_000):
        part = flat[start : start + 4_000_000].astype(np.int64) + 1
        won += np.bincount(part, minlength=rows + 1)
    return won[1:]


def find_overlaps(rules: RuleSet) -> Iterator[Problem]:
    """Rows that take cases from a later one with another outcome, without that being meant."""
    for table in rules.tables:
        if table.order_meant:
            continue
        for number, later in enumerate(table.rows):
            if all(not box.sets for box in later.boxes):
                continue  # «any» stands for what is left
            earlier = [
                each
                for each in table.rows[:number]
                if each.then != later.then and later.id not in each.over and _overlap(each, later)
            ]
            if earlier:
                first, more = earlier[0], len(earlier) - 1
                yield Problem(
                    table.file,
                    later.line,
                    "routing.overlap",
                    f"the rows «{first.id}» and «{later.id}» both hold in some cases",
                    f"«{first.id}» (line {first.line}) stands first and wins, with another outcome"
                    f"{f'; so do {more} more rows' if more else ''}.",
                    f"write `over: [{later.id}]` on «{first.id}» if that is meant, or "
                    "`order: meant` on the table.",
                    "warning",
                )


def _overlap(one: Row, other: Row) -> bool:
    return any(
        not any(a.sets[fact].isdisjoint(b.sets[fact]) for fact in a.sets.keys() & b.sets.keys())
        for a in one.boxes
        for b in other.boxes
        if all(a.sets.values()) and all(b.sets.values())
    )


def _dead(table: Table, row: Row, field: Field) -> Problem:
    takers: set[int] = set()
    size = len(field.rows[table.name])
    for box in row.boxes:
        for winners in field.winners_in(table.name, box):
            takers |= {int(number) for number in np.flatnonzero(count(winners, size))}
    rows = field.rows[table.name]
    if not takers:
        return Problem(
            table.file,
            row.line,
            "routing.impossible-row",
            f"the row «{row.id}» holds in no case",
            "Its conditions exclude each other.",
            "take one of them away, or delete the row.",
        )
    names = " and ".join(f"«{rows[n].id}» (line {rows[n].line})" for n in sorted(takers)[:4])
    plural = len(takers) > 1
    return Problem(
        table.file,
        row.line,
        "routing.dead-row",
        f"the row «{row.id}» can never win",
        f"{names} take{'' if plural else 's'} each case it matches.",
        f"move it above {'them' if plural else f'line {rows[min(takers)].line}'}, or delete it.",
    )


def _unused(rules: RuleSet, table: Table) -> Iterator[Problem]:
    used = {str(row.then) for row in table.rows}
    for outcome in table.outcomes:
        if outcome not in used:
            yield Problem(
                table.file,
                1,
                "routing.outcome-unused",
                f"no row of the table «{table.name}» gives «{outcome}»",
                mend="delete it from values, or write the row that gives it.",
                severity="warning",
            )
    for row in table.rows:
        if row.valid_to is not None and row.valid_to < rules.in_force:
            yield Problem(
                table.file,
                row.line,
                "routing.never-valid",
                f"the row «{row.id}» ended before the rule set comes into force",
                mend="delete it, or change valid_to.",
                severity="warning",
            )
