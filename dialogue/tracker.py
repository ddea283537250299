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
    "slot": ("s", "name"),  # and its value
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
SHORT_ACTION, SHORT_SLOT, SHORT_USER, SHORT_LOOP, SHORT_REJECTION, SHORT_RESET = "asulrz"
SHORT_FOLLOWUP, SHORT_INTERRUPTED, SHORT_PAUSE, SHORT_RESUME = "fipq"
Short = tuple[Any, ...]


def shortened(event: Event) -> Short | None:
    """An event as it is kept; None for what is said or scheduled, which changes no state.

    A message is kept as its words, intent, entities, channel and time (seconds).
    """
    kind = event["event"]
    if kind == "slot":
        return (SHORT_SLOT, event["name"], event["value"])
    if kind == "user":
        entities = (event.get("parse_data") or {}).get("entities") or ()
        meant = [{k: e[k] for k in _ENTITY if e.get(k) is not None} for e in entities]
        channel, at = event.get("input_channel"), event.get("timestamp")
        return (SHORT_USER, event.get("text"), intent_of(event), meant, channel, at)
    letter = _LETTERS.get(kind)
    if letter is None:
        return None
    return (letter[0], event.get(letter[1])) if letter[1] else letter[:1]


def lengthened(short: Iterable[Short]) -> list[Event]:
    """The events of `shortened`, in Rasa's form."""
    return [long_of(kept) for kept in short]


def long_of(kept: Short) -> Event:
    """One kept event in Rasa's form."""
    letter = kept[0]
    if letter == SHORT_SLOT:
        return {"event": "slot", "timestamp": None, "name": kept[1], "value": kept[2]}
    if letter == SHORT_USER:
        return _message(kept)
    kind, name = _FROM_LETTER[letter]
    event: Event = {"event": kind, "timestamp": None}
    if name:
        event[name] = kept[1]
    return event


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
    if kept[0] != SHORT_USER or kept[1] is None:
        return kept
    return (SHORT_USER, None, *kept[2:])


def intent_of(event: Event) -> str | None:
    """The intent of a user event."""
    parsed = event.get("parse_data")
    intent = parsed.get("intent") if parsed else None
    name: str | None = intent.get("name") if intent else None
    return name


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
