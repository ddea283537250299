"""Ratings from 1 to 6 in every form that people use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from intents.answer_words import NUMBERS, number_of, words
from intents.tokens import Token

_STARS = "⭐★🌟✨"
_STAR = re.compile(f"[{_STARS}\ufe0f]")
_TOP, _BOTTOM, _LEAD = words("top"), words("bottom"), words("before rating")
_SEPARATORS = words("separators")
_TOP_BEFORE, _BOTTOM_BEFORE = words("top before scale"), words("bottom before scale")
_SCALE = words("scale")
_HEDGES = words("beside rating")
_HIGHEST = 6
_ARTICLES = frozenset({"en", "ein", "ei", "et", "eit", "ett"})
_GIVES = words("gives a rating")
_BARE_COMMENT = re.compile(r"(?:er|ar|ern|arn|eren|aren|pluss|minus|[+]|altså|da)$", re.IGNORECASE)
_OR = frozenset({"eller", "el", "/", "-", "–", "til"})


class RatingAnswer(NamedTuple):
    """How a message answers a rating question.

    `value` 1 to 6 or None; `half` are the values of an answer like «4 eller 5»;
    `outside` tells of a number that is not on the scale.
    """

    value: int | None
    comment: str | None = None
    half: tuple[int, ...] = ()
    outside: bool = False


def read_rating(text: str, tokens: Sequence[Token]) -> RatingAnswer | None:
    """The rating in an answer to a rating question; None if it holds none."""
    stars = sum(text.count(star) for star in _STARS)
    if stars:
        comment = _STAR.sub("", text).strip(" \t\n-–,.:;")
        if not any(character.isdecimal() for character in comment):
            return _on_scale(stars, comment or None)
    later = _half_point(tokens) or _said_last(tokens)
    if later is not None:
        return later
    place = _first_of_answer(tokens)
    if place >= len(tokens):
        return None
    token = tokens[place]
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and after.text in _SCALE and _alone(tokens, place + 1):
        if token.text in _TOP_BEFORE:
            return RatingAnswer(6, _comment(text, after.end))
        if token.text in _BOTTOM_BEFORE:
            return RatingAnswer(1, _comment(text, after.end))
    if token.folded in _TOP and _alone(tokens, place):
        return RatingAnswer(6, _comment(text, token.end))
    if token.folded in _BOTTOM and _alone(tokens, place):
        return RatingAnswer(1, _comment(text, token.end))
    value = number_of(token)
    if value is None:
        return None
    if place and tokens[place - 1].text == "-" and place == 1 and text.lstrip()[0] == "-":
        return RatingAnswer(None, outside=True)
    return _with_rest(text, tokens, place, value)


def _half_point(tokens: Sequence[Token]) -> RatingAnswer | None:
    """«fire og ein halv», «4 1/2»: between two ratings."""
    said = [token for token in tokens if token.text[0].isalnum()]
    value = number_of(said[0]) if said else None
    rest = " ".join(token.text for token in said[1:])
    if value is None or not 1 <= value < _HIGHEST:
        return None
    halved = re.fullmatch(r"(?:og )?(?:e?i?n|et|eit) halv|1 2", rest)
    return RatingAnswer(None, half=(value, value + 1)) if halved else None


def _said_last(tokens: Sequence[Token]) -> RatingAnswer | None:
    """«mellom 4 og 5», «5 sist, men denne gongen 2», «ho var flink, så det blir ein femmar»."""
    words_said = [token for token in tokens if token.text[0].isalnum()]
    numbers = [
        (place, value, token)
        for place, token in enumerate(words_said)
        if (value := number_of(token)) is not None and not _is_article(words_said, place)
    ]
    if not numbers or any(token.text == "?" for token in tokens):
        return None
    place, value, _ = numbers[-1]
    if len(numbers) == 2 and any(
        token.folded == "mellom" for token in words_said[: words_said.index(numbers[0][2])]
    ):
        return RatingAnswer(None, half=(numbers[0][1], value))
    if place != len(words_said) - 1 or place == 0 or not 1 <= value <= _HIGHEST:
        return None
    before = words_said[place - 1].folded
    if _is_article(words_said, place - 1) and place > 1:
        before = words_said[place - 2].folded
    said_now = any(token.folded == "denne" for token in words_said) or before in _GIVES
    first = place - 1 if _is_article(words_said, place - 1) else place
    alone = len(numbers) == 1 and _after_mark(tokens, words_said[first])
    hedged = all({token.text, token.folded} & (_LEAD | _HEDGES) for token in words_said[:place])
    return RatingAnswer(value) if said_now or alone or hedged else None


def _after_mark(tokens: Sequence[Token], said: Token) -> bool:
    place = tokens.index(said)
    return place > 0 and tokens[place - 1].text in {",", "-", ":", ".", "!"}


def _is_article(said: Sequence[Token], place: int) -> bool:
    return said[place].text in _ARTICLES and place + 1 < len(said)


def _first_of_answer(tokens: Sequence[Token]) -> int:
    """The place after «eg gir dykk ein sterk …»; the article «ein» is no rating there."""
    place = 0
    while place < len(tokens):
        lead = tokens[place].folded in _LEAD or tokens[place].text in _LEAD
        lead = lead or (not tokens[place].text[0].isalnum() and tokens[place].text not in "-+%")
        if number_of(tokens[place]) == 1:
            after = tokens[place + 1] if place + 1 < len(tokens) else None
            lead = after is not None and (after.folded in _LEAD or number_of(after) is not None)
            lead = lead and not tokens[place].text.isdecimal() and after.text not in _SEPARATORS  # type: ignore[union-attr]
        if not lead:
            break
        place += 1
    return place


def _alone(tokens: Sequence[Token], place: int) -> bool:
    return place + 1 == len(tokens) or tokens[place + 1].text in _SEPARATORS


def _with_rest(text: str, tokens: Sequence[Token], place: int, value: int) -> RatingAnswer | None:
    rest = tokens[place + 1 :]
    end = tokens[place].end
    if rest and rest[0].text in _OR and len(rest) > 1:
        other = number_of(rest[1])
        if rest[0].text == "/" and other == 6:
            return _on_scale(value, _comment(text, rest[1].end))
        if other is not None and (len(rest) == 2 or rest[0].text in {"eller", "el", "/"}):
            if {value, other} <= set(range(1, 7)) and other != value:
                return RatingAnswer(None, half=(value, other))
            return RatingAnswer(None, outside=True)
    if len(rest) > 1 and rest[0].folded == "av" and number_of(rest[1]) is not None:
        scale = number_of(rest[1])
        comment = _comment(text, rest[1].end)
        return _on_scale(value, comment) if scale == 6 else RatingAnswer(None, outside=True)
    if rest and rest[0].folded in {"stjerner", "stjerne", "stjernar", "poeng"}:
        end = rest[0].end
    elif rest and rest[0].text == "%":
        return RatingAnswer(None, outside=True)
    return _on_scale(value, _comment(text, end))


def _on_scale(value: int, comment: str | None) -> RatingAnswer:
    if 1 <= value <= 6:
        return RatingAnswer(value, comment)
    return RatingAnswer(None, comment, outside=True)


def _comment(text: str, end: int) -> str | None:
    rest = text[end:].strip(" \t\n\r-–—,.:;/()️")
    if _BARE_COMMENT.match(rest) or rest.lower() in NUMBERS:
        return None
    return rest if any(character.isalnum() for character in rest) else rest.strip("!?") or None
