"""What is learnt of danger: how likely a message tells of one, and of which kind.

A model of its own beside that of the intents: its classes are the kinds of the emergency
examples and «none», and it sees, besides words and letter groups, the kinds of words that
dangers are told with (`cues/danger_words.yml`), each and in pairs. Pairs carry over to
wordings that no example has: a small child and a poison, a body and a pain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.classifier import Classifier, chances
from intents.cues import CUES, Match, load_patterns
from intents.features import Vector, bucket
from intents.normalise import stem
from intents.tokens import Token
from knowledge.yaml_lines import read

# How much a kind of word, a pair of them and a pattern count, found by cross-validation.
_KIND, _PAIR, _SIGN = 0.3, 0.2, 0.5
NONE = "none"
_REMEMBERED = 8_192  # words
NOT_DANGER = CUES / "not_danger.yml"


@dataclass(frozen=True)
class WordKinds:
    """Which kinds of danger words a word belongs to."""

    exact: Mapping[str, tuple[str, ...]]
    beginnings: Mapping[str, tuple[str, ...]]
    ends: Mapping[str, tuple[str, ...]]
    seen: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, word: str) -> tuple[str, ...]:
        """The kinds of one word in its common form."""
        known = self.seen.get(word)
        if known is None:
            found = dict.fromkeys(self.exact.get(word) or self.exact.get(stem(word), ()))
            for length in range(1, len(word) + 1):
                if (kinds := self.beginnings.get(word[:length])) is not None:
                    found.update(dict.fromkeys(kinds))
                if (kinds := self.ends.get(word[-length:])) is not None:
                    found.update(dict.fromkeys(kinds))
            known = tuple(found)
            if len(self.seen) < _REMEMBERED:  # people's words are many
                self.seen[word] = known
        return known

    def find(self, tokens: Sequence[Token]) -> list[str]:
        """Every kind in a message, in alphabetical order."""
        seen = self.seen
        found: set[str] = set()
        for token in tokens:
            kinds = seen.get(token.folded)
            found.update(self.of(token.folded) if kinds is None else kinds)
        return sorted(found)


def load_word_kinds(path: Path = CUES / "danger_words.yml") -> WordKinds:
    """Read the kinds of words. Raises ContentError ([cues.pattern])."""
    exact: dict[str, list[str]] = {}
    beginnings: dict[str, list[str]] = {}
    ends: dict[str, list[str]] = {}
    for pattern in load_patterns(path):
        element = pattern.elements[0]
        for word in sorted(element.exact | {stem(word) for word in element.exact}):
            exact.setdefault(word, []).append(pattern.sign)
        for start in element.beginnings:
            beginnings.setdefault(start, []).append(pattern.sign)
        for end in element.ends:
            ends.setdefault(end, []).append(pattern.sign)
    tables = (exact, beginnings, ends)
    return WordKinds(*({w: tuple(k) for w, k in table.items()} for table in tables))


def load_not_danger(path: Path = NOT_DANGER) -> list[str]:
    """Messages that only sound like a danger, for this model alone."""
    return [str(text) for text in read(path).data["messages"]]


def danger_vector(vector: Vector, kinds: Sequence[str], signs: Iterable[str]) -> Vector:
    """What the model of dangers sees: the message's own features, kinds of words, patterns."""
    buckets, values = vector
    more, weights = danger_marks(tuple(kinds), tuple(sorted(set(signs))))
    return np.concatenate((buckets, more)), np.concatenate((values, weights))


@lru_cache(maxsize=4_096)
def danger_marks(kinds: tuple[str, ...], signs: tuple[str, ...]) -> Vector:
    """What kinds of words, their pairs, and signs of patterns add; both in alphabetical order."""
    marks = [("D" + kind, _KIND) for kind in kinds]
    marks += [("D" + one + "&" + other, _PAIR) for one, other in combinations(kinds, 2)]
    scale = max(1.0, len(marks) ** 0.5 / 3)
    marks += [("E" + sign, _SIGN) for sign in signs]
    more = np.fromiter((bucket(name) for name, _ in marks), np.int64, len(marks))
    weights = np.fromiter((weight / scale for _, weight in marks), np.float32, len(marks))
    return more, weights


def signs_of(matches: Iterable[Match]) -> set[str]:
    """The signs of patterns found."""
    return {match.sign for match in matches}


def sense(classifier: Classifier, scores: NDArray[np.float32]) -> tuple[str, float]:
    """The likeliest kind of danger, and how likely any is, by the scores of `classifier`."""
    labels = classifier.labels
    none = labels.index(NONE)
    probabilities = chances((scores * np.float32(classifier.sharpness)).tolist())
    likely = 1.0 - probabilities[none]
    probabilities[none] = -1.0
    return labels[max(range(len(labels)), key=probabilities.__getitem__)], likely
