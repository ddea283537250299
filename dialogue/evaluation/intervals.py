"""Intervals and tests for figures that come of a few hundred messages. 95 % throughout."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Z = 1.96
RESAMPLED = 500  # times, for what has no formula


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The interval of a share (Wilson 1927).

    >>> tuple(round(bound, 3) for bound in wilson(9, 10))
    (0.596, 0.982)
    """
    if not total:
        return 0.0, 1.0
    share = hits / total
    middle = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total**2)) / (1 + Z * Z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def most(hits: int, total: int) -> float:
    """The share that is not exceeded, with 95 % confidence (Clopper and Pearson 1934).

    One-sided: the share at which so few hits, or fewer, would come in 5 % of the cases.

    >>> round(most(0, 100), 3)
    0.03
    """
    if hits >= total:
        return 1.0
    low, high = hits / total, 1.0
    for _ in range(40):
        share = (low + high) / 2
        chance: float = sum(
            math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(hits + 1)
        )
        low, high = (share, high) if chance > 0.05 else (low, share)
    return high


def difference(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float]:
    """Share `one` less share `other` of different messages, and its interval (Newcombe 1998)."""
    (a, m), (b, n) = one, other
    if not m or not n:
        return 0.0, -1.0, 1.0
    (l1, u1), (l2, u2), p, q = wilson(a, m), wilson(b, n), a / m, b / n
    low = p - q - math.hypot(p - l1, u2 - q)
    return p - q, low, p - q + math.hypot(u1 - p, q - l2)


def paired_difference(lost: int, won: int, total: int) -> tuple[float, float, float]:
    """The change of a share of the same messages, and its interval (Agresti and Min 2005).

    `lost` were right before and are not now, `won` the other way.
    """
    if not total:
        return 0.0, -1.0, 1.0
    size = total + 2
    middle = (won - lost) / size
    half = Z * math.sqrt(max(lost + won + 1 - (won - lost) ** 2 / size, 0.0)) / size
    return (won - lost) / total, middle - half, middle + half


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p-value that nothing has changed (McNemar 1947, binomial).

    >>> round(mcnemar(8, 1), 4)
    0.0391
    """
    changed = lost + won
    if not changed:
        return 1.0
    tail = sum(math.comb(changed, k) for k in range(min(lost, won) + 1)) / 2**changed
    return float(min(1.0, 2 * tail))


Pairs = Sequence[tuple[str, str]]


def macro_f1(pairs: Pairs) -> float:
    """The mean of F1 over the expected values, of pairs (expected, got)."""
    if not pairs:
        return 0.0
    table, names = _table(pairs)
    return float(_f1(table[None], names)[0])


def macro_f1_interval(pairs: Pairs) -> tuple[float, float]:
    """The interval of macro-F1: messages resampled, the same each time."""
    if not pairs:
        return 0.0, 1.0
    scores = _f1(_resampled(pairs), _table(pairs)[1])
    return float(np.quantile(scores, 0.025)), float(np.quantile(scores, 0.975))


def macro_f1_change(before: Pairs, after: Pairs) -> tuple[float, float, float]:
    """The change of macro-F1 of the same messages, and its interval (paired bootstrap)."""
    point = macro_f1(after) - macro_f1(before)
    if not before:
        return 0.0, -1.0, 1.0
    changes = _f1(_resampled(after), _table(after)[1]) - _f1(_resampled(before), _table(before)[1])
    return point, float(np.quantile(changes, 0.025)), float(np.quantile(changes, 0.975))


def _codes(pairs: Pairs) -> tuple[np.ndarray, list[str], list[str]]:
    expected = sorted({one for one, _ in pairs})
    names = expected + sorted({got for _, got in pairs} - set(expected))
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([place[one] * len(names) + place[got] for one, got in pairs])
    return codes, names, expected


def _table(pairs: Pairs) -> tuple[np.ndarray, int]:
    codes, names, expected = _codes(pairs)
    counted = np.bincount(codes, minlength=len(names) ** 2)
    return counted.reshape(len(names), len(names)), len(expected)


def _resampled(pairs: Pairs) -> np.ndarray:
    codes, names, _ = _codes(pairs)
    chosen = np.random.default_rng(1909).integers(0, len(codes), (RESAMPLED, len(codes)))
    size = len(names) ** 2
    tables = [np.bincount(codes[row], minlength=size) for row in chosen]
    return np.array(tables).reshape(RESAMPLED, len(names), len(names))


def _f1(tables: np.ndarray, expected: int) -> np.ndarray:
    right = np.diagonal(tables, axis1=1, axis2=2)[:, :expected]
    there = tables.sum(axis=2)[:, :expected]  # a value that was not drawn has no score
    both = there + tables.sum(axis=1)[:, :expected]
    scores = 2 * right / np.maximum(both, 1)
    return np.asarray(scores.sum(axis=1) / np.maximum((there > 0).sum(axis=1), 1))
