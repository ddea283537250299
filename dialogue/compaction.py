"""Keeping a long conversation small."""

from __future__ import annotations

import msgspec

from dialogue.course import Course
from dialogue.domain import LISTEN, Bot
from dialogue.tracker import SHORT_LISTEN, SHORT_USER, Base, TrackerState, without_text

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
    before = outcome(state, cut, bot)
    if before.loop is not None:
        return state
    return msgspec.structs.replace(
        state,
        base=Base(
            slots={name: value for name, value in before.slots.items() if value is not None},
            action=before.latest_action,
            intent=before.intent,
            heard_at=before.history.heard_at,
        ),
        events=tuple(without_text(event) for event in state.events[cut:]),
        loops=(),
    )


def outcome(state: TrackerState, cut: int, bot: Bot) -> Course:
    """The conversation as it was after the first `cut` events that are kept."""
    earlier = Course(
        bot, TrackerState(base=state.base, loops=state.loops, events=state.events[:cut])
    )
    earlier.replay()
    return earlier
