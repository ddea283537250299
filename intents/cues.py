"""Word patterns over common forms, and what they are a sign of.

A pattern is written as words with spaces between, in common forms (see `normalising.yml`):
`a|b` either word, `klag*` a beginning, `*feil` an end, `..` up to five words between,
`?word` a word that may be missing, `$` the end of the sentence, `@name` the words of a
group (under `groups:`). Patterns are data, in `cues/*.yml`, by sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    # Words of which one must stand in the message, for each place that takes only such.
    needed: tuple[frozenset[str], ...] = ()


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
    needed = tuple(
        e.exact
        for e in elements[1:]
        if e.exact and not (e.beginnings or e.ends or e.optional or e.gap or e.ending)
    )
    return Pattern(sign, written, tuple(elements), needed)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns, found by their first word so that a message is read only once."""

    by_word: dict[str, tuple[Pattern, ...]]
    by_beginning: dict[str, tuple[Pattern, ...]]
    by_end: tuple[Pattern, ...]

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Every pattern in the message, each at the first place where it stands."""
        words = [token.folded for token in tokens]
        said = frozenset(words)
        found: list[Match] = []
        seen: set[tuple[str, str]] = set()
        for first, word in enumerate(words):
            candidates: list[Pattern] = list(self.by_word.get(word, ()))
            for length in (2, 3, 4):
                if len(word) >= length:
                    candidates += self.by_beginning.get(word[:length], ())
            candidates += self.by_end
            for pattern in candidates:
                key = (pattern.sign, pattern.written)
                if key in seen or not pattern.elements[0].fits(word):
                    continue
                if any(map(said.isdisjoint, pattern.needed)):
                    continue
                after = _follow(pattern.elements, 1, words, first + 1)
                if after is not None:
                    seen.add(key)
                    found.append(Match(pattern.sign, pattern.written, first, after))
        return found


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
    """Index patterns by the first word."""
    by_word: dict[str, list[Pattern]] = {}
    by_beginning: dict[str, list[Pattern]] = {}
    by_end: list[Pattern] = []
    for pattern in patterns:
        first = pattern.elements[0]
        for word in first.exact:
            by_word.setdefault(word, []).append(pattern)
        for key in {beginning[:4] for beginning in first.beginnings}:
            by_beginning.setdefault(key, []).append(pattern)
        if first.ends:
            by_end.append(pattern)
    return Lexicon(
        {word: tuple(found) for word, found in by_word.items()},
        {key: tuple(found) for key, found in by_beginning.items()},
        tuple(by_end),
    )


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
