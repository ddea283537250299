"""Search: the one door of the knowledge room for a question."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge.evidence import CIRCUMSTANCES, FEATURES, Evidence, gather, likeness_to_each
from knowledge.gate import (
    Calibration,
    Outcome,
    judge,
    needed,
    probabilities,
    shipped_calibration,
    weights_of,
)
from knowledge.index import Index
from knowledge.words import content_words


@dataclass(frozen=True, slots=True)
class Found:
    """What search found.

    `article` is set for "answer" only; `alternatives` are the ids to offer in a "clarify"
    (two or three, best first). `confidence` is the probability that the best candidate is
    the right one, calibrated; 0 when the message holds no word that the base knows.
    """

    outcome: Outcome
    article: str | None
    alternatives: tuple[str, ...]
    confidence: float


NOTHING = Found("handover", None, (), 0.0)


def search(
    index: Index, query: str, standard: str = "nb", calibration: Calibration | None = None
) -> Found:
    """The article that answers a message, a few to choose between, or none.

    Both standards of an article are searched together, whatever `standard` the person
    writes; the caller takes the found article in that standard. Pure.
    """
    del standard  # like questions alike: nb, nn and dialect meet the same index
    calibration = calibration or shipped_calibration()
    evidence = gather(index, query)
    if evidence is None:
        return NOTHING
    chances, words = probabilities(evidence, calibration), _words(query)
    outcome, rows, confidence = judge(chances, _articles(index, evidence), calibration, words)
    ids = tuple(index.ids[evidence.candidates[row]] for row in rows)
    if outcome == "answer":
        return Found(outcome, ids[0], (), confidence)
    return Found(outcome, None, ids, confidence)


def _words(query: str) -> int:
    return len(query.split())


def _articles(index: Index, evidence: Evidence) -> list[bool]:
    return [number < index.articles for number in evidence.candidates]


def _nearest(index: Index, query: str, number: int) -> dict[str, object]:
    """The example question of a candidate that is most like the message, and how like."""
    words = index.weighing.weigh(dict.fromkeys(content_words(query)))
    likeness = likeness_to_each(index, words, number)
    if not likeness:
        return {"question": None, "likeness": 0.0}
    best = max(range(len(likeness)), key=likeness.__getitem__)
    question = index.asked[index.ngrams.questions.questions_from[number] + best]
    return {"question": question, "likeness": round(likeness[best], 3)}


def why(index: Index, query: str, calibration: Calibration | None = None) -> dict[str, object]:
    """What decided: how each word was read, and what spoke for each candidate.

    Plain values, for `samsvar ask --why`. `evidence` holds what each
    feature adds to a candidate's score.
    """
    calibration = calibration or shipped_calibration()
    evidence = gather(index, query)
    if evidence is None:
        return {"outcome": "handover", "confidence": 0.0, "words": [], "candidates": []}
    chances, words = probabilities(evidence, calibration), _words(query)
    outcome, _, confidence = judge(chances, _articles(index, evidence), calibration, words)
    weights = weights_of(calibration)[0]
    order = np.argsort(-chances[:-1], kind="stable")[:5]
    return {
        "outcome": outcome,
        "confidence": round(confidence, 4),
        "none": round(float(chances[-1]), 4),
        "needed": {
            "answer": needed(calibration, words),
            "clarify": calibration.clarify,
        },
        "words": [
            {
                "word": reading.word,
                "read_as": [one for one, _ in reading.terms],
                "way": reading.way,
            }
            for reading in evidence.readings
        ],
        "candidates": [
            {
                "article": index.ids[evidence.candidates[row]],
                "probability": round(float(chances[row]), 4),
                "nearest": _nearest(index, query, evidence.candidates[row]),
                "evidence": {
                    name: round(float(value), 3)
                    for name, value in zip(
                        FEATURES,
                        (evidence.features[row] * weights).reshape(-1, len(FEATURES)).sum(axis=0),
                        strict=True,
                    )
                },
            }
            for row in order.tolist()
        ],
        "circumstances": dict(
            zip(CIRCUMSTANCES, evidence.circumstances.round(3).tolist(), strict=True)
        ),
    }
