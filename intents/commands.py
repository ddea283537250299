"""Whole messages whose meaning is sure: STOPP, START, HJELP, «slett meg», «nynorsk».

Only the message as a whole counts: «bussen stoppa ikkje» is no wish to stop.
"""

from __future__ import annotations

import re
from pathlib import Path

from knowledge.yaml_lines import read

_COMMANDS = {
    str(form): intent
    for intent, forms in read(Path(__file__).with_name("commands.yml")).data.items()
    for form in forms
}
_SPACES = "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
_TRIM_LEFT, _TRIM_RIGHT = _SPACES + ".,!«»\"'", _SPACES + ".,!?«»\"':)(🙂😊👋🙏"
_GREETING = re.compile(r"(?:hei|hallo|heisann|ok|okei|ja|nei)?[\s,!.]*")
# How commands begin: where a message does not, politeness around one need not be looked for.
_BEGINNING = 3
_BEGINNINGS = frozenset(form[:_BEGINNING] for form in _COMMANDS)
_SHORT = tuple(form for form in _COMMANDS if len(form) < _BEGINNING)
_POLITE = re.compile(
    r"^(?:hei|hallo|heisann|ok|okei|ja|nei)?[\s,!.]*(.*?)"
    r"[\s,!.]*(?:takk|er du snill|ver så snill|vær så snill|please|nå|no)?$"
)
_NYNORSK = r"(?:nynorsk|nynorsken|ny norsk|landsmål|nn|nynosk)"
_BOKMAL = r"(?:bokmål|bokmal|bokmaal|bok mål|riksmål|nb|bokmåls)"
_SWITCH = re.compile(
    r"^(?:(?:hei|kan|kunne|vil|skriv|bytt|byt|byte|skift|svar|svare|skrive|skriva|prat|snakk|snakke|"
    r"jeg|eg|æ|du|dere|de|dykk|vil|ha|heller|heller,|gjerne|ønsker|ønskjer|foretrekker|føretrekkjer|"
    r"svaret|svara|svarene|på|til|takk|vær|ver|så|snill|snill,|og|meg|med|å|språk|målform|målføre|"
    r"bruk|bruke|nei|ja|er|det|mulig|mogleg|få|om|meldingene|meldingane|herfra|snille|være|vere|"
    r"helst|kun|bare|berre|sende|send|meldinger|meldingar|i|fortsette|halde|fram|kommunisere|lese|"
    r"please|switch|change|to|norsk)[\s,]+)*"
    rf"(?P<which>{_NYNORSK}|{_BOKMAL})"
    r"(?:[\s,]+(?:takk|er|du|snill|vær|ver|så|i|stedet|staden|stade|gjerne|til|meg|istedenfor|"
    r"for|framover|fremover|heretter|herifrå|no|nå|helst|svar|svare|svara|meldinger|meldingar|"
    r"kan|dere|de|då|da|istaden|isteden|please|alltid|ja|"
    rf"{_NYNORSK}|{_BOKMAL}))*$"
)
_NAMED = re.compile(rf"{_NYNORSK}|{_BOKMAL}")
_NAMED_PIECES = ("norsk", "nosk", "nn", "nb", "landsm", "riksm", "bok")
_STATUS = re.compile(r"\b[sS]\s?-?(\d{1,9}[a-z]?)\b")


def find_command(text: str) -> tuple[str, str | None] | None:
    """The intent of a message that is a command as a whole, and the standard it asks for."""
    if len(text) > 120:
        return None
    stripped = text.strip()
    trimmed = text.lower().lstrip(_TRIM_LEFT).rstrip(_TRIM_RIGHT)
    plain = " ".join(trimmed.split()) or stripped
    intent = _COMMANDS.get(plain)
    if intent is None and _may_be(plain) and (polite := _POLITE.match(plain)) and polite.group(1):
        intent = _COMMANDS.get(polite.group(1))
    if intent is not None:
        return intent, None
    named = True in map(plain.__contains__, _NAMED_PIECES) and _NAMED.search(plain)
    switch = _SWITCH.match(plain) if named else None
    if switch:
        return "switch_standard", "nn" if re.fullmatch(_NYNORSK, switch["which"]) else "nb"
    return None


def _may_be(plain: str) -> bool:
    """Whether a command may stand in it after a greeting."""
    greeting = _GREETING.match(plain)
    start = greeting.end() if greeting is not None else 0
    beginning = plain[start : start + _BEGINNING]
    return beginning in _BEGINNINGS or beginning.startswith(_SHORT) or "\n" in plain


def find_ticket(text: str) -> tuple[str, int, int] | None:
    """A ticket reference such as «S12» and its place."""
    match = _STATUS.search(text)
    return (f"S{match.group(1).lower()}", *match.span()) if match else None
