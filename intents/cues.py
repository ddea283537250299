"""Word patterns over common forms, and what they are a sign of.

A pattern is written as words with spaces between, in common forms (see `normalising.yml`):
`a|b` either word, `klag*` a beginning, `*feil` an end, `..` up to five words between,
`?word` a word that may be missing, `$` the end of the sentence, `@name` the words of a
group (under `groups:`). Patterns are data, in `cues/*.yml`, by sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

from intents.tokens import Token
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document, read

CUES = Path(__file__).with_name("cues")
_GAP = 5
_ELEMENT = re.compile(r"^\??[^\s*?]+\*?(?:\|[^\s*?]+\*?)*$|^\??\*[^\s*?]+$|^\.\.$")
_GROUP_NAME = re.compile(r"@(\w+)")
_END = "$"
_SIGNS = frozenset(".!?;,:)")


class Element(NamedTuple):
    """One place of a pattern."""

    exact: frozenset[str]
    beginnings: tuple[str, ...]
    ends: tuple[str, ...]
    optional: bool
    gap: bool

    @property
    def ending(self) -> bool:
        """Whether the end of the sentence fits here."""
        return _END in self.exact

    def fits(self, word: str) -> bool:
        return (
            word in self.exact
            or (bool(self.beginnings) and word.startswith(self.beginnings))
            or (bool(self.ends) and word.endswith(self.ends))
        )


class Pattern(NamedTuple):
    """A compiled pattern; `sign` is what it shows and `written` how the data says it."""

    sign: str
    written: str
    elements: tuple[Element, ...]

    @property
    def needed(self) -> tuple[Element, ...]:
        """The places after the first at each of which some word of the message must fit."""
        return tuple(e for e in self.elements[1:] if not (e.optional or e.gap or e.ending))


class Match(NamedTuple):
    """A pattern found: the first token and the one after the last."""

    sign: str
    written: str
    first: int
    after: int


def compile_pattern(sign: str, written: str, groups: Mapping[str, str] | None = None) -> Pattern:
    """Compile one pattern. Raises ValueError if it is not written as told above."""
    elements: list[Element] = []
    for raw in written.split():
        part = _GROUP_NAME.sub(lambda match: (groups or {})[match.group(1)], raw)
        if not _ELEMENT.match(part):
            raise ValueError(part)
        if part == "..":
            elements.append(Element(frozenset(), (), (), True, True))
            continue
        words = part.removeprefix("?").split("|")
        elements.append(
            Element(
                frozenset(w for w in words if "*" not in w),
                tuple(w[:-1] for w in words if w.endswith("*")),
                tuple(w[1:] for w in words if w.startswith("*")),
                part.startswith("?"),
                False,
            )
        )
    if not elements or elements[0].optional:
        raise ValueError(written)
    return Pattern(sign, written, tuple(elements))


_MOST_NEEDED = 4  # places of a pattern that are looked at before it is followed
_REMEMBERED, _LONGEST_REMEMBERED = 8_192, 40  # words, and letters of one

# For one word: the patterns that may begin with it, then those of which it fits the first,
# second, … place that is needed; each a set of bits by the pattern's number.
Fits = tuple[int, ...]
_NOTHING: Fits = (0,) * (1 + _MOST_NEEDED)  # one for all words that fit nothing


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns, and which of them a word fits: so that few are followed word by word."""

    patterns: tuple[Pattern, ...]
    whole: Mapping[str, Fits]
    beginnings: Mapping[str, Fits]
    ends: Mapping[str, Fits]
    # For each needed place the patterns that do not have so many.
    without: Fits
    seen: dict[str, Fits] = field(default_factory=dict, compare=False, repr=False)

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Every pattern in the message, each at the first place where it stands."""
        return [match for _, match in self._find(tokens)]

    def find_apart(self, tokens: Sequence[Token], second: int) -> tuple[list[Match], list[Match]]:
        """The same, those of the patterns before number `second` and the others apart."""
        found = self._find(tokens)
        return (
            [match for number, match in found if number < second],
            [match for number, match in found if number >= second],
        )

    def _find(self, tokens: Sequence[Token]) -> list[tuple[int, Match]]:
        words = [token.folded for token in tokens]
        seen = self.seen
        fits = [seen.get(word) or self._fits(word) for word in words]
        if not fits:
            return []
        firsts, *needed = zip(*fits, strict=True)
        open_ones = reduce(or_, firsts)
        for fitting, without in zip(needed, self.without, strict=True):
            open_ones &= reduce(or_, fitting, without)
        found: list[tuple[int, Match]] = []
        if not open_ones:
            return found
        for first, beginning in enumerate(firsts):
            candidates = beginning & open_ones
            while candidates:
                bit = candidates & -candidates
                candidates ^= bit
                number = bit.bit_length() - 1
                pattern = self.patterns[number]
                after = _follow(pattern.elements, 1, words, first + 1)
                if after is not None:
                    open_ones ^= bit
                    found.append((number, Match(pattern.sign, pattern.written, first, after)))
        return found

    def _fits(self, word: str) -> Fits:
        """The patterns that a word fits."""
        sets = [self.whole[word]] if word in self.whole else []
        for length in range(1, len(word) + 1):
            if (found := self.beginnings.get(word[:length])) is not None:
                sets.append(found)
            if (found := self.ends.get(word[-length:])) is not None:
                sets.append(found)
        united = [0] * (1 + _MOST_NEEDED)
        for one in sets:
            for place, fitting in enumerate(one):
                united[place] |= fitting
        fits = tuple(united) if sets else _NOTHING
        if len(self.seen) < _REMEMBERED and len(word) <= _LONGEST_REMEMBERED:
            self.seen[word] = fits
        return fits


def _follow(elements: Sequence[Element], place: int, words: list[str], at: int) -> int | None:
    if place == len(elements):
        return at
    element = elements[place]
    if element.gap:
        for skipped in range(_GAP + 1):
            after = _follow(elements, place + 1, words, at + skipped)
            if after is not None:
                return after
        return None
    if element.ending and (at == len(words) or words[at][0] in _SIGNS):
        after = _follow(elements, place + 1, words, at)
        if after is not None:
            return after
    if at < len(words) and element.fits(words[at]):
        after = _follow(elements, place + 1, words, at + 1)
        if after is not None:
            return after
    return _follow(elements, place + 1, words, at) if element.optional else None


def build_lexicon(patterns: Iterable[Pattern]) -> Lexicon:
    """Number the patterns, and index their first and needed places by word."""
    return _indexed(tuple({(p.sign, p.written): p for p in patterns}.values()))


def joined(one: Lexicon, other: Lexicon) -> Lexicon:
    """The patterns of two as one, so that a message is looked through once for both.

    The first pattern of the second has the number `len(one.patterns)`.
    """
    return _indexed((*one.patterns, *other.patterns))


def _indexed(numbered: tuple[Pattern, ...]) -> Lexicon:
    whole: dict[str, list[int]] = {}
    beginnings: dict[str, list[int]] = {}
    ends: dict[str, list[int]] = {}
    without = [0] * _MOST_NEEDED
    for number, pattern in enumerate(numbered):
        needed = pattern.needed[:_MOST_NEEDED]
        for place in range(len(needed), _MOST_NEEDED):
            without[place] |= 1 << number
        for place, element in enumerate((pattern.elements[0], *needed)):
            for table, words in (
                (whole, element.exact),
                (beginnings, element.beginnings),
                (ends, element.ends),
            ):
                for word in words:
                    fits = table.setdefault(word, [0] * (1 + _MOST_NEEDED))
                    fits[place] |= 1 << number

    def packed(table: Mapping[str, Sequence[int]]) -> dict[str, Fits]:
        return {word: tuple(fits) for word, fits in table.items()}

    return Lexicon(numbered, packed(whole), packed(beginnings), packed(ends), tuple(without))


def load_patterns(path: Path) -> list[Pattern]:
    """Read one file of cues: sign → list of patterns.

    Raises ContentError ([cues.pattern]) naming the lines that cannot be read.
    """
    document = read(path)
    patterns: list[Pattern] = []
    problems: list[Problem] = []
    groups = document.data.get("groups", {})
    for sign, written in _flatten(document):
        for place, pattern in enumerate(written):
            try:
                patterns.append(compile_pattern(sign, str(pattern), groups))
            except (ValueError, KeyError) as error:
                problems.append(
                    Problem(
                        path.name,
                        document.line(sign, place),
                        "cues.pattern",
                        f"«{error}» is no pattern",
                        mend="write words, a|b, klag*, *feil, .. or ?word; begin with a word.",
                    )
                )
    if problems:
        raise ContentError(problems)
    return patterns


def _flatten(document: Document) -> list[tuple[str, list[Any]]]:
    return [
        (str(sign), list(written or []))
        for sign, written in document.data.items()
        if sign != "groups"
    ]
