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
from dialogue.tracker import (
    SHORT_ACTION,
    SHORT_LOOP,
    SHORT_REJECTION,
    SHORT_RESET,
    SHORT_SLOT,
    SHORT_USER,
    Base,
    Short,
)


class History:
    """The events that count, as they are kept, and what rules saw before each action of them."""

    def __init__(
        self, bot: Bot, base: Base | None, loops: Iterable[str], past: Iterable[Short] = ()
    ) -> None:
        self.bot = bot
        self.base = base
        self.loops = set(loops)
        self.events: list[Short] = list(past)
        self._seen: list[State] = []
        self._start()
        watched = bot.watched
        for event in self.events:  # folded already
            letter = event[0]
            if letter == SHORT_ACTION:
                self._seen.append(self.state)
                self._action = event[1]
            elif letter != SHORT_SLOT or event[1] in watched:
                self._see(event)

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
        # A NamedTuple's own constructor is a Python function, and takes three times as long.
        seen = (self._action, self._intent, self._entities, self._features, self._loop)
        return tuple.__new__(State, seen)

    def states(self, most: int) -> list[State]:
        """The latest states, before each action and now, at most `most`; oldest first."""
        return [*self._seen[1 - most :], self.state] if most > 1 else [self.state]

    def clear(self) -> None:
        """A new session or a restart: nothing before it counts."""
        self.base = None
        self.events = []
        self._seen = []
        self._start()

    def take(self, event: Short) -> None:
        """One more event that counts."""
        if event[0] == SHORT_ACTION:
            name = event[1]
            if name in self.loops and not self._is_first_run(name):
                self._fold(name)
                return
            self._seen.append(self.state)
            self.events.append(event)
            self._action = name
            return
        self.events.append(event)
        self._see(event)

    def take_slot(self, event: Short) -> None:
        """A slot that was set, and counts."""
        self.events.append(event)
        slot = self.bot.watched.get(event[1])
        if slot is not None:
            self._set(slot.name, slot.features(event[2]))

    def _see(self, event: Short) -> None:
        letter = event[0]
        if letter == SHORT_SLOT:
            slot = self.bot.watched.get(event[1])
            if slot is not None:
                self._set(slot.name, slot.features(event[2]))
        elif letter == SHORT_ACTION:
            self._action = event[1]
        elif letter == SHORT_USER:
            self._intent = event[2]
            self._entities = self.bot.rules.seen(event[2], event[3]) if event[3] else ()
        elif letter == SHORT_LOOP:
            self._loop = event[1] or None
        elif letter == SHORT_RESET:
            self._features = self.bot.initial_features

    def _set(self, name: str, features: Any) -> None:
        if self._features.get(name) == features:
            return
        changed = dict(self._features)
        if features is None:
            del changed[name]
        else:
            changed[name] = features
        self._features = changed

    # -- forms

    def know_loop(self, name: str) -> None:
        """A form has become known as one: its earlier runs fold too."""
        if name in self.loops:
            return
        self.loops.add(name)
        if self.events.count((SHORT_ACTION, name)) > 1:
            events = self.events
            self.events, self._seen = [], []
            self._start()
            for event in events:
                self.take(event)

    def _is_first_run(self, loop: str) -> bool:
        """Whether a form's run is its first, or the return from something else."""
        following: str | None = None
        for event in reversed(self.events):
            letter = event[0]
            if letter == SHORT_LOOP:
                if event[1] != loop:
                    return True
            elif letter == SHORT_REJECTION:
                if event[1] == loop:
                    return True
            elif letter == SHORT_USER:
                if following is not None and following != loop:
                    return True
            elif letter == SHORT_ACTION:
                if event[1] == loop:
                    return False
                following = event[1]
        return True

    def _fold(self, loop: str) -> None:
        """Join a run with the one before: the messages between them are forgotten."""
        later: list[Short] = []
        while True:
            event = self.events.pop()
            if event[0] == SHORT_ACTION:
                state = self._seen.pop()
                if event[1] == loop:
                    break
            elif event[0] != SHORT_USER:
                later.append(event)
        self._restore(state)
        self._seen.append(state)
        for kept in (event, *reversed(later)):
            self.events.append(kept)
            if kept[0] != SHORT_SLOT or kept[1] in self.bot.watched:
                self._see(kept)

    # -- undoing

    def undo_message(self) -> None:
        """Take away the latest message and what came of it, and the listening before it."""
        self._undo(SHORT_USER)
        self._undo(SHORT_ACTION)

    def undo_action(self) -> None:
        """Take away the latest action and what came of it."""
        self._undo(SHORT_ACTION)

    def _undo(self, letter: str) -> None:
        """Take events away until one of this kind went.

        What was seen before an action holds all that came before it; a message is always
        undone together with the listening before it.
        """
        while self.events:
            event = self.events.pop()
            if event[0] == SHORT_ACTION:
                self._restore(self._seen.pop())
            if event[0] == letter:
                break

    # -- looking back

    @property
    def heard_at(self) -> float | None:
        """When the latest message that counts came (seconds); None when none does."""
        for event in reversed(self.events):
            if event[0] == SHORT_USER:
                stamp: float | None = event[5]
                return stamp
        return None if self.base is None else self.base.heard_at
