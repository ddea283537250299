"""Words of a message, with their places, and cleaning of what only disturbs."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# Understanding looks at no more than this; a question stands at the beginning.
MAX_UNDERSTOOD = 2_000

_WORD = re.compile(
    r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’\-][^\W\d_]+)*|[+][0-9]+|[?!]+|[⭐★🌟👍👎]|[^\w\s]"
)
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")


class Token(NamedTuple):
    """A word as written in lower case, its common form, and its place in the text."""

    text: str
    folded: str
    start: int
    end: int


def clean(text: str) -> str:
    """The text with one character for each, but controls and stacked marks made harmless.

    Offsets are kept: what is taken away becomes a space.
    """
    if text.isprintable() and max(text, default="") < "\u0300":
        return text
    return "".join(map(_harmless, text))


def _harmless(character: str) -> str:
    if character.isprintable() and character < "\u0300":
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}:
        return " "
    if category == "Cf":
        return "\u00ad"
    wide = unicodedata.normalize("NFKC", character)
    return wide if len(wide) == 1 else character


def split_words(text: str) -> list[tuple[str, int, int]]:
    """Words, numbers and signs with their places; words in lower case."""
    return [(match.group().lower(), *match.span()) for match in _WORD.finditer(text)]


def repeats_letters(text: str) -> bool:
    """Whether a letter stands three times in a row: else nothing has to be shortened."""
    return _REPEATED.search(text) is not None


def shorten_repeats(word: str) -> str:
    """«heiiii» → «heii», «takkkk» → «takk»: never more than two of a letter in a row."""
    return _REPEATED.sub(r"\1\1", word)
