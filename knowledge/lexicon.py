"""The words that one base of articles knows: splits compounds by them, mends typing errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.words import canonical, dialect_forms, term, vocabulary

_SHARED = "-"
_JOINTS = ("", _SHARED, "s", "e", "er", "a", "ar", "en", "n", "es")
_ENDINGS = frozenset(("", "e", "er", "a", "ar", "en", "n"))
_PART = 0.7  # what a part of a compound counts, beside the whole
_SHORTEST_PART = 4
_SHORTEST_KNOWN_PART = 3  # of vocabulary.yml's `short`
_SHORTEST_TOLD_PART = 5  # of words that only texts have
_SHORTEST_LONE_PART = 4
_SHORTEST_MENDED = 5
_SHORTEST_DIALECT = 4

Way = Literal["known", "split", "dialect", "mended", "part", "unknown"]
Terms = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a word of a message is read: terms with what each counts (at most 1), and the way.

    known: the base has the word; split: all its parts; dialect: its written form; mended: it
    was taken for a misspelling; part: one part of it is known; unknown: nothing.
    """

    word: str
    terms: Terms
    way: Way


class Lexicon:
    """Reads words as terms. Built from the base's own folded words."""

    def __init__(self, naming: Iterable[str], telling: Iterable[str]) -> None:
        """`naming` are the words of questions, titles and names; `telling` those of texts.

        The former are the better parts of compounds.
        """
        naming, telling = set(naming), set(telling)
        self._parts = _parts(naming, telling)
        self._known: dict[str, Terms] = {word: self._split(word) for word in naming | telling}
        self.terms = frozenset(one for found in self._known.values() for one, _ in found)
        self._alike: dict[tuple[str, int], list[str]] = {}  # by first letter and length
        for word in sorted(self._known):
            if len(word) >= _SHORTEST_MENDED:
                self._alike.setdefault((word[0], len(word)), []).append(word)

    def terms_of(self, word: str) -> Terms:
        """The terms of a folded word of the base itself."""
        return self._known.get(word) or self._split(word)

    def read(self, word: str) -> Reading:
        """How a folded word of a message is read."""
        if word in self._known:
            return Reading(word, self._known[word], "known")
        found = self._split(word)
        if found[0][0] in self.terms:
            return Reading(word, found, "known")
        if len(found) > 1:
            return Reading(word, found, "split")
        form = self._dialect(word)
        if form is not None:
            return Reading(word, self.terms_of(form), "dialect")
        lone = self._lone_part(word)
        near = self._nearest(word, 1 if lone or len(word) < 10 else 2)
        if near is not None:
            form, ratio = near
            mended = tuple((one, weight * ratio) for one, weight in self._known[form])
            return Reading(word, mended, "mended")
        if lone is not None:
            share = _PART * len(lone) / len(word)
            return Reading(word, (*found, (self._parts[lone], share)), "part")
        return Reading(word, found, "unknown")

    def _dialect(self, word: str) -> str | None:
        """The first written form of a dialect word that the base knows."""
        if len(word) < _SHORTEST_DIALECT:
            return None
        for form in dialect_forms(word):
            if form in self._known or term(form) in self.terms:
                return form
        return None

    def _lone_part(self, word: str) -> str | None:
        """The longest known part at the end or beginning of a word that is otherwise unknown."""
        for length in range(len(word) - 3, _SHORTEST_LONE_PART - 1, -1):
            if word[-length:] in self._parts:
                return word[-length:]
            if word[:length] in self._parts:
                return word[:length]
        return None

    def _nearest(self, word: str, errors: int) -> tuple[str, float] | None:
        if len(word) < _SHORTEST_MENDED or word.isdigit():
            return None
        found: tuple[int, str] | None = None  # of those as near the first of the alphabet
        for length in range(len(word) - errors, len(word) + errors + 1):
            choices = self._alike.get((word[0], length), ())
            near = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=errors)
            if near is not None and (found is None or (near[1], near[0]) < found):
                found = int(near[1]), near[0]
        return None if found is None else (found[1], 1.0 - 1.5 * found[0] / len(word))

    def _split(self, word: str) -> Terms:
        found = {term(word): 1.0}
        for part in self._best_parts(canonical(word)):
            found.setdefault(self._parts[part], _PART)
            for inner in self._best_parts(part):
                found.setdefault(self._parts[inner], _PART * _PART)
        return tuple(found.items())

    def _best_parts(self, word: str) -> list[str]:
        """The fewest known parts that make the word up, at least two; empty if there are none."""
        end = len(word)
        if end < 2 * _SHORTEST_KNOWN_PART or term(word) in vocabulary().unsplit:
            return []
        best: list[list[str] | None] = [None] * end + [[]]
        for start in range(end - _SHORTEST_KNOWN_PART, -1, -1):
            for stop in range(start + _SHORTEST_KNOWN_PART, end + 1):
                part = word[start:stop]
                if part not in self._parts:
                    continue
                for after, joint in _joined(word, part, stop):
                    rest = best[after]
                    if rest is None or (not rest and (start == 0 or joint not in _ENDINGS)):
                        continue
                    kept = best[start]
                    if kept is None or len(rest) + 1 < len(kept):
                        best[start] = [part, *rest]
        return best[0] or []


def _joined(word: str, part: str, stop: int) -> list[tuple[int, str]]:
    """Where the next part of a compound may begin, and by which joint."""
    found = []
    for joint in _JOINTS:
        if joint == _SHARED:
            # Folding has taken one of the letters that met: boss + spann is «bosspann».
            if part in vocabulary().doubled:
                found.append((stop - 1, joint))
        elif word.startswith(joint, stop):
            found.append((stop + len(joint), joint))
    return found


def _parts(naming: set[str], telling: set[str]) -> dict[str, str]:
    """The forms that may be part of a compound, each with its term."""
    words = vocabulary()
    parts: dict[str, str] = {}
    only_told = telling - naming
    for word in sorted(naming | telling | words.elements):
        shortest = _SHORTEST_TOLD_PART if word in only_told else _SHORTEST_PART
        its = term(word)
        for form in (word, canonical(word), its):
            if len(form) >= shortest or form in words.short:
                parts.setdefault(form, its)
    for form, meant in words.same.items():
        if term(meant) in parts and (len(form) >= _SHORTEST_PART or form in words.short):
            parts.setdefault(form, term(meant))
    return {part: its for part, its in parts.items() if part not in words.ignored}


def related_terms(one: str, known: Mapping[str, float]) -> list[str]:
    """The known terms of the same idea."""
    return sorted(other for other in vocabulary().related.get(one, ()) if other in known)
