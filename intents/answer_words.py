"""Words with which people answer, from `answer_words.yml`."""

from __future__ import annotations

from pathlib import Path

from intents.tokens import Token
from knowledge.yaml_lines import read

_DATA = read(Path(__file__).with_name("answer_words.yml")).data

NUMBERS: dict[str, int] = {str(word): value for word, value in _DATA["numbers"].items()}
ORDINALS: dict[str, int] = {str(word): value for word, value in _DATA["ordinals"].items()}


def words(name: str) -> frozenset[str]:
    """A list of words by its name in the file."""
    return frozenset(str(_DATA[name]).split())


def number_of(token: Token) -> int | None:
    """The whole number that a word or figure says; 99 for one with a decimal part."""
    text = token.text
    if text.isdecimal() and len(text) <= 6:
        return int(text)
    if "," in text or "." in text:
        whole, _, part = text.replace(".", ",").partition(",")
        return 99 if whole.isdecimal() and part else None
    return NUMBERS.get(text)


# Each word of a group of words that say the same, and the group's number.
SAME_MEANING: dict[str, int] = {
    word: place for place, group in enumerate(_DATA["same meaning"], 1) for word in group.split()
}
