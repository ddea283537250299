"""What the classifier sees of a message: its words, their pieces and neighbours, as numbers.

Each word gives its terms (parts of compounds and related words less), and character n-grams
of the form as which it is read; function words and neighbours tell how something is asked.
Numbers are CRC-32 of the traits, so that no list of them need be kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

from knowledge.lexicon import Reading
from knowledge.words import canonical, grams, term, vocabulary

# The square of what each kind counts, found on development messages.
_PART, _RELATED, _GRAM = 0.7, 0.3, 0.15
_OF_FUNCTION, _OF_NEIGHBOURS, _OF_BESIDE = math.sqrt(0.5), math.sqrt(0.6), math.sqrt(0.5)

Traits = dict[int, float]


def traits_of_word(reading: Reading) -> Traits:
    """What one content word gives."""
    found: Traits = {}
    for number, (one, counts) in enumerate(reading.terms):
        _put(found, "t" + one, counts * (_PART if number else 1.0))
        for other in vocabulary().related.get(one, ()):
            _put(found, "t" + other, counts * _RELATED)
    for gram in grams(canonical(reading.word)):
        _put(found, "g" + gram, _GRAM)
    return found


def traits_between(said: Sequence[str], readings: Sequence[Reading]) -> Traits:
    """What the words give together: function words, and which words stand beside each other.

    `said` are all folded words of the message, `readings` those of its content words.
    """
    found: Traits = {}
    content = {reading.word for reading in readings}
    for word in said:
        if word not in content:
            found[_number("f" + word)] = _OF_FUNCTION
    for one, other in pairwise([reading.terms[0][0] for reading in readings]):
        pair = f"p{one}|{other}" if one < other else f"p{other}|{one}"
        found[_number(pair)] = _OF_NEIGHBOURS
    for one, other in pairwise(map(term, said)):
        found[_number(f"q{one}|{other}")] = _OF_BESIDE
    return found


def _number(trait: str) -> int:
    return crc32(trait.encode("utf-8", "surrogatepass"))


def _put(found: Traits, trait: str, square: float) -> None:
    number = _number(trait)
    found[number] = max(found.get(number, 0.0), math.sqrt(square))
