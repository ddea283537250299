"""Character n-grams: the evidence that survives typing errors and unknown compounds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.postings import ATTAINABLE, Rows, Scores, bm25_weights, places_of
from knowledge.words import grams


@dataclass(frozen=True, slots=True)
class Ngrams:
    """N-grams of articles (BM25) and of their single questions (unit vectors).

    A question's n-grams lie at `question_starts[n]` to `question_starts[n + 1]`.
    """

    ids: dict[str, int]
    idf: Scores
    unknown_idf: float
    starts: Rows
    articles: Rows
    weights: Scores
    size: int
    question_starts: Rows
    question_lengths: Rows
    question_grams: npt.NDArray[np.intp]
    question_weights: Scores

    def read(self, known: npt.NDArray[np.intp], unknown: int) -> Query:
        """A message's n-grams: those that the base has, beside so many others."""
        mass = self.idf.take(known)
        return Query(
            known,
            float(mass.sum()) + unknown * self.unknown_idf,
            math.sqrt(float((mass * mass).sum()) + unknown * self.unknown_idf**2),
        )

    def article_scores(self, query: Query) -> Scores:
        """BM25 of every article, as a share of what is attainable."""
        places, _ = places_of(self.starts, query.known)
        scores = np.bincount(self.articles.take(places), self.weights.take(places), self.size)
        return (scores / (ATTAINABLE * query.mass)).astype(np.float32)

    def likeness(self, query: Query, first: Rows, last: Rows) -> Scores:
        """How like the message is to each run of questions, from `first` up to before `last`.

        The length of the vector of cosines to each question: many alike questions count more
        than one, and the most alike most.
        """
        vector = np.zeros(len(self.idf), np.float32)
        vector[query.known] = self.idf.take(query.known)
        begins, ends = self.question_starts.take(first).tolist(), self.question_starts.take(last)
        spans = list(map(slice, begins, ends.tolist()))
        products = vector.take(np.concatenate([self.question_grams[span] for span in spans]))
        products *= np.concatenate([self.question_weights[span] for span in spans])
        runs = map(slice, first.tolist(), last.tolist())
        lengths = np.concatenate([self.question_lengths[run] for run in runs])
        cosines = np.add.reduceat(products, lengths.cumsum() - lengths)
        counts = last - first
        sums = np.add.reduceat(cosines * cosines, counts.cumsum() - counts)
        return np.asarray(np.sqrt(sums) / max(query.length, 1e-9), np.float32)


@dataclass(frozen=True, slots=True)
class Query:
    """A message's known n-grams, the sum of idf of all its n-grams, and their length."""

    known: npt.NDArray[np.intp]
    mass: float
    length: float


def index_ngrams(
    articles: Sequence[Mapping[str, float]], questions: Sequence[Sequence[str]]
) -> Ngrams:
    """Index articles, given as words with weights, and questions, given as words."""
    ids: dict[str, int] = {}
    of_word: dict[str, Rows] = {}
    for words in (*articles, *questions):
        for word in words:
            if word not in of_word:
                of_word[word] = np.array(
                    [ids.setdefault(gram, len(ids)) for gram in grams(word)], np.int32
                )
    counts = [_counts(words, of_word, len(ids)) for words in articles]
    rows = np.repeat(np.arange(len(articles), dtype=np.int32), [len(c[0]) for c in counts])
    columns = np.concatenate([np.zeros(0, np.int64), *(found for found, _ in counts)])
    values = np.concatenate([np.zeros(0, np.float32), *(times for _, times in counts)])
    frequency = np.bincount(columns, minlength=len(ids))
    total = len(articles)
    idf = np.log(1 + (total - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    weights = bm25_weights(rows, values, idf[columns], total)
    order = np.argsort(columns, kind="stable")
    starts = np.zeros(len(ids) + 1, np.int32)
    np.cumsum(frequency, out=starts[1:])
    return Ngrams(
        ids,
        idf,
        math.log(1 + total),
        starts,
        rows[order],
        weights[order],
        total,
        *_question_vectors(questions, of_word, idf),
    )


def _counts(
    words: Mapping[str, float], of_word: Mapping[str, Rows], size: int
) -> tuple[npt.NDArray[np.int64], Scores]:
    if not words:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    found = [of_word[word] for word in words]
    weights = np.repeat(np.array(list(words.values()), np.float32), [len(one) for one in found])
    sums = np.bincount(np.concatenate(found), weights, size)
    held = np.nonzero(sums)[0]
    return held, sums[held].astype(np.float32)


def _question_vectors(
    questions: Iterable[Sequence[str]], of_word: Mapping[str, Rows], idf: Scores
) -> tuple[Rows, Rows, npt.NDArray[np.intp], Scores]:
    pieces = [
        np.concatenate([of_word[word] for word in words]) if words else np.zeros(1, np.int32)
        for words in questions
    ]
    starts = np.zeros(len(pieces) + 1, np.int32)
    np.cumsum([len(piece) for piece in pieces], out=starts[1:])
    flat = np.concatenate(pieces) if pieces else np.zeros(0, np.int32)
    weights = idf[flat]
    lengths = np.sqrt(np.add.reduceat(weights * weights, starts[:-1])) if pieces else weights
    weights = weights / np.maximum(np.repeat(lengths, np.diff(starts)), 1e-9)
    return starts, np.diff(starts), flat.astype(np.intp), weights.astype(np.float32)
