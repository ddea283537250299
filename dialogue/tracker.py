"""The course of one conversation: Rasa's tracker, as a frozen value and as a thing that runs.

`TrackerState` is what is kept between two messages. `Course` is the tracker while a
message is handled: it takes events, undoes what a rewind undoes, and folds the runs of a
form as Rasa does (`applied`), so that a rewind takes the whole form with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from dialogue.domain import LISTEN, SESSION_START, Bot
from dialogue.rules import State

Event = dict[str, Any]
REWIND = "*rewind*"
REMEMBERED_INTENTS = 3  # of messages and rewinds; the two-stage fallback looks that far back


class TrackerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a conversation between two messages. Serialises small.

    `slots` holds each slot that is not empty; `events` what a rewind may undo, in short form
    (see `_SHORT`), after the state `base`. `begun`: events before `base` were dropped.
    `heard_at` is the time of the latest message that counts (seconds), for sessions.
    """

    schema: int = 1
    slots: dict[str, Any] = {}
    active_loop: str | None = None
    rejected: bool = False
    paused: bool = False
    followup: str | None = None
    latest_action: str | None = None
    last_rejected: str | None = None
    heard: tuple[str | None, ...] = ()
    loops: tuple[str, ...] = ()
    base: dict[str, Any] | None = None
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


def shortened(events: Iterable[Event]) -> tuple[tuple[Any, ...], ...]:
    """Events as they are kept; what is said and what is scheduled changes no state."""
    kept = []
    for event in events:
        short = _SHORT.get(event["event"])
        if short is not None:
            kept.append((short[0], *(event.get(name) for name in short[1])))
    return tuple(kept)


def lengthened(short: Iterable[tuple[Any, ...]]) -> list[Event]:
    """The events of `shortened`, in Rasa's form."""
    events: list[Event] = []
    for letter, *values in short:
        kind, fields = _LONG[letter]
        events.append({"event": kind, **dict(zip(fields, values, strict=True))})
    return events


class Course:
    """A conversation while it runs. Not shared, not kept."""

    __slots__ = (
        "_features",
        "_loops",
        "_marks",
        "_prev",
        "_replay_loop",
        "_user",
        "applied",
        "base",
        "bot",
        "followup",
        "heard",
        "interrupted",
        "last_rejected",
        "latest",
        "latest_action",
        "loop",
        "past",
        "paused",
        "rejected",
        "slots",
        "turn",
        "unknown",
    )  # fmt: skip

    def __init__(self, bot: Bot, state: TrackerState | None = None) -> None:
        state = state or TrackerState()
        self.bot = bot
        self.base = state.base
        self.past = lengthened(state.events)
        self.turn: list[Event] = []
        self.applied: list[Event] = []
        self._marks: list[tuple[int, State]] = []
        self._loops = set(state.loops)
        self.heard: list[str | None] = list(state.heard)
        self._reset()
        for event in self.past:
            self._follow(event)
        self.slots = {**dict.fromkeys(bot.slots), **self._known(state.slots)}
        if state.latest_action is None:
            self.slots.update(self.bot.initial_slots)
        self.unknown: str | None = None
        self.loop = state.active_loop
        self.rejected = state.rejected
        self.paused = state.paused
        self.followup = state.followup
        self.latest_action = state.latest_action
        self.last_rejected = state.last_rejected

    def _known(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in slots.items() if name in self.bot.slots}

    # -- taking events

    def update(self, event: Event) -> None:
        """Take one event: it is recorded and does what it does."""
        self.turn.append(event)
        kind = event["event"]
        if kind == "active_loop" and event["name"] and event["name"] not in self._loops:
            self._loops.add(event["name"])
            self._refold(event["name"])
        if kind == "rewind":
            self._remember(REWIND)
            self._undo("user")
            self._undo("action")
            self._again()
        elif kind == "undo":
            self._undo("action")
            self._again()
        elif kind in ("restart", "session_started"):
            self.applied.clear()
            self._marks.clear()
            self.base = None
            self._reset()
            if kind == "restart":
                self.followup = SESSION_START
                self.heard = []
        else:
            self._follow(event)
            self._apply(event)

    def update_all(self, events: Iterable[Event]) -> None:
        """Take events in their order."""
        for event in events:
            self.update(event)

    def _remember(self, intent: str | None) -> None:
        self.heard = [*self.heard, intent][-REMEMBERED_INTENTS:]

    def _apply(self, event: Event) -> None:
        kind = event["event"]
        if kind == "slot":
            slot = self.bot.slots.get(event["name"])
            if slot is not None:
                self.slots[slot.name] = slot.kept(event["value"])
        elif kind == "action":
            self.latest_action = event["name"]
            self.followup = None
            self.last_rejected = None
            self.interrupted = False
            if self.loop is not None and event["name"] == self.loop:
                self.rejected = False
        elif kind == "user":
            self.latest = event
            self.followup = None
            self._remember(intent_of(event))
        elif kind == "active_loop":
            self.loop, self.rejected, self.interrupted = event["name"] or None, False, False
        elif kind == "action_execution_rejected":
            self.last_rejected = event["name"]
            if event["name"] == self.loop:
                self.rejected = True
        elif kind == "loop_interrupted":
            self.interrupted = bool(event.get("is_interrupted")) and self.loop is not None
        elif kind == "followup":
            self.followup = event["name"]
        elif kind == "reset_slots":
            self.slots = dict(self.bot.initial_slots)
        elif kind in ("pause", "resume"):
            self.paused = kind == "pause"

    # -- what is left when rewinds and the runs of forms are taken away

    def _follow(self, event: Event) -> None:
        if event["event"] == "action":
            name = event["name"]
            if name in self._loops and not self._first_run(name):
                self._fold(name)
                return
            self._marks.append((len(self.applied), self.state))
        self.applied.append(event)
        self._follow_state(event)

    def _follow_state(self, event: Event) -> None:
        kind = event["event"]
        if kind == "slot":
            slot = self.bot.slots.get(event["name"])
            if slot is not None and slot.influence:
                self._set_features(slot.name, slot.features(event["value"]))
        elif kind == "action":
            self._prev = event["name"]
        elif kind == "user":
            self._user = self.bot.rules.seen(event)
        elif kind == "active_loop":
            self._replay_loop = event["name"] or None
        elif kind == "reset_slots":
            self._features = dict(self.bot.initial_features)

    def _set_features(self, name: str, features: Any) -> None:
        if self._features.get(name) == features:
            return
        self._features = dict(self._features)
        if features is None:
            self._features.pop(name, None)
        else:
            self._features[name] = features

    @property
    def state(self) -> State:
        """What rules see of this moment."""
        intent, entities = self._user
        return State(self._prev, intent, entities, self._features, self._replay_loop)

    def states(self, most: int) -> list[State]:
        """The latest states, before each action and now, at most `most`; oldest first."""
        before = [state for _, state in self._marks[-most + 1 :]] if most > 1 else []
        return [*before, self.state]

    def _first_run(self, loop: str) -> bool:
        """Whether a form's run is its first, or the return from something else."""
        following: str | None = None
        for event in reversed(self.applied):
            kind = event["event"]
            if kind == "active_loop":
                if event["name"] != loop:
                    return True
            elif kind == "action_execution_rejected":
                if event["name"] == loop:
                    return True
            elif kind == "user":
                if following is not None and following != loop:
                    return True
            elif kind == "action":
                if event["name"] == loop:
                    return False
                following = event["name"]
        return True

    def _fold(self, loop: str) -> None:
        """Join a form's run with its run before: the messages between them are forgotten."""
        start = next(
            index
            for index in range(len(self.applied) - 1, -1, -1)
            if self.applied[index]["event"] == "action" and self.applied[index]["name"] == loop
        )
        kept = [e for e in self.applied[start + 1 :] if e["event"] not in ("action", "user")]
        while self._marks and self._marks[-1][0] > start:
            self._marks.pop()
        _, state = self._marks.pop()
        first = self.applied[start]
        del self.applied[start:]
        self._restore(state)
        for event in (first, *kept):
            if event is first:
                self._marks.append((start, state))
            self.applied.append(event)
            self._follow_state(event)

    def _refold(self, loop: str) -> None:
        """A form became known as one: its earlier runs fold too."""
        runs = sum(1 for e in self.applied if e["event"] == "action" and e["name"] == loop)
        if runs > 1:
            events = self.applied
            self._restart_following()
            for event in events:
                self._follow(event)

    def _undo(self, kind: str) -> None:
        while self.applied:
            event = self.applied.pop()
            if event["event"] == "action":
                self._restore(self._marks.pop()[1])
            if event["event"] == kind:
                break

    def _again(self) -> None:
        """After an undo: reset, and let what is left happen again."""
        heard = self.heard
        self._reset()
        left = self.applied
        self._restart_following()
        for event in left:
            if event["event"] == "action":
                self._marks.append((len(self.applied), self.state))
            self.applied.append(event)
            self._follow_state(event)
            self._apply(event)
        self.heard = heard
        self.last_rejected = _last_rejected(self.turn, self.last_rejected)

    def _restart_following(self) -> None:
        self.applied = []
        self._marks = []
        self._restore(_state_of(self.base, self.bot))

    def _restore(self, state: State) -> None:
        self._prev, self._user = state.action, (state.intent, state.entities)
        self._features, self._replay_loop = dict(state.slots), state.loop

    def _reset(self) -> None:
        base = self.base or {}
        self.slots = {**self.bot.initial_slots}
        if base:
            self.slots.update(dict.fromkeys(self.slots), **self._known(base.get("slots", {})))
        self.paused = False
        self.latest_action = base.get("action")
        self.latest = base.get("latest")
        self.followup = None if base else LISTEN
        self.loop = None
        self.rejected = self.interrupted = False
        self.last_rejected = None
        self._restore(_state_of(self.base, self.bot))

    # -- looking at it

    @property
    def intent(self) -> str | None:
        """The intent of the latest message."""
        return None if self.latest is None else intent_of(self.latest)

    @property
    def heard_at(self) -> float | None:
        """When the latest message that counts came (seconds); None when none does."""
        for event in reversed(self.applied):
            if event["event"] == "user":
                stamp: float | None = event.get("timestamp")
                return stamp
        return (self.base or {}).get("heard_at")

    def has_begun(self) -> bool:
        """Whether anything counts yet: if not, a session begins."""
        return bool(self.applied) or self.base is not None

    @property
    def view(self) -> View:
        """What an action sees that runs now."""
        return View(self, self.slots, self.loop, self.latest_action)

    def slot_events(self) -> list[Event]:
        """The slot events that count, in order: what a new session takes over."""
        kept = (self.base or {}).get("slots", {})
        carried = [slot_set(name, value) for name, value in kept.items()]
        return carried + [slot_set(e["name"], e["value"]) for e in self.applied
                          if e["event"] == "slot"]  # fmt: skip

    def actions_since_listening(self) -> int:
        """How many actions ran since the bot last listened."""
        count = 0
        for event in reversed(self.applied):
            if event["event"] == "action":
                if event["name"] in (LISTEN, SESSION_START):
                    break
                count += 1
        return count

    def _forget_earlier_session(self) -> None:
        begins = [i for i, e in enumerate(self.turn) if _begins_session(e)]
        if not begins:
            return
        session = self.turn[begins[-1] :]
        heard: list[str | None] = []
        for event in session:
            if event["event"] == "user":
                heard.append(intent_of(event))
            elif event["event"] == "rewind":
                heard.append(REWIND)
        self.heard = heard[-REMEMBERED_INTENTS:]
        self._loops = {e["name"] for e in session if e["event"] == "active_loop" and e["name"]}

    def frozen(self) -> TrackerState:
        """What is kept of this until the next message: nothing of an earlier session."""
        self._forget_earlier_session()
        return TrackerState(
            slots={name: value for name, value in self.slots.items() if value is not None},
            active_loop=self.loop,
            rejected=self.rejected,
            paused=self.paused,
            followup=self.followup,
            latest_action=self.latest_action,
            last_rejected=self.last_rejected,
            heard=tuple(self.heard),
            loops=tuple(sorted(self._loops)),
            base=self.base,
            events=shortened(self.applied),
        )


@dataclass(frozen=True)
class View:
    """A conversation as an action sees it: what has happened, and events that might follow."""

    course: Course
    slots: Mapping[str, Any]
    loop: str | None
    latest_action: str | None
    extra: tuple[Event, ...] = ()

    def after(self, *events: Event) -> View:
        """The view when these events have happened too (slots, forms, actions)."""
        slots, loop, action = dict(self.slots), self.loop, self.latest_action
        for event in events:
            kind = event["event"]
            if kind == "slot":
                slot = self.course.bot.slots.get(event["name"])
                if slot is not None:
                    slots[slot.name] = slot.kept(event["value"])
            elif kind == "active_loop":
                loop = event["name"] or None
            elif kind == "action":
                action = event["name"]
        return View(self.course, slots, loop, action, (*self.extra, *events))


def _state_of(base: Mapping[str, Any] | None, bot: Bot) -> State:
    if base is None:
        return State(None, None, (), dict(bot.initial_features), None)
    features = {
        slot.name: slot.features(base["slots"].get(slot.name)) for slot in bot.slots.values()
    }
    seen = {name: value for name, value in features.items() if value is not None}
    return State(base.get("action"), base.get("intent"), (), seen, None)


def _last_rejected(events: list[Event], otherwise: str | None) -> str | None:
    for event in reversed(events):
        if event["event"] == "action":
            return None
        if event["event"] == "action_execution_rejected":
            return str(event["name"])
    return otherwise


def _begins_session(event: Event) -> bool:
    return event["event"] == "action" and event["name"] == SESSION_START


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


RECENT_TURNS = 2  # what /back may undo


def compacted(state: TrackerState, bot: Bot) -> TrackerState:
    """The state without what can no longer matter, when no form is open.

    Rasa can undo at most what the two latest messages did (/back), so what came before is
    kept as its outcome only: the slots, and that something was said. In a form nothing is
    dropped, for a fallback in the turn that ends a form undoes the whole of it.
    """
    if state.active_loop is not None or state.latest_action != LISTEN:
        return state
    heard = [i for i, event in enumerate(state.events) if event[0] == "u"]
    if len(heard) <= RECENT_TURNS:
        return state
    cut = heard[-RECENT_TURNS]
    while cut > 0 and state.events[cut - 1] != ("a", LISTEN):
        cut -= 1
    before = Course(bot, msgspec.structs.replace(state, events=()))
    before._reset()
    for event in lengthened(state.events[:cut]):
        before._apply(event)
        before.applied.append(event)
    if before.loop is not None or cut == 0:
        return state
    base = {
        "slots": {name: value for name, value in before.slots.items() if value is not None},
        "action": before.latest_action,
        "intent": before.intent,
        "heard_at": before.heard_at,
    }
    return msgspec.structs.replace(state, base=base, events=state.events[cut:], loops=())
