"""Which of the offered choices is meant: its number, its place, or its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from intents.answer_words import NUMBERS, ORDINALS, SAME_MEANING, words
from intents.normalise import Forms, tokenise
from intents.tokens import Token

_ENDING = re.compile(r"(?<=\d)[.'’]?(?:ern|er|ar|aren|arn|eren|eran)?$")
NONE_OF_THESE = -1
_LEAD = words("before choice")
_LAST, _MIDDLE = words("last"), words("middle")

_NONE_FILLER = words("none filler")
_SMALL = words("small")
_TAKES_BACK = words("takes back")
_NAMES_A_CHOICE = words("names a choice")
_LITTLE = _LEAD | _SMALL
_MOST_TOKENS = 12
# How alike (0 to 100) the words must be, and how much more than the next choice's.
_ALIKE, _LEAD_POINTS = 66.0, 8.0


def read_choice(
    tokens: Sequence[Token], text: str, choices: Sequence[str], forms: Forms
) -> int | None:
    """The index of the choice that is meant; -1 for none of them; None: no choice at all."""
    said = [token.folded for token in tokens if token.text[0].isalnum()]
    if not said or not choices:
        return None
    if _is_none(said):
        return NONE_OF_THESE
    number = _number(tokens, said, len(choices)) or _named_last(tokens, len(choices))
    if number is not None:
        return number - 1 if 1 <= number <= len(choices) else None
    return _by_words(text, tokens, choices, forms)


def _is_none(said: list[str]) -> bool:
    if not any(word in {"ingen", "annet"} or word == "ikke" for word in said):
        return False
    if said == ["ikke"] or len(said) > 6:
        return False
    core = [word for word in said if word not in _NONE_FILLER]
    return not core and said != ["nei"]


def _number(tokens: Sequence[Token], said: list[str], count: int) -> int | None:
    rest = [t for t in tokens if t.text[0].isalnum() and t.folded not in _LEAD]
    if not rest:
        rest = [t for t in tokens if t.text in ORDINALS or (t.text in NUMBERS and len(said) == 1)]
    if len(rest) == 2 and rest[0].text == "nest":
        return _next_to(rest[1].text, count)
    if len(rest) != 1:
        return None
    word, folded = _ENDING.sub("", rest[0].text), rest[0].folded
    if word.isdecimal() and len(word) <= 2:
        return int(word)
    if len(word) == 1 and word in "abcdef" and len(said) <= 3:
        return "abcdef".index(word) + 1
    if word in _LAST:
        return count
    if word in _MIDDLE and count == 3:
        return 2
    ordinal = ORDINALS.get(word) or ORDINALS.get(folded)
    if ordinal is not None:
        return ordinal
    return NUMBERS.get(word) if len(said) <= 4 else None


def _next_to(word: str, count: int) -> int | None:
    """«nest siste», «nest øverst»."""
    if word in _LAST:
        return count - 1
    return 2 if ORDINALS.get(word) == 1 else None


def _named_last(tokens: Sequence[Token], count: int) -> int | None:
    """The number that stands last: «alternativ ein», «eg fekk avslag så den første»."""
    last = [token for token in tokens if token.text[0].isalnum()][-2:]
    taken_back = tokens[0].folded in _TAKES_BACK  # «gløym det siste» picks nothing
    if len(last) < 2 or taken_back or any(token.text == "?" for token in tokens):
        return None
    before, word = last[0], last[1].text
    if before.folded in _NAMES_A_CHOICE or before.text in _NAMES_A_CHOICE:
        return NUMBERS.get(word)
    if before.folded not in {"den", "det"}:
        return None
    if word in _LAST:
        return count
    return 2 if word in _MIDDLE and count == 3 else ORDINALS.get(word)


def _by_words(
    text: str, tokens: Sequence[Token], choices: Sequence[str], forms: Forms
) -> int | None:
    if len(tokens) > _MOST_TOKENS or "?" in text:
        return None
    words_said = text.lower().strip(" .!")
    within = [place for place, choice in enumerate(choices) if words_said in choice.lower()]
    if len(within) == 1 and len(words_said) >= 3:
        return within[0]
    scores = [
        max(_shared(tokens, choice, forms), float(fuzz.ratio(words_said, choice.lower())))
        for choice in choices
    ]
    best = max(range(len(choices)), key=lambda place: scores[place])
    others = [score for place, score in enumerate(scores) if place != best]
    if scores[best] >= _ALIKE and scores[best] - max(others, default=0.0) >= _LEAD_POINTS:
        return best
    return None


def _shared(tokens: Sequence[Token], choice: str, forms: Forms) -> float:
    """How much (0 to 100) of what was said, beside filling words, the title says too."""
    title = [token for token in tokenise(choice, forms) if token.text[0].isalnum()]
    said = [token for token in tokens if token.text[0].isalnum() and token.folded not in _LITTLE]
    if not said:
        return 0.0
    found = sum(
        max((_alike(word, other) for other in title if other.folded not in _SMALL), default=0.0)
        for word in said
    )
    return 100.0 * found / len(said)


def _alike(one: Token, other: Token) -> float:
    """How alike two words are, 0 to 1."""
    if one.folded == other.folded:
        return 1.0
    meant = SAME_MEANING.get(one.text) or SAME_MEANING.get(one.folded)
    if meant is not None and meant in {
        SAME_MEANING.get(other.text),
        SAME_MEANING.get(other.folded),
    }:
        return 1.0
    shorter = min(len(one.text), len(other.text))
    if shorter < 4:
        return 0.0
    beginning = max(4, shorter - 2)
    if one.text[:beginning] == other.text[:beginning] or one.text in other.text:
        return 0.95 if abs(len(one.text) - len(other.text)) <= 3 else 0.8
    ratio = float(fuzz.ratio(one.text, other.text))
    return 0.8 if other.text in one.text else ratio / 100.0 if ratio >= 78.0 else 0.0
