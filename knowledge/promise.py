"""The promise of the gate: how seldom an answer at once is wrong, and how that is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

# Answered at once and wrong, of all messages, at most, with 95 % confidence.
PROMISE = 0.02
# The same of example questions that the base lacks, which are harder than messages; what is
# promised where there are no messages.
ON_EXAMPLES = 0.035
CONFIDENCE = 0.95
NEVER = 1.01  # no confidence reaches it: nothing is answered at once


@dataclass(frozen=True, slots=True)
class Judged:
    """The confidence in the best candidate, whether it was right, and what that counts."""

    confidence: float
    right: bool
    weight: float


def most_wrong(total: float, promise: float = PROMISE) -> int:
    """How many of so many may go wrong so that a promise holds with CONFIDENCE.

    Clopper and Pearson 1934, one-sided: the greatest count at which so few would come by chance
    in no more than 5 % of the cases if the true share were `promise`. -1: even none is too many.
    """
    chance, wrong = 0.0, -1
    while wrong < total:
        chance += exp(
            lgamma(total + 1)
            - lgamma(wrong + 2)
            - lgamma(total - wrong)
            + (wrong + 1) * log(promise)
            + (total - wrong - 1) * log(1 - promise)
        )
        if chance > 1 - CONFIDENCE:
            return wrong
        wrong += 1
    return wrong


def threshold(found: Sequence[Judged], promise: float = PROMISE) -> float:
    """The lowest confidence from which on the promise holds; NEVER when it cannot be held."""
    allowed: float = most_wrong(sum(one.weight for one in found), promise)
    if allowed < 0:
        return NEVER
    for one in sorted(found, key=lambda one: -one.confidence):
        if not one.right:
            allowed -= one.weight
            if allowed < 0:
                return min(NEVER, round(one.confidence + 0.0001, 4))
    return 0.5


def risk(found: Sequence[Judged], answer: float) -> tuple[float, float]:
    """How much weight is answered at once and wrong from this confidence on, and of how much."""
    wrong = sum(one.weight for one in found if one.confidence >= answer and not one.right)
    return wrong, sum(one.weight for one in found)
