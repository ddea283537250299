"""Keeping a long conversation small."""

from __future__ import annotations

import msgspec

from dialogue.domain import LISTEN, Bot
from dialogue.tracker import (
    SHORT_ACTION,
    SHORT_LISTEN,
    SHORT_LOOP,
    SHORT_RESET,
    SHORT_SLOT,
    SHORT_USER,
    Base,
    TrackerState,
    without_text,
)

RECENT_TURNS = 2  # what /back, or an action of that kind, may undo


def compacted(state: TrackerState, bot: Bot) -> TrackerState:
    """The state without what can no longer matter, when no form is open.

    Rasa undoes at most what the two latest messages did (/back), so what came before is
    kept as its outcome only: the slots, and that something was said. The words of messages
    go too. Two things then differ from Rasa: a new session carries each slot over once,
    and actions see only the recent events. While a form is open nothing is dropped, for a
    fallback in the turn that ends a form undoes the whole of it.
    """
    if state.active_loop is not None or state.latest_action != LISTEN:
        return state
    heard = [i for i, event in enumerate(state.events) if event[0] == SHORT_USER]
    if len(heard) <= RECENT_TURNS:
        return state
    cut = heard[-RECENT_TURNS]
    while cut > 0 and state.events[cut] != SHORT_LISTEN:
        cut -= 1
    if cut == 0:
        return state
    base = _outcome(state, cut, bot)
    if base is None:
        return state
    events = tuple([without_text(event) for event in state.events[cut:]])
    return msgspec.structs.replace(state, base=base, events=events, loops=())


def _outcome(state: TrackerState, cut: int, bot: Bot) -> Base | None:
    """Where the first `cut` events that are kept lead to; None where a form was open then."""
    base = state.base or Base(slots=dict(bot.initial_slots))
    slots, action, heard_at = dict(base.slots), base.action, base.heard_at
    intent = loop = None
    for event in state.events[:cut]:
        letter = event[0]
        if letter == SHORT_SLOT:
            slots[event[1]] = event[2]
        elif letter == SHORT_ACTION:
            action = event[1]
        elif letter == SHORT_USER:
            intent, heard_at = event[2], event[5]
        elif letter == SHORT_LOOP:
            loop = event[1] or None
        elif letter == SHORT_RESET:
            slots = dict(bot.initial_slots)
    if loop is not None:
        return None
    filled = {
        name: slot.kept(slots[name])
        for name, slot in bot.slots.items()
        if slots.get(name) is not None
    }
    return Base(slots=filled, action=action, intent=intent, heard_at=heard_at)
