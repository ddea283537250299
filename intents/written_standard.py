"""Bokmål, nynorsk or neither: what the text itself shows.

Words first (by hand, then by log odds), then letter groups of words not known. Dialect
words show no standard: «ka», «kor tid» and «boss» are written on both sides, so they
do not count, and a text of only such words is not sure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from intents.languages import language_by_script, language_by_words
from intents.tokens import Token
from knowledge.yaml_lines import read

WORDS = Path(__file__).with_name("standard_words.yml")
WEIGHTS = Path(__file__).with_name("standard_weights.json")
# Weight of a word that (almost) only one standard has, and of one that dialect has too.
_SURE_WORD, _WEAK_WORD = 3.0, 0.8
# A learnt word counts up to this, the letter groups of an unknown one up to that.
_LEARNT_WORD, _UNKNOWN_WORD, _GROUP_SHARE = 2.0, 0.8, 0.12
# What an ending of one standard adds to an unknown word, from how long on, and what «nå» and
# «no» count where nothing else is dialect.
_ENDING, _SHORTEST_ENDED, _PLAIN_WORD = 0.8, 5, 0.7
# What is needed to be sure, in texts of up to three words and in longer ones; measured in
# docs/understanding.md.
NEEDED_SHORT, NEEDED = 2.4, 1.2
# From here on the text's leaning is a better guess than the municipality's standard; where the
# words are dialect, which leans by chance, from the second.
LEANING, LEANINGDIALECT = 0.1, 0.6
_SAYING = 0.7
_REMEMBERED = 8_192  # words


def _listed(name: str) -> frozenset[str]:
    return frozenset(str(read(WORDS).data[name]).split())


BOKMAL_WORDS, NYNORSK_WORDS = _listed("bokmål"), _listed("nynorsk")
BOKMAL_WEAK, NYNORSK_WEAK = _listed("bokmål weak"), _listed("nynorsk weak")
NEUTRAL = _listed("neutral")
DIALECT = _listed("dialect")
_BOKMAL_ENDINGS = tuple(sorted(_listed("bokmål endings")))
_NYNORSK_ENDINGS = tuple(sorted(_listed("nynorsk endings")))
_BOKMAL_PLAIN, _NYNORSK_PLAIN = _listed("bokmål plain"), _listed("nynorsk plain")
TELLING = BOKMAL_WORDS | NYNORSK_WORDS | NYNORSK_WEAK | BOKMAL_WEAK


class Weights(NamedTuple):
    """Log odds for nynorsk of words and of letter groups."""

    words: dict[str, float]
    groups: dict[str, float]
    seen: dict[str, float]  # what words weigh that came before
    telling: frozenset[str]  # the words that say something: seen in Norwegian, and not by chance


class Standard(NamedTuple):
    """What the text shows: the standard, whether it is sure, the language and the score.

    `score` is above 0 for nynorsk, below for bokmål.
    """

    standard: Literal["nb", "nn", "other"]
    sure: bool
    language: str
    score: float


@cache
def load_weights() -> Weights:
    """The derived weights (tests/benchmarks/derive_standard_weights.py)."""
    data = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    words: dict[str, float] = data["words"]
    telling = frozenset(word for word, weight in words.items() if abs(weight) >= _SAYING)
    return Weights(words, data["groups"], {}, telling)


def letter_groups(word: str) -> tuple[str, ...]:
    """Groups of three and four letters, with the word's edges."""
    padded = f"<{word}>"
    return tuple(
        padded[place : place + length]
        for length in (3, 4)
        for place in range(len(padded) - length + 1)
    )


def find_standard(
    text: str,
    tokens: Sequence[Token],
    known: str | None,
    default: str,
    weights: Weights,
) -> Standard:
    """The written standard, or another language.

    When the text is not sure: the person's standard (`known`), else the one it leans to,
    else the municipality's (`default`).
    """
    fallback: Literal["nb", "nn"] = "nn" if (known or default) == "nn" else "nb"
    script = language_by_script(text)
    if script is not None:
        return Standard("other", True, script, 0.0)
    words = [word for token in tokens if (word := token.text)[0].isalpha()]
    if not words:
        return Standard(fallback, False, fallback, 0.0)
    language = language_by_words(words, TELLING, NEUTRAL, weights.telling)
    if language is not None:
        return Standard("other", True, language, 0.0)
    score = sum([_weigh(word, weights) for word in words])
    needed_now = NEEDED if len(words) > 3 else NEEDED_SHORT
    dialect = abs(score) < needed_now and _shows_dialect(words)
    if not dialect and abs(score) < needed_now:
        score += _PLAIN_WORD * sum(
            (word in _NYNORSK_PLAIN) - (word in _BOKMAL_PLAIN) for word in words
        )
    if abs(score) < needed_now:
        needed = LEANINGDIALECT if dialect else LEANING
        if known is None and abs(score) >= needed and len(words) > 3:
            fallback = "nn" if score > 0 else "nb"
        return Standard(fallback, False, fallback, score)
    standard: Literal["nb", "nn"] = "nn" if score > 0 else "nb"
    return Standard(standard, True, standard, score)


def _shows_dialect(words: Sequence[str]) -> bool:
    return not DIALECT.isdisjoint(words)


def _weigh(word: str, weights: Weights) -> float:
    weight = weights.seen.get(word)
    if weight is None:
        weight = _weight(word, weights)
        if len(weights.seen) < _REMEMBERED:
            weights.seen[word] = weight
    return weight


def _weight(word: str, weights: Weights) -> float:
    if word in NEUTRAL:
        return 0.0
    if word in NYNORSK_WORDS:
        return _SURE_WORD
    if word in BOKMAL_WORDS:
        return -_SURE_WORD
    if word in NYNORSK_WEAK:
        return _WEAK_WORD
    if word in BOKMAL_WEAK:
        return -_WEAK_WORD
    learnt = weights.words.get(word)
    if learnt is not None:
        return max(-_LEARNT_WORD, min(_LEARNT_WORD, learnt))
    found = sum(weights.groups.get(group, 0.0) for group in letter_groups(word)) * _GROUP_SHARE
    found = max(-_UNKNOWN_WORD, min(_UNKNOWN_WORD, found))
    if len(word) > _SHORTEST_ENDED:
        found -= _ENDING * word.endswith(_BOKMAL_ENDINGS)
        found += _ENDING * word.endswith(_NYNORSK_ENDINGS)
    return found
