"""The classifier: which article a message is about, learnt from all example questions at once.

Multinomial logistic regression over the traits of a message, with all articles and matters
outside the base as classes. Unlike BM25 and likeness it learns what tells an article from its
neighbours. A trait has weights only for the classes whose examples hold it: as good as all of
them on development messages, and a hundredth of their number. Deterministic, plain numpy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.lexicon import Reading
from knowledge.postings import Rows, Scores, places_of
from knowledge.traits import Traits, traits_between, traits_of_word

# Found on development messages and on examples left out; SHARPNESS there, too.
ROUNDS, RATE, DECAY, SMOOTHING, DROPPED = 10, 8.0, 5e-4, 0.03, 0.3
SHARPNESS = 1.5
TOGETHER = 16  # examples a step
_LEAST_RATE, _BIAS_RATE = 0.02, 0.1
_SEED = 7
_REMEMBERED, _LONGEST_REMEMBERED = 1_500_000, 40  # figures of four bytes, letters of a word

Example = tuple[Sequence[str], Sequence[Reading], int]
"""All folded words of a text, the readings of its content words, and its class."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights: those of a trait lie from `starts[row]` on, each of a class in `classes`."""

    rows: Mapping[int, int]
    starts: Rows
    classes: Rows
    weights: Scores
    biases: Scores
    _seen: dict[str, tuple[Scores, float]] = field(default_factory=dict, compare=False)

    def chances(self, said: Sequence[str], readings: Sequence[Reading]) -> Scores:
        """The probability of each class for a message (see `Example`)."""
        scores, squares = self._scores(traits_between(said, readings))
        for reading in readings:
            of_word, its_squares = self._seen.get(reading.word) or self._of_word(reading)
            scores += of_word
            squares += its_squares
        scores = SHARPNESS * (scores / math.sqrt(max(squares, 1e-9)) + self.biases)
        raised = np.exp(scores - scores.max())
        return np.asarray(raised / raised.sum(), np.float32)

    def _of_word(self, reading: Reading) -> tuple[Scores, float]:
        found = self._scores(traits_of_word(reading))
        if len(self._seen) * len(self.biases) > _REMEMBERED:
            self._seen.clear()  # what is said often soon comes back
        if len(reading.word) <= _LONGEST_REMEMBERED:
            self._seen[reading.word] = found
        return found

    def _scores(self, traits: Traits) -> tuple[Scores, float]:
        known = [(self.rows[one], value) for one, value in traits.items() if one in self.rows]
        rows = np.array([row for row, _ in known], np.intp)
        values = np.array([value for _, value in known], np.float32)
        places, lengths = places_of(self.starts, rows)
        weights = self.weights.take(places) * values.repeat(lengths)
        sums = np.bincount(self.classes.take(places), weights, len(self.biases))
        return sums.astype(np.float32), sum([value * value for value in traits.values()])


def train(examples: Sequence[Example], classes: int) -> Classifier:
    """Learn from examples by stochastic descent, with some traits dropped in each step.

    So no article hangs on a single word, and a message that lacks it is still known.
    """
    if not examples:
        nothing = np.zeros(0, np.int32)
        weights, biases = np.zeros(0, np.float32), np.zeros(classes, np.float32)
        return Classifier({}, np.zeros(1, np.int32), nothing, weights, biases)
    vectors = [_vector(said, readings) for said, readings, _ in examples]
    keys = np.unique(np.concatenate([key for key, _ in vectors]))
    rows = [np.searchsorted(keys, key) for key, _ in vectors]
    wanted = np.array([label for _, _, label in examples], np.int64)
    of_example = wanted.repeat([len(one) for one in rows])
    held = np.unique(np.concatenate(rows) * classes + of_example)
    starts = np.zeros(len(keys) + 1, np.int32)
    np.cumsum(np.bincount(held // classes, minlength=len(keys)), out=starts[1:])
    learnt = Classifier(
        {int(key): row for row, key in enumerate(keys)},
        starts,
        (held % classes).astype(np.int32),
        np.zeros(len(held), np.float32),
        np.zeros(classes, np.float32),
    )
    _descend(learnt, rows, [values for _, values in vectors], wanted)
    return learnt


def _vector(
    said: Sequence[str], readings: Sequence[Reading]
) -> tuple[npt.NDArray[np.int64], Scores]:
    """The traits of an example, as numbers and values, scaled by the length of the message's.

    In the order of the numbers: which of them are dropped must not hang on the order of sets.
    """
    sums: Traits = {}
    squares: list[float] = []
    for traits in (*map(traits_of_word, readings), traits_between(said, readings)):
        for one, value in traits.items():
            sums[one] = sums.get(one, 0.0) + value
            squares.append(value * value)
    keys = sorted(sums)
    values = np.array([sums[key] for key in keys], np.float32)
    return np.array(keys, np.int64), values / np.float32(math.sqrt(max(math.fsum(squares), 1e-9)))


def _descend(
    learnt: Classifier,
    rows: Sequence[npt.NDArray[np.intp]],
    values: Sequence[Scores],
    wanted: npt.NDArray[np.int64],
) -> None:
    """Fit weights and biases in place."""
    weights, biases, classes = learnt.weights, learnt.biases, len(learnt.biases)
    begins = np.zeros(len(rows) + 1, np.int32)
    np.cumsum([len(one) for one in rows], out=begins[1:])
    flat, flat_values = np.concatenate(rows), np.concatenate(values)
    chance = np.random.default_rng(_SEED)
    step, steps = 0, ROUNDS * len(rows)
    for _ in range(ROUNDS):
        order = chance.permutation(len(rows))
        for batch in np.split(order, range(TOGETHER, len(order), TOGETHER)):
            rate = np.float32(RATE * (1.0 - step / steps) + _LEAST_RATE)
            step += len(batch)
            traits, counts = places_of(begins, batch)
            kept = chance.random(len(traits), np.float32) >= DROPPED
            example = np.arange(len(batch)).repeat(counts)[kept] * classes
            traits = traits[kept]
            places, lengths = places_of(learnt.starts, flat.take(traits))
            cells = example.repeat(lengths) + learnt.classes.take(places)
            each = flat_values.take(traits).repeat(lengths)
            scores = np.bincount(cells, weights.take(places) * each, len(batch) * classes)
            error = _error(scores.reshape(len(batch), classes) + biases, wanted.take(batch))
            touched = rate * each * error.ravel().take(cells)
            touched += (DECAY * rate) * weights.take(places)
            np.subtract.at(weights, places, touched)
            biases -= rate * np.float32(_BIAS_RATE) * error.sum(axis=0)


def _error(scores: npt.NDArray[np.floating[Any]], wanted: npt.NDArray[np.int64]) -> Scores:
    """By how much the probabilities of some examples are too high: example by class."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = raised / raised.sum(axis=1, keepdims=True) - SMOOTHING / scores.shape[1]
    error[np.arange(len(wanted)), wanted] -= 1.0 - SMOOTHING
    return np.asarray(error, np.float32)
