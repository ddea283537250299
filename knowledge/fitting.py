"""Fits the weights of the gate to samples: Newton's method on the conditional logit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.evidence import CANDIDATES, CIRCUMSTANCES, FEATURES, VIEWS, Evidence
from knowledge.promise import Judged

RIDGE = 0.5
WIDE = len(FEATURES) * len(VIEWS)
Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """A message, the article that answers it (None: outside the base), and its evidence."""

    query: str
    article: str | None
    evidence: Evidence | None
    rows: tuple[int, ...]  # of the right candidates (also topics outside); none: "none of them"
    articles: int  # candidates below this number are articles
    weight: float
    none_too: bool = False  # beside `rows`, "none of them" is right


@dataclass(frozen=True, slots=True)
class Table:
    """Samples as one array: what each option (candidates, then none) has, and which are right."""

    options: Matrix  # sample by option by (feature, circumstance)
    held: Flags
    right: Flags
    weights: Matrix

    def part(self, kept: Flags) -> Table:
        """Some of the samples."""
        return Table(self.options[kept], self.held[kept], self.right[kept], self.weights[kept])


def table(samples: Sequence[Sample]) -> Table:
    """Those samples that have evidence, in their order."""
    found = [one for one in samples if one.evidence is not None]
    shape = (len(found), CANDIDATES + 1)
    options = np.zeros((*shape, WIDE + len(CIRCUMSTANCES)))
    held, right = np.zeros(shape, bool), np.zeros(shape, bool)
    for number, one in enumerate(found):
        assert one.evidence is not None
        count = len(one.evidence.candidates)
        options[number, :count, :WIDE] = one.evidence.features
        options[number, -1, WIDE:] = one.evidence.circumstances
        held[number, :count] = held[number, -1] = True
        right[number, list(one.rows)] = True
        right[number, -1] = one.none_too or not one.rows
    return Table(options, held, right, np.array([one.weight for one in found]))


def fit(samples: Table) -> tuple[Matrix, Matrix]:
    """Weights of features and circumstances.

    No evidence may speak against its own article: a weight that would be negative is set to
    zero and the others are fitted again.
    """
    free = np.ones(samples.options.shape[2], bool)
    weights = np.zeros(len(free))
    while True:
        weights = _newton(samples, free, weights)
        negative = np.nonzero(weights[:WIDE] < 0)[0]
        if not len(negative):
            return weights[:WIDE], weights[WIDE:]
        free[negative] = False
        weights[negative] = 0.0


def _newton(samples: Table, free: Flags, weights: Matrix) -> Matrix:
    options, count = samples.options, samples.options.shape[2]
    flat = options.reshape(-1, count)
    for _ in range(60):
        chances = _chances(samples, weights)
        wanted = chances * samples.right
        wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), 1e-12)
        each = samples.weights[:, None]
        gradient = ((wanted - chances) * each).ravel() @ flat - RIDGE * weights
        mean = np.matmul(chances[:, None, :], options)[:, 0]
        weighed = flat * (chances * each).reshape(-1, 1)
        curvature = weighed.T @ flat - (mean * each).T @ mean + RIDGE * np.eye(count)
        step = np.zeros(count)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-9))
        if float(np.abs(step).max()) < 1e-3:
            break
    return weights


def _chances(samples: Table, weights: Matrix) -> Matrix:
    scores = np.where(samples.held, samples.options @ weights, -np.inf)
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return chances


def judged(samples: Sequence[Sample], weights: tuple[Matrix, Matrix]) -> list[Judged]:
    """How each sample would be answered with these weights."""
    chances = iter(_chances(table(samples), np.concatenate(weights)))
    result = []
    for one in samples:
        if one.evidence is None:
            result.append(Judged(0.0, False, one.weight))
            continue
        numbers = np.array(one.evidence.candidates)
        answerable = np.where(numbers < one.articles, next(chances)[: len(numbers)], 0.0)
        best = int(answerable.argmax())
        right = best in one.rows and numbers[best] < one.articles
        result.append(Judged(float(answerable[best]), right, one.weight))
    return result
