"""The scores of a message, without building its features: what each word adds is remembered.

`featurise` says what the features are, and examples are learnt by it. Here a word's
features are looked up among the weights once; what is left for a message is to add a row
for each word, its pairs of words and its marks, and to find its length. These are sums in
another order: the scores differ from those of `featurise` by rounding alone (tested).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, count, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intents.classifier import Classifier
from intents.features import (
    BUCKETS,
    PAIR,
    VALUES,
    bucket,
    marks_of,
    word_features,
    words_of,
)
from intents.tokens import Token

MOST_WORDS = 4_096  # that are remembered
_LONGEST_REMEMBERED = 40  # letters of one
_PAIR_TENTHS = round(PAIR * 10)
_TENTHS = {value: round(value * 10) for value in VALUES}


class _Word(NamedTuple):
    """Where it stands what a word adds to the scores; its buckets, with their values in tenths."""

    row: int
    tenths: Mapping[int, int]
    squares: int


class Known(NamedTuple):
    """The words that the examples have, read when the model is learnt.

    `added` is what each adds to the scores; its `buckets`, with their values in tenths, end
    where `ends` says.
    """

    words: tuple[str, ...]
    added: NDArray[np.float32]
    buckets: NDArray[np.uint16]
    tenths: NDArray[np.uint8]
    ends: NDArray[np.int32]


def know(words: Iterable[str], classifier: Classifier) -> Known:
    """Read words for a classifier."""
    kept = tuple([word for word in dict.fromkeys(words) if len(word) <= _LONGEST_REMEMBERED])
    tenths = [_tenths(word_features(word)) for word in kept]
    added = np.zeros((len(kept), len(classifier.labels)), np.float32)
    for row, its in enumerate(tenths):
        values = np.array(tuple(its.values()), np.float32) / 10
        added[row] = values @ classifier.weights[list(its)]
    return Known(
        kept,
        added,
        np.array([place for its in tenths for place in its], np.uint16),
        np.array([value for its in tenths for value in its.values()], np.uint8),
        np.array([*accumulate(map(len, tenths))], np.int32),
    )


class Scorer:
    """The weights of a classifier, and what the words seen so far add to its scores."""

    def __init__(self, classifier: Classifier, known: Known) -> None:
        """`classifier.weights` have `MOST_WORDS` rows after those of buckets and known words."""
        self._weights = classifier.weights
        self._biases = classifier.biases
        self._known = known
        self._places = {word: place for place, word in enumerate(known.words)}
        self._weights[BUCKETS : BUCKETS + len(known.words)] = known.added
        self._words: dict[str, _Word] = {}
        self._rows = count(BUCKETS + len(known.words))

    def scores(
        self, tokens: Sequence[Token], cues: Iterable[str], named: bool
    ) -> NDArray[np.float32]:
        """A score for each label: as the classifier scores what `featurise` makes of these."""
        spoken = words_of(tokens)
        others: list[NDArray[np.float32]] = []
        try:
            words = [self._words[word] for word in spoken]
        except KeyError:
            words = self._read(spoken, others)
        pairs = [bucket(f"p{one} {other}") for one, other in pairwise(["^", *spoken])]
        marks = marks_of(spoken, cues, named)
        rows = [word.row for word in words if word.row >= 0]
        values = [PAIR] * len(pairs) + [*marks.values()] + [1.0] * len(rows)
        found = self._weights.take([*pairs, *marks, *rows], axis=0)
        scores: NDArray[np.float32] = np.array(values, np.float32) @ found
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

    def _read(self, spoken: Sequence[str], others: list[NDArray[np.float32]]) -> list[_Word]:
        """The words of a message, of which some are new: these are read, all at once.

        What a word adds goes into `others`, as often as it stands, when it is not remembered.
        """
        new = [word for word in dict.fromkeys(spoken) if not self._is_known(word)]
        read: dict[str, tuple[_Word, NDArray[np.float32]]] = {}
        if new:
            features = [word_features(word) for word in new]
            values = np.array([value for its in features for _, value in its], np.float32)
            found = self._weights.take([place for its in features for place, _ in its], axis=0)
            begins = [0, *accumulate(map(len, features[:-1]))]
            sums = np.add.reduceat(found * values[:, None], begins, axis=0)
            for word, its, added in zip(new, features, sums, strict=True):
                read[word] = self._remember(word, its, added), added
        words = []
        for word in spoken:
            if word in read:
                one, added = read[word]
                if one.row < 0:
                    others.append(added)
            else:
                one = self._words[word]
            words.append(one)
        return words

    def _is_known(self, word: str) -> bool:
        if word in self._words:
            return True
        place = self._places.get(word)
        if place is None:
            return False
        its = slice(int(self._known.ends[place - 1]) if place else 0, int(self._known.ends[place]))
        buckets, tenths = self._known.buckets[its].tolist(), self._known.tenths[its].tolist()
        squares = sum([value * value for value in tenths])
        self._words[word] = _Word(BUCKETS + place, dict(zip(buckets, tenths, strict=True)), squares)
        return True

    def _remember(
        self, word: str, features: Iterable[tuple[int, float]], added: NDArray[np.float32]
    ) -> _Word:
        tenths = _tenths(features)
        squares = sum([value * value for value in tenths.values()])
        row = next(self._rows) if len(word) <= _LONGEST_REMEMBERED else len(self._weights)
        if row >= len(self._weights):
            return _Word(-1, tenths, squares)
        self._weights[row] = added
        self._words[word] = _Word(row, tenths, squares)
        return self._words[word]


def _tenths(features: Iterable[tuple[int, float]]) -> dict[int, int]:
    """The buckets of a word, with their values in tenths added up."""
    tenths: dict[int, int] = {}
    for place, value in features:
        tenths[place] = tenths.get(place, 0) + _TENTHS[value]
    return tenths


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
