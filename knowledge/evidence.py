"""What speaks for each candidate article, as a few figures that people can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from knowledge.index import Index
from knowledge.lexicon import Reading, related_terms
from knowledge.postings import ATTAINABLE
from knowledge.words import content_words, tokens, vocabulary

CANDIDATES = 10
_UNKNOWN = {"unknown": 1.0, "part": 0.5}
_RELATED = 0.4  # what a related word counts beside the word itself

FEATURES = (
    "words",  # BM25 over words and parts of compounds, as a share of what is attainable
    "grams",  # the same over character n-grams
    "questions",  # likeness to its example questions, the most similar counting most
    "told",  # share of the message's weight that its questions, names and texts hold
)
CIRCUMSTANCES = (
    "always",
    "unknown",  # share of the message's weight in words that the base does not know
    "short",  # 1 / number of content words
    "long",  # content words above six
    "mended",  # share of words that were taken for misspellings
    "now",  # it is about the moment, or an own case
    "trade",  # about buying, selling, or what is best
)


_CUES = CIRCUMSTANCES[-2:]
VIEWS = ("plain", "log", "ahead")


def views(features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The features as the gate weighs them: plain, as logarithms, and ahead of the best rival.

    Candidate by (view, feature).
    """
    order = np.sort(features, axis=0)
    best, second = order[-1], order[-2] if len(order) > 1 else np.zeros(features.shape[1])
    rival = np.where(features == best, second, best)
    return np.hstack([features, np.log(features + 0.05), features - rival])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Candidates, best first by plain sum, with their features; and the circumstances."""

    readings: tuple[Reading, ...]
    candidates: tuple[int, ...]
    features: npt.NDArray[np.float64]  # candidate by (view, feature), see `views`
    circumstances: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Word:
    """A read word with its related terms and its weight (idf)."""

    terms: tuple[tuple[str, float], ...]
    weight: float


def gather(index: Index, query: str) -> Evidence | None:
    """The evidence for a message, or None when it holds no word that the base knows."""
    words = list(dict.fromkeys(content_words(query)))
    if not words or not index.articles:
        return None
    readings = tuple(index.lexicon.read(word) for word in words)
    weighed = [_weigh(index, reading) for reading in readings]
    if all(reading.way == "unknown" for reading in readings):
        return None
    total = sum(word.weight for word in weighed)
    terms = _query_terms(weighed)
    by_words = index.words.scores(list(terms.items())) / (ATTAINABLE * total)
    read = index.ngrams.read(words)
    by_grams = index.ngrams.article_scores(read)
    plain = by_words + by_grams
    count = min(CANDIDATES, len(index.ids))
    top = np.argpartition(-plain, count - 1)[:count]
    top = top[np.lexsort((top, -plain[top]))]
    likeness = index.ngrams.likeness(read, index.first[top], index.first[top + 1])
    features = np.empty((count, len(FEATURES)))
    features[:, 0], features[:, 1], features[:, 2] = by_words[top], by_grams[top], likeness
    features[:, 3] = [_covered(weighed, total, index.held[one]) for one in top.tolist()]
    return Evidence(
        readings, tuple(top.tolist()), views(features), _circumstances(query, readings, weighed)
    )


def _weigh(index: Index, reading: Reading) -> _Word:
    if reading.way == "unknown":
        return _Word(reading.terms, index.unknown_idf)
    terms = dict(reading.terms)
    for one, weight in reading.terms:
        for other in related_terms(one, index.idf):
            terms[other] = max(terms.get(other, 0.0), _RELATED * weight)
    known = [index.idf[one] for one, _ in reading.terms if one in index.idf]
    weight = index.unknown_idf if reading.way == "part" else max(known, default=0.0)
    return _Word(tuple(terms.items()), weight or index.unknown_idf)


def _query_terms(words: Sequence[_Word]) -> dict[str, float]:
    terms: dict[str, float] = {}
    for word in words:
        for one, weight in word.terms:
            terms[one] = max(terms.get(one, 0.0), weight)
    return terms


def _covered(words: Sequence[_Word], total: float, held: Mapping[str, float]) -> float:
    return sum(word.weight * _held(word, held) for word in words) / total


def _held(word: _Word, held: Mapping[str, float]) -> float:
    return max((weight * held.get(one, 0.0) for one, weight in word.terms), default=0.0)


def _circumstances(
    query: str, readings: Sequence[Reading], words: Sequence[_Word]
) -> npt.NDArray[np.float64]:
    total = sum(word.weight for word in words)
    pairs = zip(readings, words, strict=True)
    unknown = sum(word.weight * _UNKNOWN.get(reading.way, 0.0) for reading, word in pairs)
    return np.array(
        (
            1.0,
            unknown / total,
            1 / len(words),
            max(0, len(words) - 6) / 6,
            sum(reading.way == "mended" for reading in readings) / len(readings),
            *_cues(query),
        )
    )


def _cues(query: str) -> list[float]:
    found = tokens(query)
    held = {*found, *(one + other for one, other in pairwise(found))}
    return [float(not held.isdisjoint(vocabulary().cues[cue])) for cue in _CUES]
