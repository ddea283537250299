"""Whether a unit's text seems to tell of a certain person, or only of the service.

It can't be known from words alone, so the net is wide: one sign is enough to ask the one
who writes. What has no sign ("the kitchen now serves dinner at four") goes out as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from knowledge.yaml_lines import read

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?:]\s*$|^\s*$|\n\s*$")

_DATA = read(Path(__file__).with_name("general_text.yml")).data
_WHOLE = frozenset(str(_DATA["whole"]).split())
_BEGINNINGS = tuple(str(_DATA["beginnings"]).split())


def signs_of_a_person(text: str, known_names: Iterable[str] = ()) -> tuple[str, ...]:
    """The words of a text that may tell of a certain person, in their order, each once.

    `known_names`: names of the municipality, its units and services, which are nobody's.
    A capital letter in the middle of a sentence is taken for a name.
    """
    known = {word.casefold() for name in known_names for word in _WORD.findall(name)}
    found: dict[str, None] = {}
    for match in _WORD.finditer(text):
        word, folded = match.group(), match.group().casefold()
        starts_sentence = _SENTENCE_END.search(text[: match.start()])
        is_name = word[0].isupper() and len(word) > 1 and not starts_sentence
        listed = folded in _WHOLE or folded.startswith(_BEGINNINGS)
        if listed or (is_name and folded not in known):
            found[word] = None
    return tuple(found)
