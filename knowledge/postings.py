"""Sparse matrices, term by document, on plain numpy arrays."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]

_K1, _B = 2.0, 0.5  # BM25; the texts differ little in length, so b is low
ATTAINABLE = _K1 + 1
"""What a term scores at most in `bm25`, in units of its idf."""


@dataclass(frozen=True, slots=True)
class Postings:
    """For every term, in which documents it stands and what it weighs there."""

    rows: dict[str, int]
    starts: Rows
    documents: Rows
    weights: Scores
    size: int


def places_of(starts: Rows, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], Rows]:
    """The places of all entries of these rows of a sparse matrix, and how many each has."""
    begins = starts.take(rows)
    lengths = starts.take(rows + 1) - begins
    ends = lengths.cumsum()
    shift = (begins - ends + lengths).repeat(lengths)
    return shift + np.arange(len(shift)), lengths


def inverse_frequencies(documents: Sequence[dict[str, float]]) -> dict[str, float]:
    """BM25's idf of every term: high for what few documents hold."""
    frequency = Counter(one for found in documents for one in found)
    total = len(documents)
    return {
        one: math.log(1 + (total - times + 0.5) / (times + 0.5)) for one, times in frequency.items()
    }


def bm25_weights(documents: Rows, counts: Scores, idf: Scores, size: int) -> Scores:
    """BM25 weights (Robertson and Zaragoza 2009) of entries: document, count, idf of the term."""
    lengths = np.bincount(documents, counts, size)
    norm = _K1 * (1 - _B + _B * lengths / max(float(lengths.sum()) / max(size, 1), 1e-9))
    weights = idf * counts * (_K1 + 1) / (counts + norm[documents])
    return np.asarray(weights, np.float32)


def bm25(documents: Sequence[dict[str, float]], idf: dict[str, float]) -> Postings:
    """The documents, given as term counts, in BM25 weights."""
    found = sparse([counts.items() for counts in documents])
    rows = np.repeat(np.arange(len(found.rows)), np.diff(found.starts))
    each = np.array([idf[one] for one in found.rows], np.float32)[rows]
    weights = bm25_weights(found.documents, found.weights, each, len(documents))
    return replace(found, weights=weights)


def sparse(documents: Sequence[Iterable[tuple[str, float]]]) -> Postings:
    """Documents, each the (term, weight) pairs it holds, turned into postings."""
    rows: dict[str, int] = {}
    terms: list[int] = []
    weights: list[float] = []
    numbers: list[int] = []
    for number, pairs in enumerate(documents):
        before = len(terms)
        for one, weight in pairs:
            terms.append(rows.setdefault(one, len(rows)))
            weights.append(weight)
        numbers += [number] * (len(terms) - before)
    column = np.array(terms, np.int32)
    order = np.argsort(column, kind="stable")
    starts = np.zeros(len(rows) + 1, np.int32)
    np.cumsum(np.bincount(column, minlength=len(rows)), out=starts[1:])
    return Postings(
        rows,
        starts,
        np.array(numbers, np.int32)[order],
        np.array(weights, np.float32)[order],
        len(documents),
    )
