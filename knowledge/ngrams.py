"""Character n-grams: the evidence that survives typing errors and unknown compounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.likeness import Questions, index_questions
from knowledge.postings import Rows, Scores, bm25_weights
from knowledge.words import grams


@dataclass(frozen=True, slots=True)
class Ngrams:
    """N-grams of documents (BM25) and of their single questions."""

    ids: dict[str, int]
    idf: Scores
    unknown_idf: float
    starts: Rows
    articles: Rows
    weights: Scores
    size: int
    questions: Questions


def index_ngrams(
    articles: Sequence[Mapping[str, float]], questions: Sequence[Sequence[Sequence[str]]]
) -> Ngrams:
    """Index articles, given as words with weights, and the questions of each, given as words."""
    ids: dict[str, int] = {}
    of_word: dict[str, Rows] = {}
    for words in (*articles, *(one for mine in questions for one in mine)):
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
        index_questions(questions, of_word, idf),
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
