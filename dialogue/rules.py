"""Rules, and which of them says what comes next: Rasa's RulePolicy.

A rule is kept as the states that it wants to see, newest last, each with the action that
follows. The longest that fits wins; "long" is the length of the rule's states written as
JSON, as in Rasa, so that an entity, a form or a slot beats the rule without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dialogue.slots import NOT_SET

if TYPE_CHECKING:
    from dialogue.domain import Place

LISTEN = "action_listen"
DEFAULT_OF_INTENT = {
    "restart": "action_restart",
    "back": "action_back",
    "session_start": "action_session_start",
}


class State(NamedTuple):
    """What rules see of one moment: the action before, the message, slots, the open form.

    `slots` maps to features (`Slot.features`); in a rule also to NOT_SET, as `loop` may be.
    """

    action: str | None
    intent: str | None
    entities: tuple[str, ...]
    slots: Mapping[str, Any]
    loop: str | None


@dataclass(frozen=True)
class Step:
    """A step of a rule, as it is written."""

    kind: str  # action, intent, slots, loop
    name: str | None = None
    entities: tuple[Mapping[str, Any], ...] = ()
    slots: tuple[tuple[str, Any], ...] = ()
    line: int = 0


@dataclass(frozen=True)
class RuleSource:
    """A rule as it is written; an `or` has been written out as several."""

    name: str
    place: Place
    conditions: tuple[Step, ...]
    steps: tuple[Step, ...]
    at_start: bool = False
    waits: bool = True


@dataclass(frozen=True)
class Moment:
    """One moment of a rule: these states lead to this action (None: to another rule)."""

    states: tuple[State, ...]
    action: str | None
    rule: RuleSource
    length: int


class Choice(NamedTuple):
    """What comes next: an action, or None when no rule fits. `by` is the rule's name."""

    action: str | None
    interrupted: bool = False
    by: str = ""


def written(states: Iterable[State]) -> str:
    """States as Rasa writes them; the length decides which of two rules is the stronger."""
    plain = []
    for state in states:
        parts: dict[str, Any] = {}
        user: dict[str, Any] = {}
        if state.intent is not None:
            user["intent"] = state.intent
        if state.entities:
            user["entities"] = list(state.entities)
        if user:
            parts["user"] = user
        if state.slots:
            parts["slots"] = dict(state.slots)
        if state.action is not None:
            parts["prev_action"] = {"action_name": state.action}
        if state.loop is not None:
            parts["active_loop"] = {"name": state.loop}
        plain.append(parts)
    return json.dumps(plain, sort_keys=True)


def fits(rule: Sequence[State], states: Sequence[State]) -> bool:
    """Whether the newest states are as the rule wants them."""
    for wanted, state in zip(reversed(rule), reversed(states), strict=False):
        if wanted.action != state.action:
            return False
        if wanted.action is not None and not _state_fits(wanted, state):
            return False
    return True


def _state_fits(wanted: State, state: State) -> bool:
    """Whether a moment is as a rule wants it; the action before is known to be the same."""
    if wanted.intent is not None and wanted.intent != state.intent:
        return False
    if wanted.entities and wanted.entities != state.entities:
        return False
    if wanted.loop is not None:
        if wanted.loop == NOT_SET:
            if state.loop and state.loop != NOT_SET:
                return False
        elif wanted.loop != state.loop:
            return False
    for name, value in wanted.slots.items():
        found = state.slots.get(name)
        if value == NOT_SET:
            if found and found != NOT_SET:
                return False
        elif found != value:
            return False
    return True


@dataclass(frozen=True)
class Interruption:
    """What a rule inside a form says about returning to the form."""

    states: tuple[State, ...]
    loop_interrupted: bool  # else: the form shall not run by itself after this


_Candidates = Mapping[str | None, tuple[Moment, ...]]


@dataclass(frozen=True)
class RuleBook:
    """All moments of all rules, ready to be looked up."""

    entities_of: Mapping[str, frozenset[str]]
    moments: tuple[Moment, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    by_action: Mapping[str | None, _Candidates] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()
    longest: int = 2

    def seen(self, intent: str | None, entities: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
        """What rules see of a message's entities: their names, and those with role or group."""
        names: set[str] = set()
        for entity in entities:
            name = entity["entity"]
            names.add(name)
            names.update(f"{name}#{entity[k]}" for k in ("role", "group") if entity.get(k))
        wanted = self.entities_of.get(intent) if intent else None
        return tuple(sorted(names if wanted is None else names & wanted))

    def best(self, states: Sequence[State]) -> Moment | None:
        """The strongest moment that fits."""
        latest = states[-1]
        candidates = self.by_action.get(latest.action)
        if candidates is not None:
            for moment in candidates.get(latest.intent, candidates[None]):
                if fits(moment.states, states):
                    return moment
        return None

    @cached_property
    def interruptions_after(self) -> Mapping[str | None, tuple[Interruption, ...]]:
        """The interruptions by the action that they come after."""
        found: dict[str | None, tuple[Interruption, ...]] = {}
        for one in self.interruptions:
            action = one.states[-1].action
            found[action] = (*found.get(action, ()), one)
        return found

    def next(self, states: Sequence[State], loop: str | None) -> Choice:
        """What the rules say; inside a form a general rule hands back to it."""
        moment = self.best(states)
        action = None if moment is None else moment.action
        by = "" if moment is None else moment.rule.name
        if loop is None:
            return Choice(action, by=by)
        after = self.interruptions_after.get(states[-1].action, ())
        found = [one for one in after if fits(one.states, states)]
        if action == LISTEN and moment is not None and moment.states[-1].loop in (None, NOT_SET):
            if all(i.loop_interrupted for i in found):
                return Choice(loop, by="the form goes on by itself")
            action = None
        return Choice(action, any(i.loop_interrupted for i in found), by)


def book(moments: Iterable[Moment], entities_of: Mapping[str, frozenset[str]]) -> RuleBook:
    """Put moments in order. The same states twice: the later one counts, as in Rasa."""
    by_key: dict[str, Moment] = {}
    interruptions: dict[str, Interruption] = {}
    for moment in moments:
        by_key[written(moment.states)] = moment
        interruption = _interruption(moment)
        if interruption is not None:
            interruptions[written(interruption.states)] = interruption
    kept = tuple(m for m in by_key.values() if m.action is not None)
    by_action: dict[str | None, list[Moment]] = {}
    for moment in sorted(kept, key=lambda m: -m.length):
        by_action.setdefault(moment.states[-1].action, []).append(moment)
    return RuleBook(
        entities_of=entities_of,
        moments=tuple(by_key.values()),
        interruptions=tuple(interruptions.values()),
        by_action={action: _by_intent(found) for action, found in by_action.items()},
        watched=frozenset(name for m in by_key.values() for s in m.states for name in s.slots),
        longest=max((len(m.states) for m in kept), default=1) + 1,
    )


def _by_intent(moments: Sequence[Moment]) -> _Candidates:
    """For each intent that is named the moments that may fit, and under None all others'."""
    intents = {moment.states[-1].intent for moment in moments} | {None}
    return {
        intent: tuple(m for m in moments if m.states[-1].intent in (None, intent))
        for intent in intents
    }


def _interruption(moment: Moment) -> Interruption | None:
    latest = moment.states[-1]
    if latest.loop in (None, NOT_SET):
        return None
    returns = moment.action == latest.loop
    if (latest.action == LISTEN) != returns:
        return None
    states: tuple[State, ...] = (latest,)
    if len(moment.states) > 1 and moment.states[-2].action is not None:
        states = (State(moment.states[-2].action, None, (), {}, None), latest)
    return Interruption(states, loop_interrupted=returns)
