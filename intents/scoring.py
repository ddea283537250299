"""The scores of a message, without building its features: what each word adds is remembered.

`featurise` says what the features are, and examples are learnt by it. Here a word's
features are looked up among the weights once; what is left for a message is to add a row
for each word, its pairs of words and its marks, and to find its length. These are sums in
another order: the scores differ from those of `featurise` by rounding alone (tested).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intents.classifier import Classifier
from intents.features import BUCKETS, PAIR, bucket, marks_of, word_features, words_of
from intents.tokens import Token

_REMEMBERED, _LONGEST_REMEMBERED = 8_192, 40  # words, and letters of one
_PLACES = tuple(range(BUCKETS))  # one number for a bucket, whichever words fall into it
_PAIR_TENTHS = round(PAIR * 10)


class _Word(NamedTuple):
    """Where it stands what a word adds to the scores; its buckets, with their values in tenths."""

    row: int
    tenths: Mapping[int, int]
    squares: int


class Scorer:
    """The weights of a classifier, and what the words seen so far add to its scores."""

    def __init__(self, classifier: Classifier) -> None:
        self._weights = classifier.weights
        self._biases = classifier.biases
        self._added = np.zeros((_REMEMBERED, len(classifier.labels)), np.float32)
        self._words: dict[str, _Word] = {}
        self._rows = count()

    def scores(
        self, tokens: Sequence[Token], cues: Iterable[str], named: bool
    ) -> NDArray[np.float32]:
        """A score for each label: as the classifier scores what `featurise` makes of these."""
        spoken = words_of(tokens)
        others: list[NDArray[np.float32]] = []
        words = [self._words.get(word) or self._read(word, others) for word in spoken]
        pairs = [bucket(f"p{one} {other}") for one, other in pairwise(["^", *spoken])]
        marks = marks_of(spoken, cues, named)
        values = np.array([PAIR] * len(pairs) + [*marks.values()], np.float32)
        scores: NDArray[np.float32] = values @ self._weights.take([*pairs, *marks], axis=0)
        rows = [word.row for word in words if word.row >= 0]
        if rows:
            scores += np.add.reduce(self._added.take(rows, axis=0), axis=0)
        for added in others:
            scores += added
        tenths, squares = _add_up(words, pairs)
        for place in marks.keys() & tenths.keys():  # buckets meet: the mark replaces the sum
            scores -= np.float32(tenths[place] / 10) * self._weights[place]
            squares -= tenths[place] ** 2
        length = math.sqrt(squares / 100 + sum([value * value for value in marks.values()]))
        scores /= np.float32(length)
        scores += self._biases
        return scores

    def _read(self, word: str, others: list[NDArray[np.float32]]) -> _Word:
        """Read a word; what it adds goes into `others` when there is no room to remember it."""
        features = word_features(word)
        tenths: dict[int, int] = {}
        for place, value in features:
            tenths[_PLACES[place]] = tenths.get(place, 0) + round(value * 10)
        squares = sum(value * value for value in tenths.values())
        places = np.array([place for place, _ in features])
        added = np.array([value for _, value in features], np.float32) @ self._weights[places]
        row = next(self._rows) if len(word) <= _LONGEST_REMEMBERED else _REMEMBERED
        if row >= _REMEMBERED:
            others.append(added)
            return _Word(-1, tenths, squares)
        self._added[row] = added
        self._words[word] = _Word(row, tenths, squares)
        return self._words[word]


def _add_up(words: Sequence[_Word], pairs: Sequence[int]) -> tuple[dict[int, int], int]:
    """The sum of each bucket, in tenths (whole numbers add up exactly), and of their squares."""
    sums: dict[int, int] = {}
    squares = 0
    for word in words:
        squares += word.squares
        met = {place: sums[place] for place in sums.keys() & word.tenths.keys()}
        sums.update(word.tenths)
        for place, before in met.items():
            squares += 2 * before * sums[place]
            sums[place] += before
    for place in pairs:
        before = sums.get(place, 0)
        squares += (before + _PAIR_TENTHS) ** 2 - before**2
        sums[place] = before + _PAIR_TENTHS
    return sums, squares
