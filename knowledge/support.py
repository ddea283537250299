"""What words say for every document of a base at once: summed up once for a word, then remembered.

All three figures add up over the words of a message, so that a message costs one addition a word.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.ngrams import Ngrams
from knowledge.postings import Postings, Scores, places_of
from knowledge.weighing import Weighed

WORDS, GRAMS, TOLD = range(3)
_MOST_REMEMBERED = 2_000_000  # figures, of four bytes each
_LONGEST_REMEMBERED = 40  # letters of a word


class Support:
    """The support of words in one base, in three rows of one figure for each document.

    `WORDS` is BM25 over terms, `GRAMS` BM25 over n-grams, and `TOLD` the weight of the words
    that the document holds, in full or in part.
    """

    def __init__(self, words: Postings, ngrams: Ngrams, held: Scores) -> None:
        """`held` tells for each posting of `words` how far the document holds the term."""
        self._words = words
        self._ngrams = ngrams
        self._held = held
        self._seen: dict[str, Scores] = {}
        self._most = _MOST_REMEMBERED // (3 * max(words.size, 1))

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_seen": {}}  # what people wrote is not kept

    def of(self, words: Sequence[Weighed]) -> Scores:
        """The support of the words of a message; a term of several words counts once."""
        each = [self._seen.get(word.reading.word) for word in words]
        missing = [word for word, one in zip(words, each, strict=True) if one is None]
        read = iter(self._read(missing) if missing else ())
        support = np.zeros((3, self._words.size), np.float32)
        for one in each:  # in the order of the message, whatever was read before
            support += next(read) if one is None else one
        for row, excess in _counted_again(words).items():
            run = slice(self._words.starts[row], self._words.starts[row + 1])
            support[WORDS, self._words.documents[run]] -= excess * self._words.weights[run]
        return support

    def _read(self, words: Sequence[Weighed]) -> Scores:
        """The support of each of some words, all read at once, then remembered."""
        size = self._words.size
        support = np.zeros((len(words), 3, size), np.float32)
        begins = np.arange(len(words)) * size
        known = np.array([gram for word in words for gram in word.known], np.intp)
        places, lengths = places_of(self._ngrams.starts, known)
        documents = begins.repeat([len(word.known) for word in words]).repeat(lengths)
        documents += self._ngrams.articles.take(places)
        sums = np.bincount(documents, self._ngrams.weights.take(places), len(words) * size)
        support[:, GRAMS] = sums.reshape(-1, size)

        rows = np.array([row for word in words for row, _ in word.rows], np.intp)
        places, lengths = places_of(self._words.starts, rows)
        documents = begins.repeat([len(word.rows) for word in words]).repeat(lengths)
        documents += self._words.documents.take(places)
        counts = np.array([count for word in words for _, count in word.rows]).repeat(lengths)
        sums = np.bincount(documents, self._words.weights.take(places) * counts, len(words) * size)
        support[:, WORDS] = sums.reshape(-1, size)
        held = np.zeros(len(words) * size, np.float32)
        np.maximum.at(held, documents, (self._held.take(places) * counts).astype(np.float32))
        weights = np.array([word.weight for word in words], np.float32)
        support[:, TOLD] = held.reshape(-1, size) * weights[:, None]
        self._remember(words, support)
        return support

    def _remember(self, words: Sequence[Weighed], support: Scores) -> None:
        if len(self._seen) + len(words) > self._most:
            self._seen.clear()  # what is said often soon comes back
        for word, one in zip(words, support, strict=True):
            if len(word.reading.word) <= _LONGEST_REMEMBERED:
                self._seen[word.reading.word] = one.copy()  # a view would keep all of them


def _counted_again(words: Sequence[Weighed]) -> dict[int, float]:
    """For rows that several words name, by how much their counts are more than the largest."""
    counts: dict[int, float] = {}
    excess: dict[int, float] = {}
    for word in words:
        for row, count in word.rows:
            before = counts.get(row)
            if before is None:
                counts[row] = count
            else:
                excess[row] = excess.get(row, 0.0) + min(before, count)
                counts[row] = max(before, count)
    return excess
