"""The one door: labelled lines and what came of them, as a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from dialogue.edition import Edition
from dialogue.evaluation.comparison import compare
from dialogue.evaluation.confusions import confusions
from dialogue.evaluation.labelled import Line
from dialogue.evaluation.measures import Judged, judge
from dialogue.evaluation.predictions import Plain, predict
from dialogue.evaluation.report import Report, bins_of, figures_of, gaps_of


def evaluate(edition: Edition, lines: Sequence[Line], files: Sequence[str] = ()) -> Report:
    """Ask everything, and judge it. The same edition and lines give the same report."""
    predicted = predict(edition, lines)
    judged = judged_by(edition, lines, predicted)
    return Report(
        content=edition.version,
        files=tuple(files),
        figures=figures_of(judged),
        gaps=gaps_of(judged),
        bins=bins_of(lines, predicted),
        confusions=tuple(confusions(lines, predicted, edition.index)),
        lines=tuple(judged),
    )


def judged_by(
    edition: Edition, lines: Sequence[Line], predicted: Mapping[str, Plain]
) -> list[Judged]:
    """Lines judged by what was predicted anywhere; topics are those of this edition's articles."""
    themes = {article.id: article.theme for article in edition.content.articles.values()}
    return judge(lines, predicted, themes)


def against(report: Report, name: str, before: Sequence[Judged]) -> Report:
    """The report, compared with the same lines as they were judged before."""
    changes = tuple(compare(before, report.lines))
    return msgspec.structs.replace(report, against=name, changes=changes)
