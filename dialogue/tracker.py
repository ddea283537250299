"""What is kept of one conversation between two messages: Rasa's tracker as a frozen value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

Event = dict[str, Any]
SCHEMA = 1


class Base(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a conversation stood when its earlier history was dropped."""

    slots: dict[str, Any] = {}
    action: str | None = None
    intent: str | None = None
    heard_at: float | None = None


class TrackerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a conversation between two messages. Serialises small.

    `slots` holds each slot that is not empty. `events` holds what a rewind may undo, in
    short form (`shortened`), as it happened after `base`. `heard` are the intents of the
    latest messages, and REWIND where one was undone. `loops` are the forms that were open
    since `base`.
    """

    schema: int = SCHEMA
    slots: dict[str, Any] = {}
    active_loop: str | None = None
    rejected: bool = False
    paused: bool = False
    followup: str | None = None
    latest_action: str | None = None
    last_rejected: str | None = None
    heard: tuple[str | None, ...] = ()
    loops: tuple[str, ...] = ()
    base: Base | None = None
    events: tuple[tuple[Any, ...], ...] = ()


# The events that change state, as they are kept: a letter and the fields that matter.
_SHORT = {
    "action": ("a", ("name",)),
    "slot": ("s", ("name", "value")),
    "active_loop": ("l", ("name",)),
    "user": ("u", ("text", "parse_data", "input_channel", "timestamp")),
    "action_execution_rejected": ("r", ("name",)),
    "followup": ("f", ("name",)),
    "loop_interrupted": ("i", ("is_interrupted",)),
    "reset_slots": ("z", ()),
    "pause": ("p", ()),
    "resume": ("q", ()),
}
_LONG = {letter: (kind, fields) for kind, (letter, fields) in _SHORT.items()}
SHORT_LISTEN = ("a", "action_listen")
SHORT_USER = "u"


def shortened(events: Iterable[Event]) -> tuple[tuple[Any, ...], ...]:
    """Events as they are kept; what is said and what is scheduled changes no state."""
    kept = []
    for event in events:
        short = _SHORT.get(event["event"])
        if short is not None:
            kept.append((short[0], *[event.get(name) for name in short[1]]))
    return tuple(kept)


def lengthened(short: Iterable[tuple[Any, ...]]) -> list[Event]:
    """The events of `shortened`, in Rasa's form."""
    events: list[Event] = []
    for letter, *values in short:
        kind, fields = _LONG[letter]
        events.append({"event": kind, **dict(zip(fields, values, strict=True))})
    return events


def without_text(short: tuple[Any, ...]) -> tuple[Any, ...]:
    """A kept message without its words: only what it meant."""
    letter, _text, parsed, channel, stamp = short
    parsed = parsed or {}
    meant = {key: parsed[key] for key in ("intent", "entities") if parsed.get(key)}
    return (letter, None, meant, channel, stamp)


def intent_of(event: Event) -> str | None:
    """The intent of a user event."""
    intent: str | None = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
    return intent


def slot_set(name: str, value: Any) -> Event:
    """A SlotSet event."""
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


def action_done(name: str) -> Event:
    """The event of an action that ran."""
    return {"event": "action", "timestamp": None, "name": name}


def active_loop(name: str | None) -> Event:
    """An ActiveLoop event."""
    return {"event": "active_loop", "timestamp": None, "name": name}


def rejection(name: str) -> Event:
    """The event of an action that declined to run."""
    return {"event": "action_execution_rejected", "timestamp": None, "name": name}
