"""Tables compiled to bit masks, so that a thousand rows cost no more than a few.

Each alternative of a row is one bit, the first row's the lowest. For each fact and
value a mask holds the alternatives that the value satisfies; their conjunction's
lowest bit is the row that wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dialogue.routing.domains import Value
from dialogue.routing.ruleset import Row, Table


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """`masks`: per fact, value → mask; a value that no row names has the mask under None."""

    rows: tuple[Row, ...]
    row_of_box: tuple[int, ...]
    masks: tuple[tuple[str, Mapping[Value | None, int]], ...]
    all_boxes: int

    def winner(self, case: Mapping[str, Value]) -> Row | None:
        """The first row that holds in `case` (fact → value), None if none does."""
        candidates = self.all_boxes
        for fact, masks in self.masks:
            mask = masks.get(case[fact])
            candidates &= masks[None] if mask is None else mask
        if not candidates:
            return None
        return self.rows[self.row_of_box[(candidates & -candidates).bit_length() - 1]]


def compile_table(table: Table, day: date | None = None) -> CompiledTable:
    """`table` with the rows that are valid on `day` (None: all), ready to decide."""
    rows = tuple(row for row in table.rows if day is None or row.is_valid(day))
    boxes = [(number, box) for number, row in enumerate(rows) for box in row.boxes]
    facts = sorted({fact for _, box in boxes for fact in box.sets})
    masks: list[tuple[str, Mapping[Value | None, int]]] = []
    for fact in facts:
        indifferent = 0
        by_value: dict[Value | None, int] = {}
        for bit, (_, box) in enumerate(boxes):
            if fact not in box.sets:
                indifferent |= 1 << bit
                continue
            for value in box.sets[fact]:
                by_value[value] = by_value.get(value, 0) | (1 << bit)
        for named in tuple(by_value):
            by_value[named] |= indifferent
        by_value[None] = indifferent
        masks.append((fact, by_value))
    return CompiledTable(
        rows, tuple(number for number, _ in boxes), tuple(masks), (1 << len(boxes)) - 1
    )
