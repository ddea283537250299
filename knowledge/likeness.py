"""How like a message is to the single example questions of each document.

A question is a unit vector of its n-grams, weighed by idf. N-grams never reach across words,
so what each word of all questions has in common with the message is found first, and then
added up for the questions of a few documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.postings import Rows, Scores, places_of

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of all documents.

    An n-gram weighs `squares` (its idf squared) and stands in the words from `starts` on in
    `holders`. A document's questions begin at `questions_from`, each of so many words as
    `lengths` says, with one by the length of its vector in `scales`; its words begin at
    `words_from` in `words`.
    """

    squares: Scores
    starts: Rows
    holders: Places
    size: int
    questions_from: tuple[int, ...]
    words_from: tuple[int, ...]
    lengths: Rows
    scales: Scores
    words: Places

    def likeness(
        self, known: Iterable[int], length: float, documents: Sequence[int]
    ) -> npt.NDArray[np.float64]:
        """How like a message is to each document, by its `known` n-grams and its length.

        The length of the vector of cosines to each question: many alike questions count more
        than one, and the most alike most.
        """
        cosines = self.cosines(known, length, documents)
        begins = [0, *accumulate([self.count(one) for one in documents[:-1]])]
        return np.sqrt(np.add.reduceat(cosines * cosines, begins))

    def cosines(
        self, known: Iterable[int], length: float, documents: Sequence[int]
    ) -> npt.NDArray[np.float64]:
        """The cosine to each question of these documents, one after the other."""
        grams = np.array(tuple(dict.fromkeys(known)), np.intp)
        places, counts = places_of(self.starts, grams)
        weights = self.squares.take(grams).repeat(counts)
        shared = np.bincount(self.holders.take(places), weights, self.size)
        lengths = _runs(self.lengths, self.questions_from, documents)
        each = shared.take(_runs(self.words, self.words_from, documents))
        sums = np.add.reduceat(each, lengths.cumsum() - lengths)
        scales = _runs(self.scales, self.questions_from, documents)
        return np.asarray(sums * scales / max(length, 1e-9))

    def count(self, document: int) -> int:
        """How many questions a document has."""
        return self.questions_from[document + 1] - self.questions_from[document]


def _runs(values: npt.NDArray[Any], begins: Sequence[int], documents: Sequence[int]) -> Any:
    return np.concatenate([values[begins[one] : begins[one + 1]] for one in documents])


def index_questions(
    documents: Sequence[Sequence[Sequence[str]]], of_word: Mapping[str, Rows], idf: Scores
) -> Questions:
    """Index the questions of documents, given as words; `of_word` names a word's n-grams."""
    numbers: dict[str, int] = {}
    words: list[int] = []
    lengths: list[int] = []
    begins: tuple[list[int], list[int]] = ([0], [0])
    for questions in documents:
        for question in questions:
            # A question without a word that counts points at a word that has no n-grams.
            words += [numbers.setdefault(word, len(numbers)) for word in question or ("",)]
            lengths.append(max(1, len(question)))
        begins[0].append(len(lengths))
        begins[1].append(len(words))
    nothing = np.zeros(0, np.int32)
    grams = [of_word.get(word, nothing) for word in numbers]
    counts = [len(one) for one in grams]
    flat = np.concatenate([nothing, *grams])
    order = np.argsort(flat, kind="stable")
    starts = np.zeros(len(idf) + 1, np.int32)
    np.cumsum(np.bincount(flat, minlength=len(idf)), out=starts[1:])
    holders = np.arange(len(grams), dtype=np.intp).repeat(counts)
    places = np.array(words, np.intp)
    of_words = np.bincount(holders, (idf * idf)[flat], len(grams)).astype(np.float64)
    return Questions(
        idf * idf,
        starts,
        holders[order],
        len(grams),
        tuple(begins[0]),
        tuple(begins[1]),
        np.array(lengths, np.int32),
        _scales(of_words.take(places), lengths),
        places,
    )


def _scales(squares: npt.NDArray[np.float64], lengths: Sequence[int]) -> Scores:
    """One by the length of each question, by the squares of its words."""
    if not lengths:
        return np.zeros(0, np.float32)
    sums = np.add.reduceat(squares, [0, *accumulate(lengths[:-1])])
    return (1 / np.sqrt(np.maximum(sums, 1e-18))).astype(np.float32)
