"""The little language of `samsvar chat`: one line, one thing that happens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

import msgspec

UNITS_OF_TIME = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
DEFAULT_PHONE = ("sms", "+4790000001")
# What may stand after @; `reload` is taken by `samsvar chat` itself, before a line is parsed.
WORDS = ("sms", "telegram", "encounter", "unit", "wait", "reload")


class Say(msgspec.Struct, frozen=True):
    """A person writes."""

    channel: str
    address: str
    text: str


class Press(msgspec.Struct, frozen=True):
    """A person presses the button with that label."""

    channel: str
    address: str
    label: str


class Meet(msgspec.Struct, frozen=True):
    """A unit registers an encounter with a person."""

    unit: str
    channel: str
    address: str
    service: str | None = None


Deed = Literal["reply", "close", "hand-over", "ask-consent", "end-consent"]
DEEDS: dict[str, Deed] = {
    "reply": "reply",
    "close": "close",
    "hand-over": "hand-over",
    "ask-consent": "ask-consent",
    "end-consent": "end-consent",
}


class UnitSays(msgspec.Struct, frozen=True):
    """A unit answers, closes or hands over a ticket (`text` is then the new unit).

    To ask for consent `text` is "sms +4790000002 what the relative is to them".
    """

    unit: str
    what: Deed
    ticket: str
    text: str


class Wait(msgspec.Struct, frozen=True):
    """The clock goes on."""

    time: timedelta


Step = Say | Press | Meet | UnitSays | Wait


class ScriptError(Exception):
    """A line that is not of the language; the message says how it should look."""


def parse_line(line: str, last: tuple[str, str] = DEFAULT_PHONE) -> Step | None:
    """One line as a step; plain text goes to the phone `last`. None for an empty line.

    >>> parse_line("@wait 2h")
    Wait(time=datetime.timedelta(seconds=7200))
    >>> parse_line("@telegram 1001 [Ja]")
    Press(channel='telegram', address='1001', label='Ja')
    """
    line = line.rstrip("\n")
    if not line.strip() or line.startswith("#"):
        return None
    if not line.startswith("@"):
        return Say(*last, line)
    word, _, rest = line[1:].partition(" ")
    if word in ("sms", "telegram"):
        return _person(word, rest)
    if word == "encounter":
        return _encounter(rest)
    if word == "unit":
        return _unit(rest)
    if word == "wait":
        return Wait(parse_duration(rest.strip()))
    if word == "reload":
        raise ScriptError("write: @reload alone on its line, in samsvar chat")
    listed = ", ".join(f"@{known}" for known in WORDS)
    raise ScriptError(f"«@{word}» is none of {listed}. Text without @ goes to the last phone.")


def _person(channel: str, rest: str) -> Step:
    address, _, text = rest.strip().partition(" ")
    if not address or not text.strip():
        example = "+4790000001 text" if channel == "sms" else "1001 text"
        raise ScriptError(f"write: @{channel} {example}")
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return Press(channel, address, text[1:-1].strip())
    return Say(channel, address, text)


def _encounter(rest: str) -> Meet:
    words = rest.split()
    if len(words) not in (3, 4) or words[1] not in ("sms", "telegram"):
        raise ScriptError("write: @encounter UNIT sms +4790000001 [SERVICE]")
    return Meet(words[0], words[1], words[2], words[3] if len(words) > 3 else None)


def _unit(rest: str) -> UnitSays:
    words = rest.split(maxsplit=3)
    if words[1:2] == ["end-consent"] and len(words) == 3:
        words.append("")
    if len(words) < 4 or words[1] not in DEEDS:
        raise ScriptError(
            "write: @unit UNIT reply TICKET text, or close TICKET text, or hand-over TICKET UNIT, "
            "or ask-consent TICKET sms +4790000002 dattera di, or end-consent TICKET"
        )
    return UnitSays(words[0], DEEDS[words[1]], words[2], words[3])


def parse_duration(text: str) -> timedelta:
    """``90m``, ``2h``, ``1d 4h``, ``2w``. Raises ScriptError."""
    parts = re.findall(r"(\d+)\s*([smhdw])", text)
    if not parts or re.sub(r"(\d+)\s*([smhdw])", "", text).strip():
        raise ScriptError(f"«{text}» is no time; write 30m, 2h, 1d or 2w")
    pieces = (timedelta(**{UNITS_OF_TIME[unit]: int(number)}) for number, unit in parts)
    return sum(pieces, timedelta())
