"""Which texts ask for the same thing: near-duplicates, joined by union-find.

Two texts are alike when they hold the same content words (as search reads them: spelling,
dialect and synonyms are one), or nearly the same characters. Deterministic; no clock, no chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from knowledge.index import Index
from knowledge.words import content_words, grams, tokens

SAME_WORDS = 0.75  # cosine of content words, weighed by how rare they are
SAME_GRAMS = 0.70  # cosine of character 3- and 4-grams
TOO_COMMON = 500  # texts; a sign that more of them have tells nothing

Signs = Mapping[str, float]


def group_alike(texts: Sequence[str], index: Index) -> list[list[int]]:
    """The places of texts that belong together, each group and the groups in order.

    A text without a content word is alike only to one with the same words.
    """
    firsts: dict[str, int] = {}
    parents = list(range(len(texts)))
    for place, text in enumerate(texts):
        key = " ".join(tokens(text)) or text
        parents[place] = firsts.setdefault(key, place)
    distinct = list(firsts.values())
    words = [content_words(texts[place]) for place in distinct]
    for likeness, signs in (
        (SAME_WORDS, [_word_signs(found, index) for found in words]),
        (SAME_GRAMS, [_gram_signs(found) for found in words]),
    ):
        for one, other in _pairs(signs, likeness):
            _join(parents, distinct[one], distinct[other])
    groups: dict[int, list[int]] = {}
    for place in range(len(texts)):
        groups.setdefault(_root(parents, place), []).append(place)
    return [groups[root] for root in sorted(groups)]


def _word_signs(words: Iterable[str], index: Index) -> Signs:
    signs: dict[str, float] = {}
    for word in dict.fromkeys(words):
        for one, weight in index.lexicon.read(word).terms:
            heavy = weight * index.idf.get(one, index.unknown_idf)
            signs[one] = max(signs.get(one, 0.0), heavy)
    return _unit(signs)


def _gram_signs(words: Iterable[str]) -> Signs:
    return _unit({gram: 1.0 for word in words for gram in grams(word)})


def _unit(signs: dict[str, float]) -> Signs:
    length = math.sqrt(sum(weight * weight for weight in signs.values()))
    return {sign: weight / length for sign, weight in signs.items()} if length else {}


def _pairs(texts: Sequence[Signs], likeness: float) -> Iterable[tuple[int, int]]:
    """The pairs whose cosine is at least so high."""
    holders: dict[str, list[tuple[int, float]]] = {}
    for place, signs in enumerate(texts):
        cosines: dict[int, float] = {}
        for sign, weight in signs.items():
            known = holders.setdefault(sign, [])
            for other, its in known if len(known) <= TOO_COMMON else ():
                cosines[other] = cosines.get(other, 0.0) + weight * its
            known.append((place, weight))
        for other, cosine in cosines.items():
            if cosine >= likeness:
                yield other, place


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _join(parents: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(parents, one), _root(parents, other)))
    parents[second] = first
