"""Multinomial logistic regression over hashed features, trained in process.

Deterministic: the order of the examples is shuffled with a fixed seed. Only numpy is used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intents.features import BUCKETS, Vector

SEED = 7
ROUNDS = 8
RATE = 1.6
DECAY = 2e-6


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights by bucket and label. `sharpness` makes the probabilities honest."""

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    sharpness: float = 1.0

    def scores(self, vector: Vector) -> NDArray[np.float32]:
        """A score for each label, before probabilities."""
        buckets, values = vector
        result: NDArray[np.float32] = values @ self.weights[buckets] + self.biases
        return result

    def probabilities(self, vector: Vector) -> NDArray[np.float32]:
        """The calibrated probability of each label."""
        return softmax(self.scores(vector) * np.float32(self.sharpness))


def joined(
    one: Classifier, other: Classifier, room: int = 0
) -> tuple[Classifier, Classifier, Classifier]:
    """Two classifiers and both as one, whose weights they share: a message is read by it once.

    The one of both has `room` more rows of weights, all zero, after those of the buckets.
    """
    count = len(one.labels)
    labels = (*one.labels, *other.labels)
    weights = np.zeros((len(one.weights) + room, len(labels)), np.float32)
    weights[: len(one.weights), :count] = one.weights
    weights[: len(one.weights), count:] = other.weights
    return (
        replace(one, weights=weights[: len(one.weights), :count]),
        replace(other, weights=weights[: len(one.weights), count:]),
        Classifier(labels, weights, np.concatenate((one.biases, other.biases))),
    )


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities that sum to one."""
    powers = np.exp(scores - scores.max())
    result: NDArray[np.float32] = powers / powers.sum()
    return result


def chances(scores: Sequence[float]) -> list[float]:
    """`softmax` of a few scores: without numpy that is faster."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


def train(vectors: Sequence[Vector], labels: Sequence[str], sharpness: float = 1.0) -> Classifier:
    """Learn from examples, by stochastic descent with a falling rate."""
    names = tuple(sorted(set(labels)))
    targets = [names.index(label) for label in labels]
    weights = np.zeros((BUCKETS, len(names)), np.float32)
    biases = np.zeros(len(names), np.float32)
    generator = np.random.default_rng(SEED)
    step, steps = 0, ROUNDS * len(vectors)
    for _ in range(ROUNDS):
        for place in generator.permutation(len(vectors)):
            buckets, values = vectors[place]
            rows = weights[buckets]
            error = softmax(values @ rows + biases)
            error[targets[place]] -= 1.0
            rate = np.float32(RATE * (1.0 - step / steps) + 0.02)
            rows *= np.float32(1.0 - DECAY * rate)
            rows -= (rate * values)[:, None] * error
            weights[buckets] = rows
            biases -= rate * np.float32(0.1) * error
            step += 1
    return Classifier(names, weights, biases, sharpness)
