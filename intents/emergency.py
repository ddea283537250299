"""Danger now: which number to call. Looked for before everything else.

Sources: 110, 112, 113, 116 117 (helsenorge.no), 116 111 (116111.no), 116 006
(krisesenter.com), 116 123 (mentalhelse.no), 22 59 13 00 (helsenorge.no, Giftinformasjonen).
Missing one is worse than one false alarm, yet a false alarm teaches people to
disregard the bot: past, figurative and «what if» wordings are taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from intents.cues import Match
from intents.danger import signs_of
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
# From here on what is learnt finds a danger without any pattern; below the other it takes back
# what a pattern found. Between them and «possible» the answer names the number too, and goes
# on with the ordinary matter. Chosen by cross-validation (docs/understanding.md).
LIKELY_DANGER, UNLIKELY_DANGER, POSSIBLE_DANGER = 0.3, 0.22, 0.1
# A short text without a pattern is mostly an answer («det om å slutte»), and one that names
# another day mostly tells of what is over: more is needed there.
_SHORT, _LIKELY_SHORT = 6, 0.6
_FEW = 3
_RATINGS = frozenset("123456")  # «2 - ho sa ho skulle ringje»: a rating with its comment
_UNLIKELY_SENTENCE = 0.02
# In what seems another language («skyt» is read as Swedish) more is needed.
_LIKELY_FOREIGN = 0.8
_LONG = 14  # words from which each sentence is looked at alone too


class Danger(NamedTuple):
    """The number to call for a danger, and one to name when it is only possible."""

    number: str | None
    possible: str | None = None


def find_danger(reading: Reading, model: LanguageModel, *, foreign: bool = False) -> Danger:
    """The danger that a message tells of, by patterns and by what is learnt from examples.

    `foreign` tells that it is not in Norwegian: then by words of other languages.
    """
    if foreign:
        return _foreign_danger(reading, model)
    found = find_emergency(reading.tokens, reading.dangers)
    if not reading.words:
        return Danger(found)
    if found == "116 117":  # no danger to life: the patterns alone, of what is not past
        past = "d past" in model.danger_words.find(reading.tokens)
        return Danger(None if past else found)
    kind, likely = _sense(reading, model)
    number = found or _LEARNT[kind]
    needed, named = _thresholds(reading, found, number)
    if likely >= needed:
        return Danger(number)
    return Danger(None, number if found is not None or likely >= named else None)


def _thresholds(reading: Reading, found: str | None, number: str) -> tuple[float, float]:
    """How likely a danger must be to be answered first, and to be named beside the answer."""
    if found is not None:
        return UNLIKELY_DANGER, 0.0
    signs = signs_of(reading.dangers)
    past = "unless_past" in signs or _names_a_year(reading.tokens)
    taken_back = any(sign[0].isdecimal() for sign in signs)
    if taken_back or (past and number in {"110", "112", "113"}):
        return _LIKELY_SHORT, POSSIBLE_DANGER
    if reading.words[0] in _RATINGS:
        return _LIKELY_SHORT, LIKELY_DANGER
    missing = _SHORT - len(reading.words)
    if missing > 0:
        needed = min(_LIKELY_SHORT, LIKELY_DANGER + 0.1 * missing)
        return needed, needed / 2
    return LIKELY_DANGER, POSSIBLE_DANGER


def _foreign_danger(reading: Reading, model: LanguageModel) -> Danger:
    """In another language: what asks, or tells of the past, only names a number."""
    tokens = [token._replace(folded=token.text) for token in reading.tokens]
    signs = {match.sign for match in model.foreign_dangers.find(tokens)}
    numbers = {_number(sign) for sign in signs if sign[0].isdecimal()}
    if "116 006" in numbers:
        numbers.discard("112")
    if not numbers:
        kind, likely = sense_danger(reading, model)
        return Danger(_LEARNT[kind] if likely >= _LIKELY_FOREIGN else None)
    number = min(numbers, key=NUMBERS.index)
    return Danger(None, number) if "unless_any" in signs else Danger(number)


def _sense(reading: Reading, model: LanguageModel) -> tuple[str, float]:
    """The likeliest kind and how likely any is: of the whole message, or of its worst sentence."""
    worst = sense_danger(reading, model)
    if len(reading.words) < _LONG or worst[1] < _UNLIKELY_SENTENCE:
        return worst
    first = 0
    for place, token in enumerate(reading.tokens):
        if token.text[0] in ".!?" and place - first >= _FEW:
            part = reading.part(reading.tokens[first].start, token.end, model)
            worst = max(worst, sense_danger(part, model), key=lambda sensed: sensed[1])
            first = place + 1
    return worst


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
