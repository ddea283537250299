"""One look at a message: words, signs, names. Every part of understanding reads this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from intents.classifier import softmax
from intents.cues import Match
from intents.danger import danger_vector, sense, signs_of
from intents.features import Vector, featurise, signs_for_classifier
from intents.model import LanguageModel
from intents.normalise import tokenise
from intents.services import Named, choose
from intents.tokens import Token
from intents.understood import Ranked

# Intents that the rules find and the learnt model never decides alone.
_RULES_ONLY = frozenset({"emergency", "rating", "choice", "switch_standard"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A piece of text, read once. Offsets in `tokens` are into `text`."""

    text: str
    tokens: tuple[Token, ...]
    matches: tuple[Match, ...]
    dangers: tuple[Match, ...]
    services: tuple[Named, ...]
    scores: NDArray[np.float32]
    vector: Vector

    @property
    def signs(self) -> frozenset[str]:
        """What the cues are signs of."""
        return frozenset(match.sign for match in self.matches)

    @property
    def words(self) -> list[str]:
        """The words alone, in common forms."""
        return [token.folded for token in self.tokens if token.text[0].isalnum()]

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
    matches = tuple(model.cues.find(tokens))
    dangers = tuple(model.emergency.find(tokens))
    services = tuple(model.services.find(tokens))
    vector = featurise(tokens, signs_for_classifier((*matches, *dangers)), bool(services))
    classifier = model.classifier
    scores = classifier.scores(vector) * np.float32(classifier.sharpness)
    return Reading(text, tokens, matches, dangers, services, scores, vector)


@cache
def _allowed(labels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which labels the learnt model may decide alone."""
    return np.array([label.partition("/")[0] not in _RULES_ONLY for label in labels])


def classify(reading: Reading, model: LanguageModel) -> list[tuple[str, float]]:
    """Labels with calibrated probabilities, best first."""
    classifier = model.classifier
    probabilities = softmax(
        np.where(_allowed(classifier.labels), reading.scores, np.float32(-30.0))
    )
    order = np.argsort(-probabilities, kind="stable")
    return [(classifier.labels[place], float(probabilities[place])) for place in order]


def sense_danger(reading: Reading, model: LanguageModel) -> tuple[str, float]:
    """The kind of danger that is likeliest, and how likely any is, by what is learnt."""
    kinds = model.danger_words.find(reading.tokens)
    vector = danger_vector(reading.vector, kinds, signs_of(reading.dangers))
    return sense(model.dangers, vector)


def rank(labels: Iterable[tuple[str, float]], most: int = 5) -> tuple[Ranked, ...]:
    """Intents with their probabilities; the kinds of feedback added up."""
    sums: dict[str, float] = {}
    for label, probability in labels:
        intent = label.partition("/")[0]
        sums[intent] = sums.get(intent, 0.0) + probability
    best = sorted(sums.items(), key=lambda pair: -pair[1])[:most]
    return tuple(Ranked(name, round(probability, 4)) for name, probability in best)
