"""The same lines judged before and after: what has changed by more than chance."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dialogue.evaluation.intervals import macro_f1, macro_f1_change, mcnemar, paired_difference
from dialogue.evaluation.measures import BY_KEY, F1_FIELDS, MEASURES, Judged


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How a measure has changed on the lines that both have; `p` is McNemar's, exact.

    `won` and `lost` count lines that became right and wrong. `dropped`: for the worse, and
    by more than its interval.
    """

    measure: str
    lines: int
    before: float
    after: float
    change: float
    low: float
    high: float
    won: int = 0
    lost: int = 0
    p: float | None = None
    dropped: bool = False


def compare(before: Sequence[Judged], after: Sequence[Judged]) -> list[Change]:
    """The change of each measure that judges a line of both."""
    then = {one.key: one for one in before}
    pairs = [(then[one.key], one) for one in after if one.key in then]
    changes = [change for measure in MEASURES if (change := _shares(measure.key, pairs))]
    return changes + [change for name in F1_FIELDS if (change := _f1(name, pairs))]


def _shares(key: str, pairs: Sequence[tuple[Judged, Judged]]) -> Change | None:
    both = [
        (one.holds[key], other.holds[key])
        for one, other in pairs
        if key in one.holds and key in other.holds
    ]
    if not both:
        return None
    more = sum(after and not before for before, after in both)
    fewer = sum(before and not after for before, after in both)
    change, low, high = paired_difference(fewer, more, len(both))
    worse_is_more = BY_KEY[key].at_most
    won, lost = (fewer, more) if worse_is_more else (more, fewer)
    return Change(
        measure=key,
        lines=len(both),
        before=sum(before for before, _ in both) / len(both),
        after=sum(after for _, after in both) / len(both),
        change=change,
        low=low,
        high=high,
        won=won,
        lost=lost,
        p=mcnemar(lost, won),
        dropped=not BY_KEY[key].neutral and (low > 0 if worse_is_more else high < 0),
    )


def _f1(name: str, pairs: Sequence[tuple[Judged, Judged]]) -> Change | None:
    both = [
        (a.values[name], b.values[name]) for a, b in pairs if name in a.values and name in b.values
    ]
    if not both:
        return None
    before, after = [one for one, _ in both], [other for _, other in both]
    change, low, high = macro_f1_change(before, after)
    return Change(
        measure=f"f1_{name}",
        lines=len(both),
        before=macro_f1(before),
        after=macro_f1(after),
        change=change,
        low=low,
        high=high,
        won=sum(a[1] == a[0] and b[1] != b[0] for b, a in both),
        lost=sum(a[1] != a[0] and b[1] == b[0] for b, a in both),
        dropped=high < 0,
    )
