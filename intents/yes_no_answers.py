"""Yes, no and «don't know» in the forms that people use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from intents.answer_words import words
from intents.tokens import Token

_YES, _NO, _FILLER = words("yes"), words("no"), words("filler")
_UNKNOWN, _NEGATION = words("unknown"), words("negation")
_ANSWERS = _YES | _NO
_MOST_WORDS = 8

YesNo = Literal["affirm", "deny", "dont_know"]


def read_yes_no(tokens: Sequence[Token]) -> YesNo | None:
    """What a short message answers; None if it says something else or more."""
    said = [token for token in tokens if token.text.isalnum() or token.text in _ANSWERS]
    if not said or len(said) > _MOST_WORDS:
        return None
    folded = [token.folded for token in said]
    if any(word in _UNKNOWN for word in folded) and any(word in _NEGATION for word in folded):
        return "dont_know"
    first, rest = said[0], folded[1:]
    if first.folded in _YES or first.text in _YES:
        return "affirm" if all(word in _FILLER or word in _YES for word in rest) else None
    if first.folded in _NO or first.text in _NO:
        return "deny" if all(word in _FILLER or word in _NO for word in rest) else None
    return None
