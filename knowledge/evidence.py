"""What speaks for each candidate article, as a few figures that people can read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from knowledge.index import Index
from knowledge.lexicon import Reading
from knowledge.postings import ATTAINABLE
from knowledge.support import GRAMS, TOLD, WORDS
from knowledge.weighing import Weighed
from knowledge.words import content_words_of, fold, spelled_words, vocabulary

CANDIDATES = 10
_UNKNOWN = {"unknown": 1.0, "part": 0.5}

FEATURES = (
    "words",  # BM25 over words and parts of compounds, as a share of what is attainable
    "grams",  # the same over character n-grams
    "questions",  # likeness to its example questions, the most similar counting most
    "told",  # share of the message's weight that its questions, names and texts hold
    "learnt",  # its probability by the classifier
)
CIRCUMSTANCES = (
    "always",
    "unknown",  # share of the message's weight in words that the base does not know
    "short",  # 1 / number of content words
    "long",  # content words above six
    "mended",  # share of words that were taken for misspellings
    "now",  # it is about the moment, or an own case
    "trade",  # about buying, selling, or what is best
    "apart",  # the classifier's probability that it lies outside the base
    "sure",  # its greatest probability for any candidate
    "elsewhere",  # what it leaves to all that are no candidates, as a logarithm
)


_CUES = CIRCUMSTANCES[5:7]
# Added before logarithms are taken: what is learnt is told apart down to small chances.
_LEAST = np.array([0.05 if name != "learnt" else 0.0005 for name in FEATURES])
VIEWS = ("plain", "log", "ahead", "times", "first")


def views(features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The features as the gate weighs them: plain, as logarithms, ahead of the best rival (by how
    much, and by how many times as a logarithm), and 1 where no candidate has more.

    Candidate by (view, feature).
    """
    order = np.sort(features, axis=0)
    best, second = order[-1], order[-2] if len(order) > 1 else np.zeros(features.shape[1])
    rival = np.where(features == best, second, best)
    logarithms = np.log(features + _LEAST)
    times = logarithms - np.log(rival + _LEAST)
    return np.hstack([features, logarithms, features - rival, times, features >= best])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Candidates, best first by plain sum, with their features; and the circumstances."""

    readings: tuple[Reading, ...]
    candidates: tuple[int, ...]
    features: npt.NDArray[np.float64]  # candidate by (view, feature), see `views`
    circumstances: npt.NDArray[np.float64]


def gather(index: Index, query: str) -> Evidence | None:
    """The evidence for a message, or None when it holds no word that the base knows."""
    said = spelled_words(query)
    words = list(dict.fromkeys(content_words_of(said)))
    if not words or not index.articles:
        return None
    weighed = index.weighing.weigh(words)
    if all(word.reading.way == "unknown" for word in weighed):
        return None
    total = sum([word.weight for word in weighed])
    support = index.support.of(weighed)
    by_words = support[WORDS] / (ATTAINABLE * total)
    by_grams = support[GRAMS] / (ATTAINABLE * sum([word.mass for word in weighed]))
    folded = [fold(word) for word in said]
    readings = [word.reading for word in weighed]
    learnt = index.classifier.chances(folded, readings)
    plain = by_words + by_grams + learnt
    count = min(CANDIDATES, len(index.ids))
    top = np.argpartition(-plain, count - 1)[:count]
    top = top[np.lexsort((top, -plain[top]))]
    candidates = top.tolist()
    features = np.empty((count, len(FEATURES)))
    features[:, 0], features[:, 1] = by_words[top], by_grams[top]
    features[:, 2] = index.ngrams.questions.likeness(*_grams(weighed), candidates)
    features[:, 3] = support[TOLD][top] / total
    features[:, 4] = learnt[top]
    return Evidence(
        tuple(readings),
        tuple(candidates),
        views(features),
        np.array(
            (
                *_circumstances(folded, weighed, total),
                learnt[index.articles :].sum(),
                learnt.max(),
                math.log(1.001 - min(1.0, float(features[:, 4].sum()))),
            )
        ),
    )


def likeness_to_each(index: Index, words: Sequence[Weighed], document: int) -> list[float]:
    """How like a message is to each question of a document."""
    cosines = index.ngrams.questions.cosines(*_grams(words), [document])
    likeness: list[float] = cosines.tolist()
    return likeness


def _grams(words: Sequence[Weighed]) -> tuple[list[int], float]:
    """The known n-grams of a message, and the length of its vector."""
    known = [gram for word in words for gram in word.known]
    return known, math.sqrt(sum([word.squares for word in words]))


def _circumstances(
    said: Sequence[str], words: Sequence[Weighed], total: float
) -> tuple[float, ...]:
    ways = [word.reading.way for word in words]
    unknown = sum([word.weight * _UNKNOWN.get(word.reading.way, 0.0) for word in words])
    return (
        1.0,
        unknown / total,
        1 / len(words),
        max(0, len(words) - 6) / 6,
        ways.count("mended") / len(ways),
        *_cues(said),
    )


def _cues(said: Sequence[str]) -> list[float]:
    held = {*said, *(one + other for one, other in pairwise(said))}
    return [float(not held.isdisjoint(vocabulary().cues[cue])) for cue in _CUES]
