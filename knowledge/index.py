"""The index: everything that search looks at, built once from the articles.

Three kinds of evidence, each explainable: BM25 over words and parts of compounds, BM25 over
character 3- to 5-grams, and likeness to the single example questions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.articles import Article
from knowledge.lexicon import Lexicon
from knowledge.municipality import Municipality
from knowledge.words import content_words, grams

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

_K1, _B = 1.2, 0.5  # BM25; texts differ little in length, so b is low
_WEIGHTS = {"title": 2.0, "questions": 1.0, "names": 1.0, "sms": 0.6, "body": 0.3}
_GRAM_FIELDS = ("title", "questions", "names", "sms")
_NAMING = ("title", "questions", "names")


@dataclass(frozen=True, slots=True)
class Postings:
    """A sparse matrix, term by document, as BM25 (or other) weights."""

    rows: dict[str, int]
    starts: Rows
    documents: Rows
    weights: Scores
    size: int

    def scores(self, query: Sequence[tuple[str, float]]) -> Scores:
        """The sum of weights for every document, for terms that count so much each."""
        found = [(self.rows[one], count) for one, count in query if one in self.rows]
        if not found:
            return np.zeros(self.size, dtype=np.float32)
        spans = [slice(self.starts[row], self.starts[row + 1]) for row, _ in found]
        documents = np.concatenate([self.documents[span] for span in spans])
        lengths = [span.stop - span.start for span in spans]
        weights = np.concatenate([self.weights[span] for span in spans])
        weights = weights * np.repeat(np.array([c for _, c in found], np.float32), lengths)
        return np.bincount(documents, weights, self.size).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Index:
    """What search needs. Immutable; built by `build_index`.

    `questions` are the folded example questions of all articles, `owner` tells whose each
    is (an index into `ids`), and `first` where an article's questions begin.
    """

    ids: tuple[str, ...]
    titles: tuple[dict[str, str], ...]
    lexicon: Lexicon
    idf: dict[str, float]
    unknown_idf: float
    words: Postings
    grams: Postings
    likeness: Postings
    gram_idf: dict[str, float]
    questions: tuple[str, ...]
    owner: Rows
    first: Rows
    strong: tuple[frozenset[str], ...]
    all_terms: tuple[frozenset[str], ...]


def build_index(articles: Iterable[Article], municipality: Municipality) -> Index:
    """Index the articles. Both standards of an article are one document.

    Deterministic; about 1 ms an article.
    """
    grouped: dict[str, list[Article]] = {}
    for article in sorted(articles, key=lambda one: (one.id, one.standard)):
        grouped.setdefault(article.id, []).append(article)
    ids = tuple(grouped)
    fields = [_fields(grouped[id], municipality) for id in ids]
    words = [{name: content_words(" ".join(texts)) for name, texts in f.items()} for f in fields]
    lexicon = Lexicon(
        (word for one in words for name in _NAMING for word in one[name]),
        (word for one in words for name in ("sms", "body") for word in one[name]),
    )
    counts = [_term_counts(one, lexicon) for one in words]
    strong = tuple(
        frozenset(t for name in _NAMING for word in one[name] for t, _ in lexicon.terms_of(word))
        for one in words
    )
    idf = _idf(counts)
    gram_counts = [_gram_counts(one) for one in words]
    gram_idf = _idf(gram_counts)
    questions = [
        (number, content_words(question))
        for number, id in enumerate(ids)
        for question in _questions(grouped[id])
    ]
    owner = np.array([number for number, _ in questions], np.int32)
    return Index(
        ids=ids,
        titles=tuple({one.standard: one.title for one in grouped[id]} for id in ids),
        lexicon=lexicon,
        idf=idf,
        unknown_idf=math.log(1 + len(ids)),
        words=_bm25(counts, idf),
        grams=_bm25(gram_counts, gram_idf),
        likeness=_unit_vectors([found for _, found in questions], lexicon, idf),
        gram_idf=gram_idf,
        questions=tuple(" ".join(found) for _, found in questions),
        owner=owner,
        first=np.searchsorted(owner, np.arange(len(ids) + 1)).astype(np.int32),
        strong=strong,
        all_terms=tuple(frozenset(one) for one in counts),
    )


def _questions(twins: Sequence[Article]) -> list[str]:
    """Every question and title of an article, in both standards, each once."""
    return list(dict.fromkeys(q for one in twins for q in (*one.questions, one.title)))


def _fields(twins: Sequence[Article], municipality: Municipality) -> dict[str, list[str]]:
    names: list[str] = []
    service = municipality.services.get(twins[0].service or "")
    if service is not None:
        names += [*service.name.values(), *(w for ws in service.words.values() for w in ws)]
    unit = municipality.units.get(twins[0].unit)
    if unit is not None:
        names += unit.name.values()
    return {
        "title": [one.title for one in twins],
        "questions": [question for one in twins for question in one.questions],
        "names": names,
        "sms": [one.sms for one in twins],
        "body": [one.body for one in twins],
    }


def _term_counts(words: dict[str, list[str]], lexicon: Lexicon) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for name, found in words.items():
        for word, times in Counter(found).items():
            for one, weight in lexicon.terms_of(word):
                counts[one] += _WEIGHTS[name] * weight * times  # type: ignore[assignment]
    return dict(counts)


def _gram_counts(words: dict[str, list[str]]) -> dict[str, float]:
    counts: dict[str, float] = {}
    for name in _GRAM_FIELDS:
        for word, times in Counter(words[name]).items():
            for gram in grams(word):
                counts[gram] = counts.get(gram, 0.0) + _WEIGHTS[name] * times
    return counts


def _idf(counts: Sequence[dict[str, float]]) -> dict[str, float]:
    frequency = Counter(one for found in counts for one in found)
    total = len(counts)
    return {
        one: math.log(1 + (total - times + 0.5) / (times + 0.5)) for one, times in frequency.items()
    }


def _bm25(counts: Sequence[dict[str, float]], idf: dict[str, float]) -> Postings:
    lengths = [sum(found.values()) for found in counts]
    mean = sum(lengths) / len(lengths) if lengths else 1.0
    entries: dict[str, list[tuple[int, float]]] = {}
    for number, found in enumerate(counts):
        norm = _K1 * (1 - _B + _B * lengths[number] / mean)
        for one, count in found.items():
            weight = idf[one] * count * (_K1 + 1) / (count + norm)
            entries.setdefault(one, []).append((number, weight))
    return _postings(entries, len(counts))


def _unit_vectors(
    questions: Sequence[list[str]], lexicon: Lexicon, idf: dict[str, float]
) -> Postings:
    entries: dict[str, list[tuple[int, float]]] = {}
    for number, words in enumerate(questions):
        vector: dict[str, float] = {}
        for word in words:
            for one, weight in lexicon.terms_of(word):
                vector[one] = max(vector.get(one, 0.0), weight * idf.get(one, 0.0))
        length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
        for one, value in vector.items():
            entries.setdefault(one, []).append((number, value / length))
    return _postings(entries, len(questions))


def _postings(entries: dict[str, list[tuple[int, float]]], size: int) -> Postings:
    starts = np.zeros(len(entries) + 1, np.int32)
    np.cumsum([len(found) for found in entries.values()], out=starts[1:])
    flat = [pair for found in entries.values() for pair in found]
    return Postings(
        rows={one: row for row, one in enumerate(entries)},
        starts=starts,
        documents=np.array([number for number, _ in flat], np.int32),
        weights=np.array([weight for _, weight in flat], np.float32),
        size=size,
    )
