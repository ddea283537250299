"""Which row wins in each case: a table, and what it builds on, over a whole space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from dialogue.routing.domains import Value
from dialogue.routing.recusal import subject_relation, subject_units
from dialogue.routing.ruleset import Box, Row, RuleSet, Table
from dialogue.routing.space import Cells, Space, make_space

LARGEST = 150_000_000
"""Cells of a space that are still gone through; two bytes each."""


class TooLarge(Exception):
    """The cases that a table tells apart are more than can be gone through."""

    def __init__(self, table: str, cells: int) -> None:
        super().__init__(f"«{table}» tells {cells:,} cases apart")


@dataclass(frozen=True, slots=True)
class Labels:
    """An earlier outcome in each case: an index into `values` per cell."""

    values: tuple[Value, ...]
    cells: Cells

    def where(self, wanted: Iterable[Value]) -> Cells:
        numbers = [n for n, value in enumerate(self.values) if value in frozenset(wanted)]
        return np.isin(self.cells, numbers)


@dataclass(frozen=True, slots=True)
class Field:
    """The winners of some tables over one space. A winner of -1: no row decides."""

    space: Space
    rows: Mapping[str, tuple[Row, ...]]
    winners: Mapping[str, Cells]
    labels: Mapping[str, Labels]

    def cells_of(self, box: Box) -> Cells:
        """The cells (booleans) in which all of `box` holds."""
        cells = np.zeros(self.space.shape, bool)
        for slab in self.space.slabs(box):
            cells[slab] = _earlier_hold(box, self.labels, slab)
        return cells

    def winners_in(self, table: str, box: Box) -> Iterator[Cells]:
        """The winners of `table` where all of `box` holds, part by part."""
        for slab in self.space.slabs(box):
            hold = _earlier_hold(box, self.labels, slab)
            winners = self.winners[table][slab]
            yield winners if hold is True else winners[hold]

    def amounts(self, table: str, amount: Mapping[str, float]) -> Cells:
        """`amount` of the winning row (by id) in each case."""
        by_number = np.array([amount[row.id] for row in self.rows[table]] + [np.nan])
        return by_number[self.winners[table]]


def needed_tables(rules: RuleSet, name: str) -> tuple[str, ...]:
    """The table `name` and all that it builds on, in the order of deciding."""
    needed = {name}
    for table in reversed(rules.tables):
        if table.name in needed:
            needed |= set(table.builds_on)
    return tuple(table.name for table in rules.tables if table.name in needed)


def make_field(
    rules: RuleSet,
    names: Iterable[str],
    boxes: Iterable[Box] = (),
    also: Iterable[str] = (),
) -> Field:
    """The winners of the tables `names` (each with what it builds on).

    `boxes` and `also` make the space finer than the tables need. Raises TooLarge.
    """
    wanted = {needed for name in names for needed in needed_tables(rules, name)}
    tables = [table for table in rules.tables if table.name in wanted]
    rows = {table.name: rules.compiled[table.name].rows for table in tables}
    told = [box for each in rows.values() for row in each for box in row.boxes]
    attributes = rules.domains.attributes
    labels = (attributes["owner"], attributes["decider"]) if "unit" in wanted else ()
    space = make_space(rules.domains, [*told, *boxes], also, labels)
    if space.size > LARGEST:
        raise TooLarge(tables[-1].name, space.size)
    field = Field(space, rows, {}, {})
    winners = cast(dict[str, Cells], field.winners)
    earlier = cast(dict[str, Labels], field.labels)
    for table in tables:
        winners[table.name] = find_winners(space, rows[table.name], earlier)
        if table.name != "handling" and len(tables) > 1:
            earlier[table.name] = label(rules, table, field)
        if {"unit", "subject"} <= set(earlier) and "subject_is" not in earlier:
            earlier["subject_is"] = _relations(rules, field)
    return field


def find_winners(space: Space, rows: tuple[Row, ...], earlier: Mapping[str, Labels]) -> Cells:
    """The number of the first row that holds in each cell."""
    winners = np.full(space.shape, -1, np.int16)
    for number in range(len(rows) - 1, -1, -1):
        for box in rows[number].boxes:
            for slab in space.slabs(box):
                hold = _earlier_hold(box, earlier, slab)
                if hold is True:
                    winners[slab] = number
                else:
                    winners[slab][hold] = number
    return winners


def _earlier_hold(box: Box, earlier: Mapping[str, Labels], slab: tuple[slice, ...]) -> Any:
    """Whether the conditions on earlier outcomes hold in `slab`; True when there are none."""
    hold: Any = True
    for fact, wanted in box.sets.items():
        if fact in earlier:
            labels = Labels(earlier[fact].values, earlier[fact].cells[slab])
            hold = labels.where(wanted) if hold is True else hold & labels.where(wanted)
    return hold


def label(rules: RuleSet, table: Table, field: Field) -> Labels:
    """The outcome of `table` in each case; for the unit table the unit that is meant."""
    winners, rows = field.winners[table.name], field.rows[table.name]
    if table.name != "unit":
        values = tuple(table.outcomes)
        codes = [values.index(str(row.then)) for row in rows]
        return Labels(values, np.array([*codes, -1], np.int16)[winners])
    units = tuple(rules.municipality.units)
    numbers = {unit: number for number, unit in enumerate(units)} | {"owner": -2, "decider": -3}
    cells = np.array([*(numbers[str(row.then)] for row in rows), -1], np.int16)[winners]
    for attribute in ("owner", "decider"):
        if (cells == numbers[attribute]).any():
            of_service = _of_service(rules, field.space, attribute, units)
            cells = np.where(cells == numbers[attribute], of_service, cells)
    return Labels(units, cells)


def _of_service(rules: RuleSet, space: Space, attribute: str, units: tuple[str, ...]) -> Cells:
    """The owner or decider of each class of services, as an index into `units` (-1: unknown)."""
    values = rules.domains.attributes[attribute]
    classes = space.classes[space.axes.index("service")]
    codes = [
        units.index(str(values[each[0]])) if values[each[0]] in units else -1 for each in classes
    ]
    return space.along("service", np.array(codes, np.int16))


def _relations(rules: RuleSet, field: Field) -> Labels:
    """`subject_is` in each case, computed once for each combination that occurs."""
    relations: tuple[Value, ...] = ("none", "handler", "superior", "other")
    codes, combinations = combine(rules, field, ("unit", "subject"))
    numbers = [
        relations.index(
            subject_relation(
                rules.municipality,
                str(each["unit"]),
                subject_units(rules.municipality, str(each["subject"]), str(each["owner"])),
            )
        )
        if each["unit"] is not None and each["subject"] is not None
        else -1
        for each in combinations
    ]
    return Labels(relations, np.array(numbers, np.int16)[codes])


def combine(
    rules: RuleSet, field: Field, tables: tuple[str, ...]
) -> tuple[Cells, list[dict[str, Value | None]]]:
    """Which combination of earlier outcomes and the service's owner each case has.

    Returns the number of the combination per cell, and the combinations.
    """
    units = tuple(rules.municipality.units)
    owners = np.broadcast_to(_of_service(rules, field.space, "owner", units), field.space.shape)
    mixed = owners.astype(np.int64) + 1
    for table in tables:
        labels = field.labels[table]
        mixed = mixed * (len(labels.values) + 1) + labels.cells + 1
    unique, codes = np.unique(mixed, return_inverse=True)
    combinations: list[dict[str, Value | None]] = []
    for code in unique:
        rest, each = int(code), cast(dict[str, Value | None], {})
        for table in reversed(tables):
            values = field.labels[table].values
            rest, number = divmod(rest, len(values) + 1)
            each[table] = values[number - 1] if number else None
        each["owner"] = units[rest - 1] if rest else "unknown"
        combinations.append(each)
    return codes.reshape(field.space.shape), combinations
