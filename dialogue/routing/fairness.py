"""Whether like cases have been treated alike: past cases, compared within like ones.

Cases are like when the facts that may matter are equal. Within them the labels of two
groups are shuffled: a difference counts only when it is larger than shuffling gives, after
Holm's correction for how many comparisons were made. What is measured is what happened to
cases, not why; a difference that is found is a question to ask.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from dialogue.routing.facts import Facts

SMALLEST_GROUP = 5
"""Groups with fewer comparable cases are not shown (DOMAIN: surveys)."""

PERMUTATIONS = 2_000
MOST_SHUFFLED = 2_000
"""With more cases the shuffles' limit (a normal distribution of known variance) is used."""

SIGNIFICANT = 0.05
TINY = 1e-9
MATTERING = ("kind", "service", "about", "sensitive", "urgent", "objection", "tie")
MEASURES = ("first_answer", "in_time", "unit")

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PastCase:
    """`hours`: to the first answer, None while there is none. `in_time`: None where no
    answer was due, or it is not due yet. `period`: as "2026-Q4"."""

    facts: Facts
    unit: str
    hours: float | None
    in_time: bool | None
    period: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against the rest. `mean` and `rest_mean` are over comparable cases: hours
    (first_answer), share in time (in_time), share at the commonest unit of like cases
    (unit). `p` is raw, `holm` corrected; both None where the group is too small."""

    measure: str
    dimension: str
    group: str
    cases: int
    rest: int
    mean: float
    rest_mean: float
    p: float | None
    holm: float | None = None

    @property
    def differs(self) -> bool:
        return self.holm is not None and self.holm < SIGNIFICANT


def compare_groups(past: Iterable[PastCase], seed: int = 1) -> tuple[Comparison, ...]:
    """Each channel, standard, role and period against the rest, for each measure."""
    cases = tuple(past)
    random = np.random.default_rng(seed)
    found = [
        _compare(cases, measure, dimension, group, random)
        for measure in MEASURES
        for dimension in ("channel", "standard", "who", "period")
        if (measure, dimension) != ("unit", "who")  # the rules let the role choose the unit
        for group in _groups(cases, dimension)
    ]
    return tuple(correct(found))


def correct(found: Sequence[Comparison]) -> Iterator[Comparison]:
    """Holm's correction over all comparisons that were made."""
    tested = sorted((c.p, n) for n, c in enumerate(found) if c.p is not None)
    holm: dict[int, float] = {}
    largest = 0.0
    for rank, (p, number) in enumerate(tested):
        largest = max(largest, min(1.0, p * (len(tested) - rank)))
        holm[number] = largest
    for number, comparison in enumerate(found):
        yield replace(comparison, holm=holm.get(number))


def permutation_p(
    values: Numbers, inside: npt.NDArray[Any], strata: npt.NDArray[Any], random: np.random.Generator
) -> float:
    """How often shuffling the labels within strata gives as large a difference (two-sided)."""
    groups = np.unique(strata, return_inverse=True)[1]
    sizes = np.bincount(groups)
    centred = values - (np.bincount(groups, values) / sizes)[groups]
    part = np.bincount(groups, inside)
    spread = np.bincount(groups, centred**2)
    variance = float((part * (sizes - part) / (sizes * np.maximum(sizes - 1, 1)) * spread).sum())
    observed = abs(float(centred[inside].sum()))
    if variance < TINY:
        return 1.0
    if len(values) > MOST_SHUFFLED:
        return erfc(observed / sqrt(2 * variance))
    order = np.argsort(groups, kind="stable")
    ordered, labels, groups = centred[order], inside[order], groups[order]
    as_large = 1  # the labels as they are count as one shuffle
    for _ in range(PERMUTATIONS):
        shuffled = np.argsort(groups + random.random(len(groups)))
        as_large += abs(float(ordered[shuffled][labels].sum())) >= observed - TINY
    return as_large / (PERMUTATIONS + 1)


def _groups(cases: Sequence[PastCase], dimension: str) -> list[str]:
    return sorted({_group(case, dimension) for case in cases})


def _group(case: PastCase, dimension: str) -> str:
    return case.period if dimension == "period" else str(getattr(case.facts, dimension))


def _stratum(case: PastCase, dimension: str) -> Hashable:
    """What like cases share. Roles are compared among cases that are like but for the role."""
    key = tuple(getattr(case.facts, fact) for fact in MATTERING)
    return key if dimension == "who" else (*key, case.facts.who)


def _compare(
    cases: Sequence[PastCase],
    measure: str,
    dimension: str,
    group: str,
    random: np.random.Generator,
) -> Comparison:
    strata: dict[Hashable, list[tuple[PastCase, bool]]] = defaultdict(list)
    for case in cases:
        if measure == "unit" or _plain(case, measure) is not None:
            inside = _group(case, dimension) == group
            strata[_stratum(case, dimension)].append((case, inside))
    values: list[float] = []
    labels: list[bool] = []
    numbers: list[int] = []
    for number, members in enumerate(strata.values()):
        if len({inside for _, inside in members}) < 2:
            continue  # nobody to compare with
        usual = Counter(case.unit for case, _ in members).most_common(1)[0][0]
        for case, inside in members:
            told = float(case.unit == usual) if measure == "unit" else _plain(case, measure)
            values.append(float(told or 0.0))
            labels.append(inside)
            numbers.append(number)
    amounts, within = np.array(values), np.array(labels, bool)
    count, rest = int(within.sum()), int((~within).sum())
    if min(count, rest) < SMALLEST_GROUP:
        return Comparison(measure, dimension, group, count, rest, 0.0, 0.0, None)
    ranked = _ranks(amounts, np.array(numbers)) if measure == "first_answer" else amounts
    p = permutation_p(ranked, within, np.array(numbers), random)
    means = float(amounts[within].mean()), float(amounts[~within].mean())
    return Comparison(measure, dimension, group, count, rest, *means, p)


def _plain(case: PastCase, measure: str) -> float | None:
    if measure == "first_answer":
        return case.hours
    return None if case.in_time is None else float(case.in_time)


def _ranks(values: Numbers, strata: npt.NDArray[Any]) -> Numbers:
    """Ranks within strata, from 0 to 1: one very late answer does not decide alone."""
    groups = np.unique(strata, return_inverse=True)[1]
    sizes = np.bincount(groups)
    order = np.lexsort((values, groups))
    sorted_groups, sorted_values = groups[order], values[order]
    position = np.arange(len(values)) - (np.cumsum(sizes) - sizes)[sorted_groups]
    new = np.ones(len(values), bool)
    new[1:] = (np.diff(sorted_groups) != 0) | (np.diff(sorted_values) != 0)
    tied = np.cumsum(new) - 1
    middle = np.bincount(tied, position) / np.bincount(tied)
    ranks = np.empty(len(values))
    ranks[order] = (middle[tied] + 1) / (sizes[sorted_groups] + 1)
    return ranks
