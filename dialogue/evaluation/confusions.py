"""What is taken for what, worst first, with examples and what decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from dialogue.evaluation.labelled import Line, Message, Question, key_of
from dialogue.evaluation.measures import JUDGED_FIELDS, message_holds, question_holds, values_of
from dialogue.evaluation.predictions import Plain
from knowledge.index import Index
from knowledge.search import why

WRONG, LOST, ASKED = 4.0, 1.0, 0.25  # how bad: a wrong answer, none, a question back in vain
DANGER = 10.0
MOST_EXAMPLES = 3


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """`field` is "article" for questions; `expected` and `got` are ids, "-" for none.

    `badness` weighs the count by what it costs people.
    """

    field: str
    expected: str
    got: str
    outcome: str
    count: int
    badness: float
    examples: tuple[str, ...]
    why: str = ""


def confusions(
    lines: Iterable[Line], predicted: Mapping[str, Plain], index: Index | None = None
) -> list[Confusion]:
    """Every confusion. With an `index`, why the first example of a question went as it did."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    costs: dict[tuple[str, str, str, str], float] = {}
    for line in lines:
        got = predicted.get(key_of(line))
        if got is None or "error" in got:
            continue
        for place, cost in _missed(line, got):
            text = line.q if isinstance(line, Question) else line.text
            found.setdefault(place, []).append(text)
            costs[place] = costs.get(place, 0.0) + cost
    order = sorted(found, key=lambda place: (-costs[place], place))
    return [
        Confusion(
            field=place[0],
            expected=place[1],
            got=place[2],
            outcome=place[3],
            count=len(found[place]),
            badness=costs[place],
            examples=tuple(found[place][:MOST_EXAMPLES]),
            why=_why(index, found[place][0]) if index and place[0] == "article" else "",
        )
        for place in order
    ]


def _missed(line: Line, got: Plain) -> list[tuple[tuple[str, str, str, str], float]]:
    if isinstance(line, Question):
        return _missed_article(line, got)
    if isinstance(line, Message):
        holds = message_holds(line, got)
        missed = []
        for name in JUDGED_FIELDS:
            if name in line.expect:
                expected, value = values_of(line, name, got)
                danger = name == "emergency" and holds.get("danger_found") is False
                if expected != value:
                    cost = DANGER if danger else 1.0
                    missed.append(((name, expected, value, ""), cost))
        return missed
    if got["masked"] is line.masked:
        return []
    place = ("masked", str(line.masked).lower(), str(got["masked"]).lower(), "")
    return [(place, DANGER if line.masked else 1.0)]


def _missed_article(line: Question, got: Plain) -> list[tuple[tuple[str, str, str, str], float]]:
    holds = question_holds(line, got)
    if holds["answered_wrong"]:
        return [(("article", line.article or "-", str(got["article"]), "answer"), WRONG)]
    if line.article and not holds["found"]:
        cost = LOST if got["outcome"] == "handover" else ASKED + LOST
        first = got["alternatives"][0] if got["alternatives"] else "-"
        return [(("article", line.article, str(first), got["outcome"]), cost)]
    return []


def _why(index: Index, text: str) -> str:
    """The first two candidates, what speaks most for each, and the words that none knew."""
    decided: Any = why(index, text)
    told = []
    for one in decided["candidates"][:2]:
        strongest = max(one["evidence"], key=lambda name: one["evidence"][name])
        told.append(f"{one['article']} {one['probability']:.2f} ({strongest})")
    unknown = [one["word"] for one in decided["words"] if one["way"] == "unknown"]
    if unknown:
        told.append(f"? {', '.join(unknown)}")
    return "; ".join(told)
