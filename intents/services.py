"""Which service and unit a message names, by the municipality's own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from intents.normalise import Forms, fold
from intents.tokens import Token, split_words
from knowledge.municipality import Municipality
from knowledge.yaml_lines import read

SERVICE_WORDS = Path(__file__).with_name("service_words.yml")
# A name in several words says more than one word, a whole word more than a part of one.
_PHRASE, _WHOLE, _BEGINNING, _END = 3.0, 2.0, 1.5, 1.2
_SHORTEST_PART = 5
_ENOUGH = 1.0
_LEAD = 1.15
_REMEMBERED, _LONGEST_REMEMBERED = 8_192, 40  # words, and letters of one


class Named(NamedTuple):
    """A service or unit named in the message, with its place among the tokens."""

    id: str
    score: float
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class Names:
    """Words → ids. `phrases` are by their first word, longest first."""

    words: dict[str, tuple[str, ...]]
    phrases: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    seen: dict[tuple[str, str], tuple[tuple[str, ...], float]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def find(self, tokens: Sequence[Token]) -> list[Named]:
        """Every service named, best first; those named as well as one another by place."""
        seen = self.seen
        named = [
            seen.get((token.folded, token.text)) or self._remember(token.folded, token.text)
            for token in tokens
        ]
        words = [token.folded for token in tokens]
        phrases = not self.phrases.keys().isdisjoint(words)
        if not phrases and not any(map(itemgetter(0), named)):
            return []
        scores: dict[str, float] = {}
        places: dict[str, tuple[int, int]] = {}

        def add(ids: tuple[str, ...], score: float, first: int, after: int) -> None:
            for found in ids:
                scores[found] = scores.get(found, 0.0) + score / len(ids) ** 0.5
                places.setdefault(found, (first, after))

        for first, word in enumerate(words):
            for rest, found in self.phrases.get(word, ()) if phrases else ():
                if tuple(words[first + 1 : first + 1 + len(rest)]) == rest:
                    add((found,), _PHRASE, first, first + 1 + len(rest))
            ids, score = named[first]
            if ids:
                add(ids, score, first, first + 1)
        return sorted(
            (Named(found, score, *places[found]) for found, score in scores.items()),
            key=lambda named: (-named.score, named.first, named.id),
        )

    def _remember(self, folded: str, written: str) -> tuple[tuple[str, ...], float]:
        found = self._word(folded, written)
        if len(self.seen) < _REMEMBERED and len(folded) + len(written) <= 2 * _LONGEST_REMEMBERED:
            self.seen[folded, written] = found
        return found

    def _word(self, folded: str, written: str) -> tuple[tuple[str, ...], float]:
        ids = self.words.get(folded) or self.words.get(written)
        if ids:
            return ids, _WHOLE
        word = written
        for length in range(len(word) - 1, _SHORTEST_PART - 2, -1):
            ids = self.words.get(word[:length])
            if ids and (length >= _SHORTEST_PART or len(word) - length <= 3):
                return ids, _BEGINNING
        for begin in range(1, len(word) - _SHORTEST_PART + 1):
            ids = self.words.get(word[begin:])
            if ids:
                return ids, _END
        return (), 0.0


def build_names(municipality: Municipality, forms: Forms) -> Names:
    """The services' names and everyday words, and those of `service_words.yml` for their ids."""
    extra = read(SERVICE_WORDS).data
    named: list[tuple[str, str]] = []
    for service in municipality.services.values():
        written = [*service.name.values(), *(w for ws in service.words.values() for w in ws)]
        written += extra.get(service.id, ())
        named += [(service.id, str(word)) for word in written]
    return _build(named, forms)


def build_unit_names(municipality: Municipality, forms: Forms) -> Names:
    """The units' names."""
    named = [(unit.id, name) for unit in municipality.units.values() for name in unit.name.values()]
    return _build(named, forms)


def _build(named: Iterable[tuple[str, str]], forms: Forms) -> Names:
    words: dict[str, dict[str, None]] = {}
    phrases: dict[str, dict[tuple[tuple[str, ...], str], None]] = {}
    for found, name in named:
        parts = [fold(word, forms) for word, _, _ in split_words(name.lower())]
        written = [word for word, _, _ in split_words(name.lower())]
        if len(parts) == 1:
            for form in {parts[0], written[0]}:
                words.setdefault(form, {})[found] = None
        elif parts:
            phrases.setdefault(parts[0], {})[(tuple(parts[1:]), found)] = None
    return Names(
        {word: tuple(ids) for word, ids in words.items()},
        {
            first: tuple(sorted(found, key=lambda phrase: -len(phrase[0])))
            for first, found in phrases.items()
        },
    )


def choose(found: Sequence[Named]) -> str | None:
    """The best if it is good enough and clearly before the next, else None."""
    if not found or found[0].score < _ENOUGH:
        return None
    if len(found) > 1 and found[0].score < found[1].score * _LEAD:
        return None
    return found[0].id
