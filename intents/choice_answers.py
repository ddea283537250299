"""Which of the offered choices is meant: its number, its place, or its words."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from intents.answer_words import NUMBERS, ORDINALS, words
from intents.tokens import Token

NONE_OF_THESE = -1
_LEAD = words("before choice")
_LAST, _MIDDLE = words("last"), words("middle")

_NONE_FILLER = words("none filler")
_MOST_WORDS = 8
# How alike (0 to 100) the words must be, and how much more than the next choice's.
_ALIKE, _LEAD_POINTS = 86.0, 5.0


def read_choice(tokens: Sequence[Token], text: str, choices: Sequence[str]) -> int | None:
    """The index of the choice that is meant; -1 for none of them; None: no choice at all."""
    said = [token.folded for token in tokens if token.text[0].isalnum()]
    if not said or not choices:
        return None
    if _is_none(said):
        return NONE_OF_THESE
    number = _number(tokens, said, len(choices))
    if number is not None:
        return number - 1 if 1 <= number <= len(choices) else None
    return _by_words(text, said, choices)


def _is_none(said: list[str]) -> bool:
    if not any(word in {"ingen", "annet"} or word == "ikke" for word in said):
        return False
    if said == ["ikke"] or len(said) > 6:
        return False
    core = [word for word in said if word not in _NONE_FILLER]
    return not core and said != ["nei"]


def _number(tokens: Sequence[Token], said: list[str], count: int) -> int | None:
    rest = [t for t in tokens if t.text[0].isalnum() and t.folded not in _LEAD]
    if len(rest) != 1:
        return None
    word, folded = rest[0].text.strip("."), rest[0].folded
    if word.isdecimal() and len(word) <= 2:
        return int(word)
    if word in _LAST:
        return count
    if word in _MIDDLE and count == 3:
        return 2
    ordinal = ORDINALS.get(word) or ORDINALS.get(folded)
    if ordinal is not None:
        return ordinal
    return NUMBERS.get(word) if len(said) <= 4 else None


def _by_words(text: str, said: list[str], choices: Sequence[str]) -> int | None:
    if len(said) > _MOST_WORDS or "?" in text:
        return None
    words_said = text.lower().strip(" .!")
    within = [place for place, choice in enumerate(choices) if words_said in choice.lower()]
    if len(within) == 1 and len(words_said) >= 3:
        return within[0]
    scores = [float(fuzz.WRatio(words_said, choice.lower())) for choice in choices]
    best = max(range(len(choices)), key=lambda place: scores[place])
    others = [score for place, score in enumerate(scores) if place != best]
    if scores[best] >= _ALIKE and scores[best] - max(others, default=0.0) >= _LEAD_POINTS:
        return best
    return None
