"""The words that one base of articles knows: splits compounds by them, mends typing errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.words import canonical, fold, term, vocabulary

_SHARED = "-"
_JOINTS = ("", _SHARED, "s", "e", "er", "a", "ar", "en", "n", "es")
_PART = 0.7  # what a part of a compound counts, beside the whole
_SHORTEST_PART = 3
_SHORTEST_TOLD_PART = 5
_SHORTEST_LONE_PART = 4
_SHORTEST_MENDED = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """How a word of a message is read: terms with what each counts (at most 1).

    `known` tells whether the base has the word or all parts of it; `mended` whether it was
    taken for a misspelling.
    """

    word: str
    terms: tuple[tuple[str, float], ...]
    known: bool
    mended: bool = False


class Lexicon:
    """Reads words as terms. Built from the base's own folded words."""

    def __init__(self, naming: Iterable[str], telling: Iterable[str]) -> None:
        """`naming` are the words of questions, titles and names; `telling` those of texts.

        Only the former are good parts of compounds.
        """
        naming, telling = set(naming), set(telling)
        self._parts: dict[str, str] = {}
        for word in sorted(naming | telling):
            if len(word) >= (_SHORTEST_PART if word in naming else _SHORTEST_TOLD_PART):
                its = term(word)
                for form in (word, canonical(word), its):
                    self._parts.setdefault(form, its)
        words = vocabulary()
        for form, meant in words.same.items():
            if term(meant) in self._parts:
                self._parts.setdefault(form, term(meant))
        self._parts = {part: its for part, its in self._parts.items() if part not in words.ignored}
        self._known: dict[str, tuple[tuple[str, float], ...]] = {}
        for word in naming | telling:
            self._known[word] = self._split(word)
        self.terms = frozenset(one for found in self._known.values() for one, _ in found)
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= _SHORTEST_MENDED:
                self._by_first.setdefault(word[0], []).append(word)

    def terms_of(self, word: str) -> tuple[tuple[str, float], ...]:
        """The terms of a folded word of the base itself."""
        found = self._known.get(word)
        return self._split(word) if found is None else found

    def read(self, word: str) -> Reading:
        """How a folded word of a message is read."""
        found = self._known.get(word)
        if found is not None:
            return Reading(word, found, True)
        found = self._split(word)
        if found[0][0] in self.terms or len(found) > 1:
            return Reading(word, found, True)
        near = self._nearest(word)
        if near is not None:
            form, ratio = near
            return Reading(
                word,
                tuple((one, weight * ratio) for one, weight in self._known[form]),
                True,
                True,
            )
        lone = self._lone_part(word)
        if lone is not None:
            return Reading(word, (*found, (self._parts[lone], len(lone) / len(word))), True)
        return Reading(word, found, False)

    def _lone_part(self, word: str) -> str | None:
        """The longest known part at the end or beginning of a word that is otherwise unknown."""
        for length in range(len(word) - 2, _SHORTEST_LONE_PART - 1, -1):
            if word[-length:] in self._parts:
                return word[-length:]
            if word[:length] in self._parts:
                return word[:length]
        return None

    def _nearest(self, word: str) -> tuple[str, float] | None:
        if len(word) < _SHORTEST_MENDED or word.isdigit():
            return None
        errors = 1 if len(word) < 8 else 2
        choices = [
            form for form in self._by_first.get(word[0], ()) if abs(len(form) - len(word)) <= errors
        ]
        found = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=errors)
        if found is None:
            return None
        return found[0], 1.0 - found[1] / len(word)

    def _split(self, word: str) -> tuple[tuple[str, float], ...]:
        found = {term(word): 1.0}
        for part in self._best_parts(canonical(word)):
            found.setdefault(self._parts[part], _PART)
            for inner in self._best_parts(part):
                found.setdefault(self._parts[inner], _PART * _PART)
        return tuple(found.items())

    def _best_parts(self, word: str) -> list[str]:
        """The fewest known parts that make the word up, at least two; empty if there are none."""
        end = len(word)
        if end < 2 * _SHORTEST_PART or term(word) in vocabulary().unsplit:
            return []
        best: list[list[str] | None] = [None] * end + [[]]
        for start in range(end - _SHORTEST_PART, -1, -1):
            for stop in range(start + _SHORTEST_PART, end + 1):
                part = word[start:stop]
                if part not in self._parts:
                    continue
                for joint in _JOINTS:
                    # Folding has taken one of two letters that met: boss + spann.
                    after = stop - 1 if joint == _SHARED else stop + len(joint)
                    if joint != _SHARED and (after > end or word[stop:after] != joint):
                        continue
                    rest = best[after] if after > start else None
                    if rest is None or (not rest and (start == 0 or joint not in _ENDINGS)):
                        continue
                    kept = best[start]
                    if kept is None or len(rest) + 1 < len(kept):
                        best[start] = [part, *rest]
        return best[0] or []


_ENDINGS = frozenset(("", "e", "er", "a", "ar", "en", "n"))


def related_terms(one: str, known: Mapping[str, float]) -> list[str]:
    """The known terms of the same idea."""
    return sorted(other for other in vocabulary().related.get(one, ()) if other in known)


def folded(text: str) -> str:
    """A text's folded words with single spaces, for comparison letter by letter."""
    return " ".join(fold(word) for word in text.lower().split())
