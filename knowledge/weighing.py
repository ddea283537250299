"""What one word of a message says to one base: read once, then remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from knowledge.lexicon import Lexicon, Reading, related_terms
from knowledge.ngrams import Ngrams
from knowledge.postings import Postings
from knowledge.words import grams

_RELATED = 0.4  # what a related word counts beside the word itself
_REMEMBERED, _LONGEST_REMEMBERED = 8_192, 40  # words, and letters of one


@dataclass(frozen=True, slots=True)
class Weighed:
    """A read word, its weight (idf), and where it stands in the index.

    `rows` are those of its terms, and of related ones, in the postings, each with what it
    counts; `known` are its n-grams that the base has. `mass` is the sum of the idf of all its
    n-grams, `squares` that of their squares.
    """

    reading: Reading
    weight: float
    rows: tuple[tuple[int, float], ...]
    known: tuple[int, ...]
    mass: float
    squares: float


class Weighing:
    """Weighs words by the lexicon, postings and n-grams of one base."""

    def __init__(
        self,
        lexicon: Lexicon,
        idf: Mapping[str, float],
        unknown_idf: float,
        words: Postings,
        ngrams: Ngrams,
    ) -> None:
        self._lexicon = lexicon
        self._idf = idf
        self._unknown_idf = unknown_idf
        self._words = words
        self._ngrams = ngrams
        self._seen: dict[str, Weighed] = {}

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_seen": {}}  # what people wrote is not kept

    def weigh(self, words: Iterable[str]) -> list[Weighed]:
        """Folded words of a message, weighed."""
        seen = self._seen
        return [seen.get(word) or self._remember(word) for word in words]

    def _remember(self, word: str) -> Weighed:
        weighed = self._weigh(word)
        if len(self._seen) < _REMEMBERED and len(word) <= _LONGEST_REMEMBERED:
            self._seen[word] = weighed
        return weighed

    def _weigh(self, word: str) -> Weighed:
        reading = self._lexicon.read(word)
        terms = dict(reading.terms)
        weight = self._unknown_idf
        if reading.way != "unknown":
            for one, counts in reading.terms:
                for other in related_terms(one, self._idf):
                    terms[other] = max(terms.get(other, 0.0), _RELATED * counts)
            known = [self._idf[one] for one, _ in reading.terms if one in self._idf]
            if reading.way != "part":
                weight = max(known, default=0.0) or self._unknown_idf
        rows = tuple(
            (self._words.rows[one], counts)
            for one, counts in terms.items()
            if one in self._words.rows
        )
        found = grams(word)
        ids = [gram for gram in map(self._ngrams.ids.get, found) if gram is not None]
        idf: list[float] = self._ngrams.idf.take(np.array(ids, np.intp)).tolist()
        idf += [self._ngrams.unknown_idf] * (len(found) - len(ids))
        squares = sum([one * one for one in idf])
        return Weighed(reading, weight, rows, tuple(ids), sum(idf), squares)
