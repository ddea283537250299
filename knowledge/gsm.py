"""The alphabet of SMS and what a text costs in it.

The table is ours because no kept library has it: smsutil was last released in 2020.
Source: 3GPP TS 23.038, section 6.2.1 (alphabet), TS 23.040, 9.2.3.24 (concatenation).
"""

from __future__ import annotations

import unicodedata

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
_ALPHABET = frozenset(BASIC + EXTENSION)
_COST = {**dict.fromkeys(BASIC, 1), **dict.fromkeys(EXTENSION, 2)}

_TWINS = str.maketrans(
    {
        **dict.fromkeys("–—‒―‐‑−", "-"),
        **dict.fromkeys("«»“”„″", '"'),
        **dict.fromkeys("‘’‚′`´", "'"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f", ""),
        **dict.fromkeys("•·∙", "-"),
        "…": "...",
        "½": "1/2",
        "¼": "1/4",
        "¾": "3/4",
        "×": "x",
        "°": " grader",
        "²": "2",
        "³": "3",
        "→": "->",
    }
)


def foreign_characters(text: str) -> tuple[str, ...]:
    """The characters outside GSM-7, each once, in the order in which they stand."""
    return tuple(dict.fromkeys(character for character in text if character not in _COST))


def is_gsm7(text: str) -> bool:
    """Whether every character is in GSM-7's basic table or its extension."""
    return _ALPHABET.issuperset(text)


def septets(text: str) -> int:
    """The length of a GSM-7 text in septets: two for €, brackets and the like.

    Raises ValueError when the text has another character.
    """
    try:
        return sum(_COST[character] for character in text)
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is not in GSM-7") from None


def segments(text: str) -> int:
    """How many SMS segments a text costs.

    160 GSM-7 septets fit in one, 153 in each of several; a single character outside
    GSM-7 makes that 70 and 67 (UCS-2). What takes two units is never split over two
    segments. Source: 3GPP TS 23.038 (alphabet), 23.040 (concatenation).

    >>> segments("Bossanlegget er ope til 15.30.")
    1
    >>> segments("«" * 71)
    2
    """
    if is_gsm7(text):
        if len(text) * 2 <= 160:
            return 1
        costs, alone, each = [_COST[character] for character in text], 160, 153
    else:
        costs, alone, each = [1 + (ord(character) > 0xFFFF) for character in text], 70, 67
    if sum(costs) <= alone:
        return 1
    count, used = 1, 0
    for cost in costs:
        if used + cost > each:
            count, used = count + 1, 0
        used += cost
    return count


def to_gsm7(text: str) -> str:
    """The text with dashes, quotes, spaces and accents replaced by their GSM-7 twins.

    A character without a twin (emoji, other alphabets) stays: what a person is told is
    never cut for its price.

    >>> to_gsm7("Ope 8–15 … «kvardagar»")
    'Ope 8-15 ... "kvardagar"'
    """
    if is_gsm7(text):
        return text
    return "".join(map(_nearest, text.translate(_TWINS)))


def _nearest(character: str) -> str:
    if character in _COST:
        return character
    plain = unicodedata.normalize("NFKD", character)
    plain = "".join(part for part in plain if not unicodedata.combining(part))
    return plain if plain and is_gsm7(plain) else character


def split_segments(text: str) -> tuple[str, ...]:
    """The text as it is cut into segments; joined they are the text. See `segments`.

    >>> [len(part) for part in split_segments("a" * 200)]
    [153, 47]
    """
    plain = is_gsm7(text)
    alone, each = (160, 153) if plain else (70, 67)
    costs = [_COST[character] if plain else 1 + (ord(character) > 0xFFFF) for character in text]
    if sum(costs) <= alone:
        return (text,)
    parts, begin, used = [], 0, 0
    for place, cost in enumerate(costs):
        if used + cost > each:
            parts.append(text[begin:place])
            begin, used = place, 0
        used += cost
    return (*parts, text[begin:])
