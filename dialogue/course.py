"""A conversation while a message is handled: Rasa's tracker at work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from dialogue.domain import LISTEN, SESSION_START, Bot
from dialogue.history import History
from dialogue.tracker import (
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
        heard = next((kept for kept in reversed(state.events) if kept[0] == SHORT_USER), None)
        self.latest: Event | None = None if heard is None else long_of(heard)
        self._told: list[tuple[Short, Event]] = []  # the turn's messages, whole
        self.slots = dict(bot.initial_slots)
        if state.latest_action is not None or state.slots:
            self.slots.update(dict.fromkeys(self.slots) | self._known(state.slots))
        self.loop = state.active_loop
        self.rejected = state.rejected
        self.interrupted = False
        self.paused = state.paused
        self.followup = state.followup
        self.latest_action = state.latest_action
        self.last_rejected = state.last_rejected
        self.heard: list[str | None] = list(state.heard)
        self.acted = state.acted

    def _known(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in slots.items() if name in self.bot.slots}

    # -- taking events

    def update(self, event: Event) -> None:
        """Take one event: it is recorded, and does what it does."""
        self.turn.append(event)
        kind = event["event"]
        if kind == "slot":
            slot = self.bot.slots.get(event["name"])
            if slot is not None:
                self.slots[slot.name] = slot.kept(event["value"])
            self.history.take_slot((SHORT_SLOT, event["name"], event["value"]))
        elif kind in _TURNING:
            self._turn_back(kind)
        elif kind != "bot":  # what was said changes nothing
            self._happen(event, kind)

    def _happen(self, event: Event, kind: str) -> None:
        kept = shortened(event)
        if kept is None:
            return
        if kind == "action":
            name = event["name"]
            self.acted = 0 if name in (LISTEN, SESSION_START) else self.acted + 1
            if name == SESSION_START:
                self._begun_at = len(self.turn) - 1
        elif kind == "active_loop" and event["name"]:
            self.history.know_loop(event["name"])
        elif kind == "user":
            self._remember(intent_of(event))
            self._told.append((kept, event))
        self.history.take(kept)
        self._apply(event)

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

    def _apply(self, event: Event) -> None:
        kind = event["event"]
        if kind == "slot":
            slot = self.bot.slots.get(event["name"])
            if slot is not None:
                self.slots[slot.name] = slot.kept(event["value"])
        elif kind == "action":
            self._acted(event["name"])
        elif kind == "user":
            self.latest, self.followup = event, None
        elif kind == "active_loop":
            self.loop, self.rejected, self.interrupted = event["name"] or None, False, False
        elif kind == "action_execution_rejected":
            self.last_rejected = event["name"]
            self.rejected = self.rejected or event["name"] == self.loop
        elif kind == "loop_interrupted":
            self.interrupted = bool(event.get("is_interrupted")) and self.loop is not None
        elif kind == "followup":
            self.followup = event["name"]
        elif kind == "reset_slots":
            self.slots = dict(self.bot.initial_slots)
        elif kind in ("pause", "resume"):
            self.paused = kind == "pause"

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
            whole = next((event for told, event in self._told if told is kept), None)
            self._apply(long_of(kept) if whole is None else whole)
        self.last_rejected = _last_rejected(self.turn)

    def replay(self) -> None:
        """Stand where the kept events alone lead, whatever else the state told."""
        self._again()

    def _reset(self, base: Base | None) -> None:
        self.slots = dict(self.bot.initial_slots)
        if base is not None:
            self.slots.update(dict.fromkeys(self.slots) | self._known(base.slots))
        self.latest_action = None if base is None else base.action
        self.latest = None
        self.followup = LISTEN
        self.loop = self.last_rejected = None
        self.paused = self.rejected = self.interrupted = False

    # -- looking at it

    @property
    def intent(self) -> str | None:
        """The intent of the latest message."""
        return None if self.latest is None else intent_of(self.latest)

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
