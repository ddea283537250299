"""An evaluation as values: figures by group, calibration, confusions, and each line judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from dialogue.evaluation.comparison import Change
from dialogue.evaluation.confusions import Confusion
from dialogue.evaluation.intervals import difference, macro_f1, macro_f1_interval, most, wilson
from dialogue.evaluation.labelled import Line, Question, key_of
from dialogue.evaluation.measures import BY_KEY, F1_FIELDS, MEASURES, Judged, count, met
from dialogue.evaluation.predictions import Plain

NB, NN, DIALECT = "group:nb", "group:nn", "group:dialect"
BINS = 10
EQUAL_STANDARDS, EQUAL_DIALECT = 0.02, 0.05  # the most that shares may differ


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of one group. `bound`: what a risk does not exceed (one-sided)."""

    measure: str
    group: str
    share: float
    low: float
    high: float
    count: int
    bound: float | None = None
    target: float | None = None
    met: bool | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """How much a measure differs between two groups, and the most that it may."""

    measure: str
    groups: tuple[str, str]
    difference: float
    low: float
    high: float
    target: float
    met: bool


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Questions whose best article had about this confidence: how often it was right."""

    confidence: float
    share: float
    low: float
    high: float
    count: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; `lines` hold no words, so that a report can be kept to compare with."""

    schema: int = 1
    content: str
    files: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    gaps: tuple[Gap, ...] = ()
    bins: tuple[Bin, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    against: str | None = None
    changes: tuple[Change, ...] = ()
    lines: tuple[Judged, ...] = ()

    @property
    def dropped(self) -> list[Change]:
        return [change for change in self.changes if change.dropped]


def kept(report: Report) -> Report:
    """What a later evaluation needs to compare with: the judged lines, and no words."""
    lines = tuple(
        Judged(
            key=one.key,
            holds=one.holds,
            values={name: pair for name, pair in one.values.items() if name in F1_FIELDS},
        )
        for one in report.lines
    )
    return Report(content=report.content, files=report.files, lines=lines)


def figures_of(judged: Sequence[Judged]) -> tuple[Figure, ...]:
    """Every measure for all lines and for each group that has some."""
    groups = sorted({group for one in judged for group in one.groups})
    found = [
        _share(judged, measure.key, group) for measure in MEASURES for group in ("all", *groups)
    ]
    for name, target in F1_FIELDS.items():
        found += [_f1(judged, name, target, group) for group in ("all", *groups)]
    return tuple(figure for figure in found if figure is not None)


def _share(judged: Sequence[Judged], key: str, group: str) -> Figure | None:
    hits, total = count(judged, key, None if group == "all" else group)
    if not total:
        return None
    measure, (low, high) = BY_KEY[key], wilson(hits, total)
    risk = measure.at_most and measure.target is not None
    return Figure(
        measure=key,
        group=group,
        share=hits / total,
        low=low,
        high=high,
        count=total,
        bound=most(hits, total) if risk else None,
        target=measure.target,
        met=met(measure, hits / total),
    )


def _f1(judged: Sequence[Judged], name: str, target: float | None, group: str) -> Figure | None:
    pairs = [
        one.values[name]
        for one in judged
        if name in one.values and (group == "all" or group in one.groups)
    ]
    if not pairs:
        return None
    score, (low, high) = macro_f1(pairs), macro_f1_interval(pairs)
    return Figure(
        measure=f"f1_{name}",
        group=group,
        share=score,
        low=low,
        high=high,
        count=len(pairs),
        target=target,
        met=None if target is None else score >= target,
    )


def gaps_of(judged: Sequence[Judged]) -> tuple[Gap, ...]:
    """nn against nb, and dialect against both, in what people get."""
    found = []
    for key in ("found", "answered_right", "answered_wrong", "outside_kept"):
        nb, nn, dialect = (count(judged, key, group) for group in (NB, NN, DIALECT))
        both = (nb[0] + nn[0], nb[1] + nn[1])
        for groups, one, other, target in (
            (("nn", "nb"), nn, nb, EQUAL_STANDARDS),
            (("dialect", "nb+nn"), dialect, both, EQUAL_DIALECT),
        ):
            if one[1] and other[1]:
                by, low, high = difference(one, other)
                found.append(
                    Gap(measure=key, groups=groups, difference=by, low=low, high=high,
                        target=target, met=abs(by) <= target)
                )  # fmt: skip
    return tuple(found)


def bins_of(lines: Sequence[Line], predicted: Mapping[str, Plain]) -> tuple[Bin, ...]:
    """How honest the confidence is."""
    held: dict[int, list[tuple[float, bool]]] = {}
    for line in lines:
        got = predicted.get(key_of(line))
        if not isinstance(line, Question) or got is None or "confidence" not in got:
            continue
        best = got["article"] or (got["alternatives"][0] if got["alternatives"] else None)
        if best is not None:
            confidence = float(got["confidence"])
            place = min(BINS - 1, int(confidence * BINS))
            held.setdefault(place, []).append((confidence, best in line.accepted))
    bins = []
    for _, rows in sorted(held.items()):
        right = sum(one for _, one in rows)
        low, high = wilson(right, len(rows))
        mean = sum(confidence for confidence, _ in rows) / len(rows)
        bins.append(
            Bin(confidence=mean, share=right / len(rows), low=low, high=high, count=len(rows))
        )
    return tuple(bins)
