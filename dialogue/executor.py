"""The embedded executor: what Rasa does with a bot's files, in process and without I/O.

>>> bot = load_bot(Path("tests/dialogue/bots/library"))                 # doctest: +SKIP
>>> executor = Executor(bot, actions_from_module(actions))              # doctest: +SKIP
>>> turn = executor.message(                                            # doctest: +SKIP
...     executor.fresh(), UserTurn("/greet"), "sms", datetime.now(UTC))
>>> turn.messages                                                       # doctest: +SKIP
({'text': 'Hei! Dette er biblioteket.'},)
>>> executor.message(turn.tracker, UserTurn("/hours"), "sms", later)    # doctest: +SKIP

It does as Rasa does, also where that is silence; `Turn` tells enough for the caller to
mend it (see `docs/rasa.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from dialogue.domain import (
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    DEACTIVATE_LOOP,
    DEFAULT_FALLBACK,
    LISTEN,
    SESSION_START,
    TWO_STAGE_FALLBACK,
    Bot,
)
from dialogue.forms import FormRun, active_loop, two_stage_fallback
from dialogue.payload import parse
from dialogue.rasa_bridge import ActionFailed, Rejected, actions_from_module
from dialogue.responses import message, utterance
from dialogue.rules import DEFAULT_OF_INTENT, Choice
from dialogue.slots import REQUESTED_SLOT
from dialogue.stage import Stage
from dialogue.tracker import (
    Course,
    Event,
    TrackerState,
    View,
    action_done,
    compacted,
    intent_of,
    slot_set,
)

MOST_ACTIONS = 10  # MAX_NUMBER_OF_PREDICTIONS of Rasa
ENDLESS = 100  # actions that undo themselves never reach the limit in Rasa
EXTERNAL = "EXTERNAL: "
_REWIND: Event = {"event": "rewind", "timestamp": None}


class NeverEnds(Exception):
    """An action takes itself back and is chosen again, without end (ActionReverted)."""


class UserTurn(msgspec.Struct, frozen=True):
    """A message as it comes to the executor.

    Without `intent` the text is read as a payload (``/intent{json}``). `entities` are
    mappings with ``entity``, ``value`` and perhaps ``role``, ``group``; `ranking` mappings
    with ``name`` and ``confidence``. Actions find `metadata` in
    ``tracker.latest_message["metadata"]``.
    """

    text: str
    intent: str | None = None
    entities: Sequence[Mapping[str, Any]] = ()
    ranking: Sequence[Mapping[str, Any]] = ()
    metadata: Mapping[str, Any] = {}


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a message led to.

    `messages` holds one mapping for each thing said (``text``, ``buttons``, ``custom``,
    ``image`` …), `events` Rasa's tracker events of the turn. The rest tells what a person
    would notice as silence: `fell_back` (no rule fitted, and the turn was taken back),
    `rejected` (the open form could not use the message), `failed_action` (an action that
    raised or is not there), `limit_reached` (the conversation no longer answers: give the
    tracker to `listening`), `paused`, `unknown` (what an older bot had and this one has
    not). `rules` names the rules that decided.
    """

    tracker: TrackerState
    messages: tuple[dict[str, Any], ...]
    events: tuple[Event, ...]
    fell_back: bool = False
    rejected: bool = False
    failed_action: str | None = None
    limit_reached: bool = False
    paused: bool = False
    unknown: str | None = None
    rules: tuple[str, ...] = ()


class Executor:
    """Runs one bot. Holds no conversation, so one serves all; nothing is shared between two."""

    def __init__(self, bot: Bot, actions: Mapping[str, Any]) -> None:
        self.bot = bot
        self.actions = dict(actions)

    def fresh(self) -> TrackerState:
        """The tracker of a conversation in which nothing has been said."""
        return TrackerState()

    def message(
        self, tracker: TrackerState, turn: UserTurn, channel: str, at: datetime, *,
        context: Any = None, sender: str = "default",
    ) -> Turn:  # fmt: skip
        """Handle a message. `at` is the time of the decision; no clock is read."""
        text = turn.text.strip()
        if turn.intent is None:
            parsed = parse(text, self.bot.known_intents, self.bot.entities)
        else:
            parsed = {
                "text": text,
                "intent": {"name": turn.intent, "confidence": 1.0},
                "entities": [dict(entity) for entity in turn.entities],
                "intent_ranking": [dict(candidate) for candidate in turn.ranking],
            }
        parsed["metadata"] = dict(turn.metadata)
        return self._handle(tracker, text, parsed, channel, at, context, sender)

    def external(
        self, tracker: TrackerState, name: str,
        entities: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None,
        channel: str, at: datetime, *, context: Any = None, sender: str = "default",
    ) -> Turn:  # fmt: skip
        """Handle an intent that nobody wrote: a timer, a unit's answer."""
        if isinstance(entities, Mapping):
            entities = [{"entity": key, "value": value} for key, value in entities.items()]
        parsed = {
            "text": f"{EXTERNAL}{name}",
            "intent": {"name": name, "confidence": 1.0},
            "entities": [dict(entity) for entity in entities or ()],
            "metadata": {"is_external": True},
        }
        return self._handle(tracker, f"{EXTERNAL}{name}", parsed, channel, at, context, sender)

    def with_slots(self, tracker: TrackerState, values: Mapping[str, Any]) -> TrackerState:
        """The tracker with these slots set, without any answer. What is set already is left."""
        changed = {k: v for k, v in values.items() if tracker.slots.get(k) != v}
        return self.set_slots(tracker, changed) if changed else tracker

    def set_slots(self, tracker: TrackerState, values: Mapping[str, Any]) -> TrackerState:
        """The tracker after a SlotSet event for each of these, as if set from outside."""
        course = Course(self.bot, tracker)
        course.update_all(slot_set(name, value) for name, value in values.items())
        return course.frozen()

    def compact(self, tracker: TrackerState) -> TrackerState:
        """The tracker without the history that can no longer matter (see `compacted`)."""
        return compacted(tracker, self.bot)

    def listening(self, tracker: TrackerState) -> TrackerState:
        """A tracker that no longer answers (see `Turn.limit_reached`), made to listen again."""
        course = Course(self.bot, tracker)
        course.update(action_done(LISTEN))
        return course.frozen()

    def _handle(
        self, tracker: TrackerState, text: str, parsed: dict[str, Any], channel: str,
        at: datetime, context: Any, sender: str,
    ) -> Turn:  # fmt: skip
        course = Course(self.bot, tracker)
        stage = Stage(self.bot, self.actions, channel, sender, context)
        return _Run(course, stage, at.timestamp()).hear(text, parsed)


class _Run:
    """One message being handled."""

    def __init__(self, course: Course, stage: Stage, at: float) -> None:
        self.course = course
        self.stage = stage
        self.bot = stage.bot
        self.at = at
        self.said: list[Event] = []
        self.rules: list[str] = []
        self.fell_back = self.rejected = self.limit_reached = False
        self.failed_action: str | None = None
        self.done: dict[str, Any] = {
            "action_restart": lambda view: [
                *self._say("utter_restart", view),
                {"event": "restart"},
            ],
            SESSION_START: lambda _view: self._session(),
            DEFAULT_FALLBACK: lambda view: [*self._say("utter_default", view), _REWIND],
            "action_back": lambda view: [*self._say("utter_back", view), _REWIND, _REWIND],
            DEACTIVATE_LOOP: lambda _view: [active_loop(None), slot_set(REQUESTED_SLOT, None)],
            ASK_AFFIRMATION: self._ask_affirmation,
            ASK_REPHRASE: lambda view: self._say("utter_ask_rephrase", view),
            LISTEN: lambda _view: [],
        }

    def hear(self, text: str, parsed: dict[str, Any]) -> Turn:
        """The whole way of a message."""
        course = self.course
        if not course.has_begun() or self._expired():
            self._act(SESSION_START)
        course.update(
            {
                "event": "user",
                "timestamp": self.at,
                "text": text,
                "parse_data": parsed,
                "input_channel": self.stage.channel,
                "metadata": parsed["metadata"],
            }
        )
        self._extract()
        self._go_on()
        return Turn(
            tracker=course.frozen(),
            messages=tuple(message(event) for event in self.said),
            events=tuple(course.turn),
            fell_back=self.fell_back,
            rejected=self.rejected,
            failed_action=self.failed_action,
            limit_reached=self.limit_reached,
            paused=course.paused,
            unknown=course.unknown,
            rules=tuple(self.rules),
        )

    def _expired(self) -> bool:
        heard_at = self.course.heard_at
        minutes = self.bot.session_minutes
        return minutes > 0 and heard_at is not None and (self.at - heard_at) / 60 > minutes

    def _extract(self) -> None:
        events = self.stage.extract(self.course.view)
        self._gather(events)
        self.course.update_all(events)

    def _gather(self, events: Iterable[Event]) -> None:
        self.said += [event for event in events if event["event"] == "bot"]

    def _go_on(self) -> None:
        for _ in range(ENDLESS):
            if self.course.paused and self.course.intent != "restart":
                return
            if self.course.actions_since_listening() >= MOST_ACTIONS:
                self.limit_reached = True
                return
            choice = self._next()
            action = choice.action or LISTEN
            self._act(action, choice.interrupted)
            if action in (LISTEN, SESSION_START):
                return
        raise NeverEnds(f"after {ENDLESS} actions")

    # -- what comes next

    def _next(self) -> Choice:
        course = self.course
        followup, course.followup = course.followup, None
        if followup is not None and followup in self.bot.actions:
            return Choice(followup)
        choice = self._by_policy()
        if choice.action is None or choice.action == course.last_rejected:
            fallback = self.bot.fallback
            if fallback == course.last_rejected:
                fallback = None
            self.fell_back = self.fell_back or fallback is not None
            return Choice(fallback, choice.interrupted)
        if choice.by:
            self.rules.append(choice.by)
        return choice

    def _by_policy(self) -> Choice:
        course = self.course
        intent = course.intent
        if course.latest_action == LISTEN and intent in DEFAULT_OF_INTENT:
            return Choice(DEFAULT_OF_INTENT[intent])
        loop = course.loop
        if loop is not None and not course.rejected:
            return Choice(LISTEN if course.latest_action == loop else loop)
        return self.bot.rules.next(course.states(self.bot.rules.longest), loop)

    # -- doing it

    def _act(self, name: str, interrupted: bool = False) -> None:
        course = self.course
        before: list[Event] = []
        if interrupted:
            before.append({"event": "loop_interrupted", "is_interrupted": True})
            course.interrupted = course.loop is not None
        try:
            events = self._run(name, course.view)
        except Rejected:
            self.rejected = self.rejected or course.loop == name
            course.update({"event": "action_execution_rejected", "timestamp": None, "name": name})
            return
        except ActionFailed:
            self.failed_action = self.failed_action or name
            events = []
        if any(event["event"] == "action_execution_rejected" for event in events):
            self.rejected = self.rejected or course.loop == name
        else:
            course.update_all(before)
            course.update(action_done(name))
        course.update_all(events)
        if any(event["event"] == "user" for event in events):
            self._extract()
        self._gather(events)

    def _run(self, name: str, view: View) -> list[Event]:
        own = name in self.bot.user_actions
        if not own:
            if name in self.done:
                found: list[Event] = self.done[name](view)
                return found
            if name == TWO_STAGE_FALLBACK:
                return two_stage_fallback(name, self.stage, view, self._run)
        if name.startswith("utter_"):
            return self.stage.say(name, view)
        if not own and name in self.bot.forms:
            return FormRun(self.bot.forms[name], self.stage, view, self._run).events()
        return self.stage.call(name, view)

    def _say(self, name: str, view: View) -> list[Event]:
        return self.stage.say(name, view)

    def _session(self) -> list[Event]:
        carried = self.course.slot_events() if self.bot.carry_over else []
        return [{"event": "session_started", "timestamp": None}, *carried, action_done(LISTEN)]

    def _ask_affirmation(self, _view: View) -> list[Event]:
        latest = self.course.latest or {}
        intent = intent_of(latest)
        ranking = (latest.get("parse_data") or {}).get("intent_ranking") or []
        if intent == "nlu_fallback" and len(ranking) > 1:
            intent = ranking[1]["name"]
        buttons = [
            {"title": "Yes", "payload": f"/{intent}"},
            {"title": "No", "payload": "/out_of_scope"},
        ]
        question = f"Did you mean '{intent}'?"
        return [utterance({"text": question, "buttons": buttons, "utter_action": ASK_AFFIRMATION})]


__all__ = [
    "ActionFailed", "Executor", "NeverEnds", "TrackerState", "Turn", "UserTurn",
    "actions_from_module",
]  # fmt: skip
