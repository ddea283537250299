"""What the classifier sees of a message: hashed words, pairs, letter groups and cues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from intents.cues import Match
from intents.normalise import stem
from intents.tokens import Token

BUCKETS = 1 << 15
# How much each kind of feature counts, found by cross-validation on the examples.
_WORD, PAIR, _LETTERS, _CUE, _FIRST, _OPENING = 1.0, 0.7, 0.4, 1.2, 0.8, 1.2
_STEM, _SHORTEST_STEMMED = 0.7, 3
VALUES = (_WORD, _STEM, _LETTERS)
"""The values that features of a word have."""
_LONGEST_GROUP = 5
# A question stands at the beginning; words after this many add time, not meaning.
_MOST_WORDS = 120

Vector = tuple[NDArray[np.int64], NDArray[np.float32]]


def word_features(word: str) -> list[tuple[int, float]]:
    """Buckets and values of one word: the word itself first, then its stem and letter groups."""
    found = [(bucket("w" + word), _WORD)]
    if word.isalpha():
        if len(word) > _SHORTEST_STEMMED:
            found.append((bucket("s" + stem(word)), _STEM))
        found += [(crc32(group) % BUCKETS, _LETTERS) for group in _letter_groups(f"<{word}>")]
    return found


# For learning, which sees each example's words again and again.
def _letter_groups(padded: str) -> list[bytes]:
    """Groups of three to five letters: encoded once, cut between letters."""
    encoded = padded.encode()
    ends: Sequence[int] = range(len(padded) + 1)
    if len(encoded) != len(padded):
        ends = [0, *accumulate([len(letter.encode()) for letter in padded])]
    return [
        encoded[ends[place] : ends[place + length]]
        for length in range(3, _LONGEST_GROUP + 1)
        for place in range(len(padded) - length + 1)
    ]


_remembered_features = lru_cache(maxsize=20_000)(word_features)


def forget_features() -> None:
    """Give back what learning remembered of words (some 10 MB): nobody asks for it again."""
    _remembered_features.cache_clear()


def words_of(tokens: Sequence[Token]) -> list[str]:
    """The words that count, numbers all alike."""
    return ["#" if token.text[0].isdecimal() else token.folded for token in tokens[:_MOST_WORDS]]


def marks_of(words: Sequence[str], cues: Iterable[str], named: bool) -> dict[int, float]:
    """What counts once, whatever else lies in its bucket: first words, opening, cues, length."""
    bucket = _remembered_bucket
    marks = {bucket(f"f{number}{word}"): _FIRST for number, word in enumerate(words[:2])}
    marks.update(dict.fromkeys(map(bucket, _opening(words)), _OPENING))
    for cue in cues:
        marks[bucket("c" + cue)] = _CUE
    marks[bucket("n1" if named else "n0")] = 0.5
    marks[bucket(f"l{min(len(words), 12) // 3}")] = 0.5
    return marks


def bucket(feature: str) -> int:
    """The place of a feature among the weights."""
    return crc32(feature.encode("utf-8", "surrogatepass")) % BUCKETS


# Cues and first words come again and again; pairs of words, most of them once, do not.
_remembered_bucket = lru_cache(maxsize=4_096)(bucket)


_ASKING = frozenset({"når", "hvor", "hvordan", "hva", "hvem", "hvilken"})
_VERBS = frozenset(
    {"kan", "er", "har", "må", "får", "skal", "går", "kommer", "finnes", "bør", "blir"}
)
_GREETING = frozenset({"hei", "og", ",", "!", ".", "god", "dag", "der", "men", "du"})


def _opening(words: Sequence[str]) -> list[str]:
    """How the message opens and ends: as a question, with a question mark, or neither."""
    start = 0
    while start < len(words) - 1 and words[start] in _GREETING:
        start += 1
    first = words[start] if words else ""
    found = ["o asks" if first in _ASKING else "o verb" if first in _VERBS else "o tells"]
    if "?" in words[-1:] or "??" in words[-1:]:
        found.append(found[0] + " ?")
    if any(word in _ASKING for word in words):
        found.append("asks inside")
    return found


def featurise(tokens: Sequence[Token], cues: Iterable[str], named: bool) -> Vector:
    """Buckets and values of a message, scaled to length 1.

    `cues` are the signs found, `named` tells whether a service is named.
    """
    values: dict[int, float] = {}
    words = words_of(tokens)
    previous = "^"
    for word in words:
        first, *others = _remembered_features(word)
        pair = (bucket("p" + previous + " " + word), PAIR)
        for place, value in (first, pair, *others):
            values[place] = values.get(place, 0.0) + value
        previous = word
    values.update(marks_of(words, cues, named))
    buckets = np.fromiter(values.keys(), np.int64, len(values))
    array = np.fromiter(values.values(), np.float32, len(values))
    return buckets, array / np.float32(np.sqrt(np.dot(array, array)))


def signs_for_classifier(matches: Iterable[Match]) -> Iterable[str]:
    """The signs as the classifier counts them: once, and once more when there are several."""
    counts: dict[str, int] = {}
    for match in matches:
        counts[match.sign] = counts.get(match.sign, 0) + 1
    for sign, count in counts.items():
        yield sign
        if count > 1:
            yield f"{sign}+"
