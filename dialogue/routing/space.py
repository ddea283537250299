"""All cases that the tables can tell apart, as one dense array.

Values of a fact that no row distinguishes are one class, so the array is small. The
axes are facts; the first class of each holds the fact's ordinary value, so that the
smallest counter-example is the one with the fewest extraordinary facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from dialogue.routing.domains import UNKNOWN, Domains, Value
from dialogue.routing.facts import Facts
from dialogue.routing.ruleset import Box

Cells = npt.NDArray[Any]
Slab = tuple[slice, ...]

_DEFAULTS = Facts(kind="complaint")
ORDINARY: Mapping[str, Value] = {
    **{fact: getattr(_DEFAULTS, fact) for fact in Facts.__struct_fields__},
    "service": UNKNOWN,
}
"""The value of each fact in an ordinary case."""


@dataclass(frozen=True, slots=True)
class Space:
    """`classes[n]` are the classes of values of the fact `axes[n]`."""

    axes: tuple[str, ...]
    classes: tuple[tuple[tuple[Value, ...], ...], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(each) for each in self.classes)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def slabs(self, box: Box) -> Iterator[Slab]:
        """The parts of the array in which the conditions on facts hold, as plain slices."""
        runs: list[list[slice]] = []
        for axis, classes in zip(self.axes, self.classes, strict=True):
            wanted = box.sets.get(axis)
            if wanted is None:
                runs.append([slice(None)])
            else:
                runs.append(_runs([n for n, each in enumerate(classes) if each[0] in wanted]))
        yield from product(*runs)

    def along(self, axis: str, values: npt.ArrayLike) -> Cells:
        """One value per class of `axis`, in a shape that spreads over the whole array."""
        number = self.axes.index(axis)
        shape = [1] * len(self.axes)
        shape[number] = -1
        return np.asarray(values).reshape(shape)

    def case(self, cell: Sequence[int]) -> dict[str, Value]:
        """The case of one cell: fact → value."""
        return {
            axis: self.classes[number][int(cell[number])][0]
            for number, axis in enumerate(self.axes)
        }

    def cell(self, case: Mapping[str, Value]) -> tuple[int, ...]:
        """Where in the array a case lies."""
        return tuple(
            next(number for number, members in enumerate(classes) if case[axis] in members)
            for axis, classes in zip(self.axes, self.classes, strict=True)
        )

    def smallest(self, cells: Cells) -> dict[str, Value] | None:
        """The case with the fewest extraordinary facts among `cells` (booleans)."""
        if not cells.any():
            return None
        strangeness = np.zeros((1,) * len(self.axes), np.int8)
        for axis, classes in zip(self.axes, self.classes, strict=True):
            strange = [0] + [1] * (len(classes) - 1)
            strangeness = strangeness + self.along(axis, np.array(strange, np.int8))
        ranked = np.where(cells, np.broadcast_to(strangeness, cells.shape), np.int8(127))
        return self.case(np.unravel_index(int(ranked.argmin()), cells.shape))  # type: ignore[arg-type]


def make_space(
    domains: Domains,
    boxes: Iterable[Box],
    also: Iterable[str] = (),
    labels: Iterable[Mapping[Value, Value]] = (),
) -> Space:
    """The space in which every condition of `boxes` can be told apart.

    `also` are facts whose values must all be kept apart; `labels` are attributes of the
    service that matter besides (its owner, its decider).
    """
    told: dict[str, dict[frozenset[Value], None]] = {}
    busy: dict[str, int] = {}
    for box in boxes:
        for fact, values in box.sets.items():
            if fact in domains.values:
                busy[fact] = busy.get(fact, 0) + 1
                told.setdefault(fact, {})[values] = None
    kept, apart = tuple(labels), frozenset(also)
    if kept:
        told.setdefault("service", {})
    for fact in apart:
        told.setdefault(fact, {})
    axes = sorted(told, key=lambda fact: (-busy.get(fact, 0), fact))
    classes = []
    for fact in axes:
        marks = kept if fact == "service" else ()
        classes.append(_classes(fact, domains.values[fact], told[fact], marks, fact in apart))
    return Space(tuple(axes), tuple(classes))


def shown(case: Mapping[str, Value]) -> str:
    """A case in words: its kind, and what is out of the ordinary."""
    told = {
        fact: value for fact, value in case.items() if fact == "kind" or value != ORDINARY.get(fact)
    }
    parts = (f"{fact}: {str(value).lower()}" for fact, value in sorted(told.items()))
    return ", ".join(parts) or "an ordinary case"


def _classes(
    fact: str,
    values: Sequence[Value],
    sets: Iterable[frozenset[Value]],
    labels: Sequence[Mapping[Value, Value]],
    apart: bool,
) -> tuple[tuple[Value, ...], ...]:
    ordinary = ORDINARY.get(fact)
    grouped: dict[Any, list[Value]] = {}
    for value in sorted(values, key=lambda each: each != ordinary):
        if apart:
            grouped.setdefault(value, []).append(value)
            continue
        marks = tuple(str(label[value]) for label in labels)
        grouped.setdefault((tuple(value in one for one in sets), marks), []).append(value)
    return tuple(tuple(members) for members in grouped.values())


def _runs(numbers: Sequence[int]) -> list[slice]:
    """Runs of neighbouring numbers: [0, 1, 3] → 0..2, 3..4."""
    runs: list[slice] = []
    for number in numbers:
        if runs and runs[-1].stop == number:
            runs[-1] = slice(runs[-1].start, number + 1)
        else:
            runs.append(slice(number, number + 1))
    return runs
