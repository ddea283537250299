"""One look at a message: words, signs, names. Every part of understanding reads this."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from math import exp, log
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from intents.classifier import chances
from intents.cues import Match
from intents.danger import danger_marks, sense, signs_of
from intents.features import signs_for_classifier
from intents.model import LanguageModel
from intents.normalise import tokenise
from intents.services import Named, choose
from intents.tokens import Token
from intents.understood import Ranked

# Intents that the rules find and the learnt model never decides alone.
_RULES_ONLY = frozenset({"emergency", "rating", "choice", "switch_standard"})
_SECOND_SAY = 0.35  # of the model of intents, on danger


@dataclass(frozen=True, slots=True)
class Reading:
    """A piece of text, read once. Offsets in `tokens` are into `text`."""

    text: str
    tokens: tuple[Token, ...]
    matches: tuple[Match, ...]
    dangers: tuple[Match, ...]
    services: tuple[Named, ...]
    # What the cues are signs of, and the words alone, in common forms.
    signs: frozenset[str]
    words: tuple[str, ...]
    # Of the labels, calibrated, and of the kinds of danger without `danger_marks`.
    scores: NDArray[np.float32]
    danger_scores: NDArray[np.float32]

    @property
    def service(self) -> str | None:
        """The service named, None when unsure."""
        return choose(self.services)

    def part(self, start: int, end: int, model: LanguageModel) -> Reading:
        """The reading of the text from `start` to `end`."""
        tokens = tuple(token for token in self.tokens if token.start >= start and token.end <= end)
        return _read(self.text, tokens, model)


def read_text(text: str, model: LanguageModel) -> Reading:
    """Read a cleaned text."""
    return _read(text, tuple(tokenise(text, model.forms)), model)


def _read(text: str, tokens: tuple[Token, ...], model: LanguageModel) -> Reading:
    matches, dangers = model.patterns.find_apart(tokens, len(model.cues.patterns))
    services = tuple(model.services.find(tokens))
    signs = signs_for_classifier((*matches, *dangers))
    scores = model.scorer.scores(tokens, signs, bool(services))
    labels = len(model.classifier.labels)
    return Reading(
        text,
        tokens,
        tuple(matches),
        tuple(dangers),
        services,
        frozenset([match.sign for match in matches]),
        tuple([token.folded for token in tokens if token.text[0].isalnum()]),
        scores[:labels] * np.float32(model.classifier.sharpness),
        scores[labels:],
    )


@cache
def _left_to_rules(labels: tuple[str, ...]) -> tuple[int, ...]:
    """The places of labels that the learnt model may not decide alone."""
    return tuple(n for n, label in enumerate(labels) if label.partition("/")[0] in _RULES_ONLY)


def weigh_labels(reading: Reading, model: LanguageModel) -> list[float]:
    """The calibrated probability of each label, 0 for what rules find alone."""
    labels = model.classifier.labels
    scores = reading.scores.tolist()
    for place in _left_to_rules(labels):
        scores[place] = -30.0
    return chances(scores)


def best_label(reading: Reading, model: LanguageModel) -> tuple[str, float]:
    """The likeliest label and its probability."""
    probabilities = weigh_labels(reading, model)
    best = max(probabilities)
    return model.classifier.labels[probabilities.index(best)], best


def classify(reading: Reading, model: LanguageModel) -> list[tuple[str, float]]:
    """Labels with calibrated probabilities, best first."""
    pairs = zip(model.classifier.labels, weigh_labels(reading, model), strict=True)
    return sorted(pairs, key=itemgetter(1), reverse=True)


def sense_danger(reading: Reading, model: LanguageModel) -> tuple[str, float]:
    """The kind of danger that is likeliest, and how likely any is, by what is learnt.

    The model of intents has a third of the say: together they err less than either
    (docs/understanding.md).
    """
    kinds = model.danger_words.find(reading.tokens)
    buckets, values = danger_marks(tuple(kinds), tuple(sorted(signs_of(reading.dangers))))
    scores = reading.danger_scores + values @ model.dangers.weights[buckets]
    kind, likely = sense(model.dangers, scores)
    every = chances(reading.scores.tolist())
    second = sum(every[place] for place in _emergencies(model.classifier.labels))
    return kind, _pooled(likely, second)


def _pooled(first: float, second: float) -> float:
    """Two probabilities as one: their weighed mean as log odds."""
    odds = (1 - _SECOND_SAY) * _log_odds(first) + _SECOND_SAY * _log_odds(second)
    return 1.0 / (1.0 + exp(-odds))


def _log_odds(probability: float) -> float:
    return log((probability + 1e-5) / (1.0 - probability + 1e-5))


@cache
def _emergencies(labels: tuple[str, ...]) -> tuple[int, ...]:
    """The places of the labels that are emergencies."""
    return tuple(place for place, label in enumerate(labels) if label.startswith("emergency/"))


@cache
def _places_by_intent(labels: tuple[str, ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The places of the labels of each intent."""
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(label.partition("/")[0], []).append(place)
    return tuple((intent, tuple(its)) for intent, its in places.items())


def rank(labels: tuple[str, ...], probabilities: list[float], most: int = 5) -> tuple[Ranked, ...]:
    """Intents with their probabilities, best first; the kinds of feedback added up."""
    sums = [
        (probabilities[its[0]] if len(its) == 1 else sum([probabilities[one] for one in its]), name)
        for name, its in _places_by_intent(labels)
    ]
    best = nlargest(most, sums, key=itemgetter(0))
    return tuple([Ranked(name, round(probability, 4)) for probability, name in best])
