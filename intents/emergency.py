"""Danger now: which number to call. Looked for before everything else.

Sources: 110, 112, 113, 116 117 (helsenorge.no), 116 111 (116111.no), 116 006
(krisesenter.com), 116 123 (mentalhelse.no), 22 59 13 00 (helsenorge.no, Giftinformasjonen).
Missing one is worse than one false alarm, yet a false alarm teaches people to
disregard the bot: past, figurative and «what if» wordings are taken back.
"""

from __future__ import annotations

from collections.abc import Sequence

from intents.cues import Match
from intents.model import LanguageModel
from intents.reading import Reading, sense_danger
from intents.tokens import Token

# Who to call first when several fit.
NUMBERS = ("113", "110", "112", "22 59 13 00", "116 123", "116 111", "116 006", "116 117")
_AT_HOME = frozenset({"116 111", "116 006"})

# Kinds of the examples in `examples/*/emergency_<kind>.yml`, and whom to call.
_LEARNT = {
    "110": "110",
    "112": "112",
    "113": "113",
    "poison": "22 59 13 00",
    "despair": "116 123",
    "childline": "116 111",
    "partner": "116 006",
}
# Above this the learnt model may find a danger that no pattern knows. A compromise: 0.88 found
# fewer dangers, 0.6 gave twice the false alarms on foreign texts (docs/understanding.md).
LIKELY_DANGER = 0.7


def find_danger(reading: Reading, model: LanguageModel) -> str | None:
    """The number to call, by the patterns, else by what is learnt from examples; or None."""
    number = find_emergency(reading.tokens, reading.dangers)
    if number is not None or not 2 <= len(reading.words) <= 60:
        return number
    if any(match.sign.startswith("unless_") for match in reading.dangers):
        return None
    if reading.tokens[-1].text.startswith("?") or _names_a_year(reading.tokens):
        return None
    kind, likely = sense_danger(reading, model)
    return _LEARNT[kind] if likely >= LIKELY_DANGER else None


def find_emergency(tokens: Sequence[Token], matches: Sequence[Match]) -> str | None:
    """The number to call, or None. `matches` are those of `cues/emergency.yml`."""
    signs = {match.sign for match in matches}
    found = {sign for sign in signs if sign[0].isdecimal() and not _taken_back(sign, signs)}
    if not found or "unless_any" in signs:
        return None
    if "unless_past" in signs or _names_a_year(tokens):
        found = {sign for sign in found if sign.startswith("116")}
    numbers = {_number(sign) for sign in found}
    if not numbers:
        return None
    home = numbers & _AT_HOME
    if home and "now" not in signs:
        numbers.discard("112")  # told of what happens again and again, not of this moment
    elif home and "116 006" in home:
        numbers.add("112")
    return min(numbers, key=NUMBERS.index)


def _taken_back(sign: str, signs: set[str]) -> bool:
    return any(f"unless_{word}" in signs for word in sign.split() if word.isalpha())


def _number(sign: str) -> str:
    return " ".join(part for part in sign.split() if part.isdecimal())


def _names_a_year(tokens: Sequence[Token]) -> bool:
    return any(
        len(token.text) == 4 and token.text.isdecimal() and token.text[:2] in {"18", "19", "20"}
        for token in tokens
    )
