"""What speaks for each candidate article, as a few figures that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from knowledge.index import Index
from knowledge.lexicon import Reading, related_terms
from knowledge.words import content_words, grams

CANDIDATES = 8
_RELATED = 0.4  # what a related word counts beside the word itself
_COMPARED = 4  # questions of a candidate that are compared letter by letter

FEATURES = (
    "words",  # BM25 over words and parts of compounds, as a share of what is attainable
    "grams",  # the same over character n-grams
    "likeness",  # cosine to the most similar example question
    "company",  # mean cosine to the three most similar
    "letters",  # letter-by-letter likeness to the most similar questions
    "named",  # share of the message's weight that questions, titles and names hold
    "told",  # the same, texts included
    "key",  # whether the message's rarest word is held, 0 to 1
    "first",  # how many of words, grams and likeness put it first, 0 to 1
)
CIRCUMSTANCES = (
    "always",
    "unknown",  # share of the message's weight in words that the base does not know
    "short",  # 1 / number of content words
    "long",  # content words above six
    "mended",  # share of words that were taken for misspellings
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Candidates, best first by plain sum, with their features; and the circumstances."""

    readings: tuple[Reading, ...]
    candidates: tuple[int, ...]
    features: npt.NDArray[np.float64]  # candidate by feature
    circumstances: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Word:
    """A read word with its related terms and its weight (idf)."""

    terms: tuple[tuple[str, float], ...]
    weight: float


def gather(index: Index, query: str) -> Evidence | None:
    """The evidence for a message, or None when it holds no word that the base knows."""
    words = list(dict.fromkeys(content_words(query)))
    if not words or not index.ids:
        return None
    readings = tuple(index.lexicon.read(word) for word in words)
    weighed = [_weigh(index, reading) for reading in readings]
    if not any(reading.known for reading in readings):
        return None
    total = sum(word.weight for word in weighed)
    terms = _query_terms(weighed)
    by_words = index.words.scores(list(terms.items())) / (2.2 * total)
    by_grams = _gram_scores(index, words)
    likeness = _likeness(index, weighed, terms)
    nearest = np.maximum.reduceat(likeness, index.first[:-1])
    plain = by_words + by_grams + nearest
    count = min(CANDIDATES, len(index.ids))
    top = np.argpartition(-plain, count - 1)[:count]
    top = top[np.lexsort((top, -plain[top]))]
    firsts = [int(one.argmax()) for one in (by_words, by_grams, nearest)]
    text = " ".join(words)
    features = np.zeros((count, len(FEATURES)))
    for row, article in enumerate(top.tolist()):
        mine = likeness[index.first[article] : index.first[article + 1]]
        order = np.argsort(-mine, kind="stable")[:_COMPARED]
        begin = int(index.first[article])
        features[row] = (
            by_words[article],
            by_grams[article],
            nearest[article],
            float(mine[order[:3]].mean()),
            max(fuzz.ratio(text, index.questions[begin + at]) for at in order.tolist()) / 100,
            _covered(weighed, index.strong[article]),
            _covered(weighed, index.all_terms[article]),
            _key_covered(weighed, index.strong[article]),
            firsts.count(article) / 3,
        )
    return Evidence(readings, tuple(top.tolist()), features, _circumstances(readings, weighed))


def _weigh(index: Index, reading: Reading) -> _Word:
    if not reading.known:
        return _Word(reading.terms, index.unknown_idf)
    terms = dict(reading.terms)
    for one, weight in reading.terms:
        for other in related_terms(one, index.idf):
            terms[other] = max(terms.get(other, 0.0), _RELATED * weight)
    known = [index.idf[one] for one, _ in reading.terms if one in index.idf]
    return _Word(tuple(terms.items()), max(known, default=index.unknown_idf))


def _query_terms(words: Sequence[_Word]) -> dict[str, float]:
    terms: dict[str, float] = {}
    for word in words:
        for one, weight in word.terms:
            terms[one] = max(terms.get(one, 0.0), weight)
    return terms


def _gram_scores(index: Index, words: Sequence[str]) -> npt.NDArray[np.float32]:
    found = [gram for word in words for gram in grams(word)]
    attainable = sum(index.gram_idf.get(gram, index.unknown_idf) for gram in found)
    return index.grams.scores([(gram, 1.0) for gram in found]) / (2.2 * attainable)


def _likeness(
    index: Index, words: Sequence[_Word], terms: dict[str, float]
) -> npt.NDArray[np.float32]:
    vector = [(one, weight * index.idf.get(one, 0.0)) for one, weight in terms.items()]
    length = sum(
        max((weight * index.idf.get(one, 0.0)) ** 2 for one, weight in word.terms) or word.weight**2
        for word in words
    )
    return index.likeness.scores(vector) / np.float32(max(length, 1e-9) ** 0.5)


def _covered(words: Sequence[_Word], held: frozenset[str]) -> float:
    total = sum(word.weight for word in words)
    return sum(word.weight * _held(word, held) for word in words) / total


def _key_covered(words: Sequence[_Word], held: frozenset[str]) -> float:
    return _held(max(words, key=lambda word: word.weight), held)


def _held(word: _Word, held: frozenset[str]) -> float:
    return max((weight for one, weight in word.terms if one in held), default=0.0)


def _circumstances(readings: Sequence[Reading], words: Sequence[_Word]) -> npt.NDArray[np.float64]:
    total = sum(word.weight for word in words)
    pairs = zip(readings, words, strict=True)
    unknown = sum(word.weight for reading, word in pairs if not reading.known)
    return np.array(
        (
            1.0,
            unknown / total,
            1 / len(words),
            max(0, len(words) - 6) / 6,
            sum(reading.mended for reading in readings) / len(readings),
        )
    )
