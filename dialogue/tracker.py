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
    since `base`. `acted` is how many actions ran since the bot last listened, undone or not.
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
    acted: int = 0
    base: Base | None = None
    events: tuple[tuple[Any, ...], ...] = ()


# The events that change state, and how they are kept: a letter, and the field that matters.
_LETTERS = {
    "action": ("a", "name"),
    "active_loop": ("l", "name"),
    "action_execution_rejected": ("r", "name"),
    "followup": ("f", "name"),
    "loop_interrupted": ("i", "is_interrupted"),
    "reset_slots": ("z", ""),
    "pause": ("p", ""),
    "resume": ("q", ""),
}
_FROM_LETTER = {letter: (kind, name) for kind, (letter, name) in _LETTERS.items()}
_ENTITY = ("entity", "value", "role", "group")
SHORT_LISTEN = ("a", "action_listen")
SHORT_USER = "u"
Short = tuple[Any, ...]


def shortened(events: Iterable[Event]) -> tuple[Short, ...]:
    """Events as they are kept; what is said and what is scheduled changes no state.

    A message is kept as its words, intent, entities, channel and time (seconds).
    """
    kept: list[Short] = []
    for event in events:
        kind = event["event"]
        if kind == "slot":
            kept.append(("s", event["name"], event["value"]))
        elif kind == "user":
            entities = (event.get("parse_data") or {}).get("entities") or ()
            meant = [{k: e[k] for k in _ENTITY if e.get(k) is not None} for e in entities]
            channel, at = event.get("input_channel"), event.get("timestamp")
            kept.append((SHORT_USER, event.get("text"), intent_of(event), meant, channel, at))
        elif kind in _LETTERS:
            letter, name = _LETTERS[kind]
            kept.append((letter, event.get(name)) if name else (letter,))
    return tuple(kept)


def lengthened(short: Iterable[Short]) -> list[Event]:
    """The events of `shortened`, in Rasa's form."""
    events: list[Event] = []
    for kept in short:
        letter = kept[0]
        if letter == "s":
            events.append({"event": "slot", "timestamp": None, "name": kept[1], "value": kept[2]})
        elif letter == SHORT_USER:
            events.append(_message(kept))
        else:
            kind, name = _FROM_LETTER[letter]
            event: Event = {"event": kind, "timestamp": None}
            if name:
                event[name] = kept[1]
            events.append(event)
    return events


def _message(kept: Short) -> Event:
    _, text, intent, entities, channel, at = kept
    meant = [{"value": None, **entity} for entity in entities]
    parsed = {"text": text, "intent": {"name": intent}, "entities": meant}
    return {
        "event": "user",
        "timestamp": at,
        "text": text,
        "parse_data": parsed,
        "input_channel": channel,
    }


def without_text(kept: Short) -> Short:
    """A kept event without a person's words: only what they meant."""
    return (SHORT_USER, None, *kept[2:]) if kept[0] == SHORT_USER else kept


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
