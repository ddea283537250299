"""What of a conversation still counts: Rasa's applied events.

A rewind takes the latest message away with all that came of it. The runs of a form fold
into its first: the messages between them are forgotten, the slots stay. So a rewind in a
form takes back the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dialogue.domain import Bot
from dialogue.rules import State
from dialogue.tracker import Base, Event


class History:
    """The events that count, and what rules saw before each action among them."""

    def __init__(
        self, bot: Bot, base: Base | None, loops: Iterable[str], past: Iterable[Event] = ()
    ) -> None:
        self.bot = bot
        self.base = base
        self.loops = set(loops)
        self.events: list[Event] = []
        self._seen: list[State] = []
        self._start()
        for event in past:  # folded already
            if event["event"] == "action":
                self._seen.append(self.state)
            self._see(event)
        self.events = list(past)
        self.untouched = len(self.events)  # how many of the past are as they were

    def _start(self) -> None:
        base = self.base
        if base is None:
            self._restore(State(None, None, (), self.bot.initial_features, None))
        else:
            seen = self.bot.features(base.slots)
            self._restore(State(base.action, base.intent, (), seen, None))

    def _restore(self, state: State) -> None:
        self._action, self._loop = state.action, state.loop
        self._intent, self._entities = state.intent, state.entities
        self._features = state.slots

    @property
    def state(self) -> State:
        """What rules see of this moment."""
        return State(self._action, self._intent, self._entities, self._features, self._loop)

    def states(self, most: int) -> list[State]:
        """The latest states, before each action and now, at most `most`; oldest first."""
        return [*self._seen[1 - most :], self.state] if most > 1 else [self.state]

    def clear(self) -> None:
        """A new session or a restart: nothing before it counts."""
        self.base = None
        self.events = []
        self.untouched = 0
        self._seen = []
        self._start()

    def take(self, event: Event) -> None:
        """One more event that counts."""
        if event["event"] == "action":
            name = event["name"]
            if name in self.loops and not self._is_first_run(name):
                self._fold(name)
                return
            self._seen.append(self.state)
        self.events.append(event)
        self._see(event)

    def _see(self, event: Event) -> None:
        kind = event["event"]
        if kind == "slot":
            slot = self.bot.watched.get(event["name"])
            if slot is not None:
                self._set(slot.name, slot.features(event["value"]))
        elif kind == "action":
            self._action = event["name"]
        elif kind == "user":
            self._intent, self._entities = self.bot.rules.seen(event)
        elif kind == "active_loop":
            self._loop = event["name"] or None
        elif kind == "reset_slots":
            self._features = self.bot.initial_features

    def _set(self, name: str, features: Any) -> None:
        if self._features.get(name) == features:
            return
        changed = {key: value for key, value in self._features.items() if key != name}
        if features is not None:
            changed[name] = features
        self._features = changed

    # -- forms

    def know_loop(self, name: str) -> None:
        """A form has become known as one: its earlier runs fold too."""
        if name in self.loops:
            return
        self.loops.add(name)
        if sum(1 for e in self.events if e["event"] == "action" and e["name"] == name) > 1:
            events = self.events
            self.events, self._seen = [], []
            self.untouched = 0
            self._start()
            for event in events:
                self.take(event)

    def _is_first_run(self, loop: str) -> bool:
        """Whether a form's run is its first, or the return from something else."""
        following: str | None = None
        for event in reversed(self.events):
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
        """Join a run with the one before: the messages between them are forgotten."""
        later: list[Event] = []
        while True:
            event = self.events.pop()
            if event["event"] == "action":
                state = self._seen.pop()
                if event["name"] == loop:
                    break
            elif event["event"] != "user":
                later.append(event)
        self.untouched = min(self.untouched, len(self.events))
        self._restore(state)
        self._seen.append(state)
        for kept in (event, *reversed(later)):
            self.events.append(kept)
            self._see(kept)

    # -- undoing

    def undo_message(self) -> None:
        """Take away the latest message and what came of it, and the listening before it."""
        self._undo("user")
        self._undo("action")

    def undo_action(self) -> None:
        """Take away the latest action and what came of it."""
        self._undo("action")

    def _undo(self, kind: str) -> None:
        """Take events away until one of `kind` went.

        What was seen before an action holds all that came before it; a message is always
        undone together with the listening before it.
        """
        while self.events:
            event = self.events.pop()
            if event["event"] == "action":
                self._restore(self._seen.pop())
            if event["event"] == kind:
                break
        self.untouched = min(self.untouched, len(self.events))

    # -- looking back

    @property
    def heard_at(self) -> float | None:
        """When the latest message that counts came (seconds); None when none does."""
        for event in reversed(self.events):
            if event["event"] == "user":
                stamp: float | None = event.get("timestamp")
                return stamp
        return None if self.base is None else self.base.heard_at
