"""A conversation while a message is handled: Rasa's tracker at work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from dialogue.domain import LISTEN, SESSION_START, Bot
from dialogue.history import History
from dialogue.tracker import (
    SHORT_ACTION,
    SHORT_FOLLOWUP,
    SHORT_INTERRUPTED,
    SHORT_LOOP,
    SHORT_PAUSE,
    SHORT_REJECTION,
    SHORT_RESET,
    SHORT_RESUME,
    SHORT_SLOT,
    SHORT_USER,
    Base,
    Event,
    Short,
    TrackerState,
    intent_of,
    lengthened,
    long_of,
    shortened,
    slot_set,
)

REWIND = "*rewind*"
_TURNING = frozenset(("rewind", "undo", "restart", "session_started"))
REMEMBERED = 3  # messages and rewinds; the two-stage fallback looks that far back


class Course:
    """A conversation while it runs. Lives for one message and is never shared."""

    def __init__(self, bot: Bot, state: TrackerState) -> None:
        self.bot = bot
        self.turn: list[Event] = []
        self._kept = state.events
        self._begun_at = -1  # where in the turn the latest session began
        self.history = History(bot, state.base, state.loops, state.events)
        self.intent: str | None = None  # of the latest message
        self.latest: Event | None = None
        for kept in reversed(state.events):
            if kept[0] == SHORT_USER:
                self._hear(kept, long_of(kept))
                break
        self._told: list[tuple[Short, Event]] = []  # the turn's messages, whole
        if state.latest_action is not None or state.slots:
            self.slots = self._filled(state.slots)
        else:
            self.slots = dict(bot.initial_slots)
        self.loop = state.active_loop
        self.rejected = state.rejected
        self.interrupted = False
        self.paused = state.paused
        self.followup = state.followup
        self.latest_action = state.latest_action
        self.last_rejected = state.last_rejected
        self.heard: list[str | None] = list(state.heard)
        self.acted = state.acted

    def _filled(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        """All slots of the bot, empty but for these."""
        filled = dict.fromkeys(self.bot.slots)
        for name, value in slots.items():
            if name in filled:
                filled[name] = value
        return filled

    # -- taking events

    def update(self, event: Event) -> None:
        """Take one event: it is recorded, and does what it does."""
        self.turn.append(event)
        kind = event["event"]
        if kind == "slot":
            name, value = event["name"], event["value"]
            self._set(name, value)
            self.history.take_slot((SHORT_SLOT, name, value))
        elif kind in _TURNING:
            self._turn_back(kind)
        elif kind != "bot":  # what was said changes nothing
            kept = shortened(event)
            if kept is not None:
                self._happen(kept, event)

    def _happen(self, kept: Short, event: Event) -> None:
        letter = kept[0]
        if letter == SHORT_ACTION:
            name = kept[1]
            self.acted = 0 if name in (LISTEN, SESSION_START) else self.acted + 1
            if name == SESSION_START:
                self._begun_at = len(self.turn) - 1
        elif letter == SHORT_LOOP and kept[1]:
            self.history.know_loop(kept[1])
        elif letter == SHORT_USER:
            self._remember(kept[2])
            self._told.append((kept, event))
        self.history.take(kept)
        self._apply(kept, event)

    def _turn_back(self, kind: str) -> None:
        """Take back what happened: a message, an action, or all of it."""
        if kind == "rewind":
            self._remember(REWIND)
            self.history.undo_message()
            self._again()
        elif kind == "undo":
            self.history.undo_action()
            self._again()
        else:
            self.history.clear()
            self._reset(None)
            if kind == "restart":
                self.followup = SESSION_START
                self.heard = []

    def update_all(self, events: Iterable[Event]) -> None:
        """Take events in their order."""
        for event in events:
            self.update(event)

    def _remember(self, intent: str | None) -> None:
        self.heard = [*self.heard, intent][-REMEMBERED:]

    def _set(self, name: str, value: Any) -> None:
        slot = self.bot.slots.get(name)
        if slot is not None:
            self.slots[name] = slot.kept(value)

    def _hear(self, kept: Short, event: Event) -> None:
        self.latest, self.intent = event, kept[2]

    def _apply(self, kept: Short, event: Event | None = None) -> None:
        """What an event does, but for what turns back; `event` is a message as it came."""
        letter = kept[0]
        if letter == SHORT_SLOT:
            self._set(kept[1], kept[2])
        elif letter == SHORT_ACTION:
            self._acted(kept[1])
        elif letter == SHORT_USER:
            self._hear(kept, event or long_of(kept))
            self.followup = None
        elif letter == SHORT_LOOP:
            self.loop, self.rejected, self.interrupted = kept[1] or None, False, False
        elif letter == SHORT_REJECTION:
            self.last_rejected = kept[1]
            self.rejected = self.rejected or kept[1] == self.loop
        elif letter == SHORT_INTERRUPTED:
            self.interrupted = bool(kept[1]) and self.loop is not None
        elif letter == SHORT_FOLLOWUP:
            self.followup = kept[1]
        elif letter == SHORT_RESET:
            self.slots = dict(self.bot.initial_slots)
        elif letter in (SHORT_PAUSE, SHORT_RESUME):
            self.paused = letter == SHORT_PAUSE

    def _acted(self, name: str) -> None:
        self.latest_action = name
        self.followup = self.last_rejected = None
        self.interrupted = False
        if name == self.loop:
            self.rejected = False

    def _again(self) -> None:
        """After an undo: begin anew, and let what is left happen once more."""
        self._reset(self.history.base)
        for kept in self.history.events:
            self._apply(kept, next((event for told, event in self._told if told is kept), None))
        self.last_rejected = _last_rejected(self.turn)

    def _reset(self, base: Base | None) -> None:
        self.slots = dict(self.bot.initial_slots) if base is None else self._filled(base.slots)
        self.latest_action = None if base is None else base.action
        self.latest = self.intent = None
        self.followup = LISTEN
        self.loop = self.last_rejected = None
        self.paused = self.rejected = self.interrupted = False

    # -- looking at it

    @cached_property
    def past(self) -> list[Event]:
        """The events that were kept from earlier turns, in Rasa's form."""
        return lengthened(self._kept)

    @property
    def view(self) -> View:
        """What an action sees that runs now."""
        return View(self, self.slots, self.loop, self.latest_action)

    def has_begun(self) -> bool:
        """Whether anything counts yet: if not, a session begins."""
        return bool(self.history.events) or self.history.base is not None

    def slot_events(self) -> list[Event]:
        """The slot events that count, in order: what a new session takes over."""
        base = self.history.base
        carried = [] if base is None else [slot_set(n, value) for n, value in base.slots.items()]
        for kept in self.history.events:
            if kept[0] == SHORT_SLOT:
                carried.append(slot_set(kept[1], kept[2]))
        return carried

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
            loops=tuple(sorted(self.history.loops)),
            acted=self.acted,
            base=self.history.base,
            events=tuple(self.history.events),
        )

    def _forget_earlier_session(self) -> None:
        if self._begun_at < 0:
            return
        session = self.turn[self._begun_at :]
        kinds = ("user", "rewind")
        heard = [e for e in session if e["event"] in kinds][-REMEMBERED:]
        self.heard = [intent_of(e) if e["event"] == "user" else REWIND for e in heard]
        self.history.loops = {
            e["name"] for e in session if e["event"] == "active_loop" and e["name"]
        }


class View:
    """A conversation as an action sees it: what has happened, and events that might follow.

    Never changed once made. A plain class: a frozen dataclass took three times as long to
    make, and one is made for each action.
    """

    __slots__ = ("course", "extra", "latest_action", "loop", "slots")

    def __init__(
        self, course: Course, slots: Mapping[str, Any], loop: str | None,
        latest_action: str | None, extra: tuple[Event, ...] = (),
    ) -> None:  # fmt: skip
        self.course = course
        self.slots = slots
        self.loop = loop
        self.latest_action = latest_action
        self.extra = extra

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


def _last_rejected(events: list[Event]) -> str | None:
    for event in reversed(events):
        if event["event"] == "action":
            return None
        if event["event"] == "action_execution_rejected":
            return str(event["name"])
    return None
