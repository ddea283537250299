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

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from dialogue.compaction import compacted
from dialogue.course import Course
from dialogue.domain import LISTEN, TWO_STAGE_FALLBACK, Bot
from dialogue.payload import parse
from dialogue.rasa_bridge import actions_from_module
from dialogue.responses import message
from dialogue.run import NeverEnds, Run
from dialogue.slots import REQUESTED_SLOT
from dialogue.stage import Stage
from dialogue.tracker import (
    SCHEMA,
    SHORT_LISTEN,
    Base,
    Event,
    TrackerState,
    action_done,
    slot_set,
)

EXTERNAL = "EXTERNAL: "
_FRESH = TrackerState()


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
        self._loops = frozenset({TWO_STAGE_FALLBACK, *bot.forms, *bot.user_actions})

    def fresh(self) -> TrackerState:
        """The tracker of a conversation in which nothing has been said."""
        return _FRESH

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
        """The tracker after a SlotSet event for each of these, as if set from outside.

        As in Rasa, a fallback of the next message takes them back together with it.
        """
        course, _ = self._course(tracker)
        Run(course, Stage(self.bot, self.actions)).begin()
        course.update_all(slot_set(name, value) for name, value in values.items())
        return course.frozen()

    def compact(self, tracker: TrackerState) -> TrackerState:
        """The tracker without the history that can no longer matter (see `compacted`)."""
        return compacted(tracker, self.bot)

    def listening(self, tracker: TrackerState) -> TrackerState:
        """A tracker that no longer answers (see `Turn.limit_reached`), made to listen again."""
        course, _ = self._course(tracker)
        course.update(action_done(LISTEN))
        return course.frozen()

    def unknown(self, tracker: TrackerState) -> str | None:
        """What an older bot's tracker has and this bot has not, so that it starts over.

        Of an open form also the one below it: a two-stage fallback may give way to it.
        """
        if tracker.schema != SCHEMA:
            return tracker.active_loop or f"schema {tracker.schema}"
        if tracker.active_loop is None:
            return None
        opened = (tracker.active_loop, *tracker.loops)
        return next((loop for loop in opened if loop not in self._loops), None)

    def _course(self, tracker: TrackerState) -> tuple[Course, str | None]:
        """The conversation, and what of it this bot does not know: then it starts over."""
        unknown = self.unknown(tracker)
        if unknown is None:
            return Course(self.bot, tracker), None
        slots = {name: value for name, value in tracker.slots.items() if name != REQUESTED_SLOT}
        over = TrackerState(
            slots=slots,
            latest_action=LISTEN,
            base=Base(slots=slots),
            events=(SHORT_LISTEN,),
        )
        return Course(self.bot, over), unknown

    def _handle(
        self, tracker: TrackerState, text: str, parsed: dict[str, Any], channel: str,
        at: datetime, context: Any, sender: str,
    ) -> Turn:  # fmt: skip
        course, unknown = self._course(tracker)
        run = Run(course, Stage(self.bot, self.actions, channel, sender, context))
        run.hear(
            {
                "event": "user",
                "timestamp": at.timestamp(),
                "text": text,
                "parse_data": parsed,
                "input_channel": channel,
                "metadata": parsed["metadata"],
            }
        )
        return Turn(
            tracker=course.frozen(),
            messages=tuple([message(event) for event in run.said]),
            events=tuple(course.turn),
            fell_back=run.fell_back,
            rejected=run.rejected,
            failed_action=run.failed_action,
            limit_reached=run.limit_reached,
            paused=course.paused,
            unknown=unknown,
            rules=tuple(run.rules),
        )


__all__ = [
    "Executor",
    "NeverEnds",
    "TrackerState",
    "Turn",
    "UserTurn",
    "actions_from_module",
]
