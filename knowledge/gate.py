"""The gate: from evidence to answer, question back, or handover, with a calibrated figure.

A conditional logit over the candidates and "none of them". Its weights are figures in
`calibration.json`, made by `python -m knowledge.calibrate` and not by hand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from knowledge.evidence import CIRCUMSTANCES, FEATURES, VIEWS, Evidence

Outcome = Literal["answer", "clarify", "handover"]
MOST_CHOICES = 3
LONE_WORD = 0.85  # what one word must reach: «skole» names a subject and asks nothing yet


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Weights of the evidence (by view and feature), and the thresholds of the gate.

    `answer`: the confidence from which the first candidate is answered. `clarify`: the
    probability that any of three choices is right from which a question back is worth it.
    `worth`: what a choice must have to be offered beside better ones.
    """

    candidate: dict[str, dict[str, float]]
    none: dict[str, float]
    answer: float
    clarify: float
    worth: float


@lru_cache(maxsize=1)
def shipped_calibration() -> Calibration:
    """The calibration that ships with Samsvar."""
    data = json.loads(Path(__file__).with_name("calibration.json").read_text(encoding="utf-8"))
    return Calibration(**{key: data[key] for key in Calibration.__dataclass_fields__})


@lru_cache(maxsize=8)
def weights_of(
    calibration: Calibration,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The weights of the evidence and of the circumstances, in the order of `Evidence`."""
    candidate = [calibration.candidate[view][name] for view in VIEWS for name in FEATURES]
    return np.array(candidate), np.array([calibration.none[name] for name in CIRCUMSTANCES])


def probabilities(evidence: Evidence, calibration: Calibration) -> npt.NDArray[np.float64]:
    """The probability of each candidate, and last of none of them. They add up to 1."""
    candidate, none = weights_of(calibration)
    scores = np.empty(len(evidence.features) + 1)
    np.matmul(evidence.features, candidate, out=scores[:-1])
    scores[-1] = evidence.circumstances @ none
    return softmax(scores)


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scores as probabilities that add up to 1."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def needed(calibration: Calibration, words: int) -> float:
    """The confidence from which a message of so many words is answered at once."""
    return max(calibration.answer, LONE_WORD) if words == 1 else calibration.answer


def judge(
    chances: npt.NDArray[np.float64],
    is_article: Sequence[bool],
    calibration: Calibration,
    words: int,
) -> tuple[Outcome, tuple[int, ...], float]:
    """What to do, the rows of the candidates it concerns (best first), and the confidence.

    `is_article` tells which candidates can be answered; the others lie outside the base.
    `words`: how many the message has. The confidence is the probability that the first article
    is right.
    """
    order = [row for row in np.argsort(-chances[:-1], kind="stable").tolist() if is_article[row]]
    if not order:
        return "handover", (), 0.0
    chance: list[float] = chances.tolist()
    best = chance[order[0]]
    others = order[:MOST_CHOICES]
    if best >= needed(calibration, words):
        return "answer", (others[0],), best
    if sum([chance[row] for row in others]) >= calibration.clarify and len(others) > 1:
        kept = [row for row in others if chance[row] >= calibration.worth]
        return "clarify", tuple(kept if len(kept) > 1 else others[:2]), best
    return "handover", (), best
