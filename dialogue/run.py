"""One message on its way: what comes next is chosen and done until the bot listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dialogue.course import Course, View
from dialogue.domain import (
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    DEACTIVATE_LOOP,
    DEFAULT_FALLBACK,
    LISTEN,
    SESSION_START,
    TWO_STAGE_FALLBACK,
)
from dialogue.forms import FormRun, two_stage_fallback
from dialogue.responses import utterance
from dialogue.rules import DEFAULT_OF_INTENT, Choice
from dialogue.slots import REQUESTED_SLOT
from dialogue.stage import ActionFailed, Rejected, Stage
from dialogue.tracker import Event, action_done, active_loop, rejection, slot_set

MOST_ACTIONS = 10  # MAX_NUMBER_OF_PREDICTIONS of Rasa
ENDLESS = 100  # actions that undo themselves never reach the limit in Rasa


_RESTS = (LISTEN, SESSION_START)


class NeverEnds(Exception):
    """An action takes itself back and is chosen again, without end (ActionReverted)."""


class Run:
    """One message being handled."""

    def __init__(self, course: Course, stage: Stage) -> None:
        self.course = course
        self.stage = stage
        self.bot = stage.bot
        self.said: list[Event] = []
        self.rules: list[str] = []
        self.fell_back = self.rejected = self.limit_reached = False
        self.failed_action: str | None = None

    def begin(self, at: float | None = None) -> None:
        """Begin a session, if there is none or, at the time `at` (seconds), it is over."""
        if not self.course.has_begun() or (at is not None and self._expired(at)):
            self._act(SESSION_START)

    def hear(self, event: Event) -> None:
        """The whole way of a message: fill slots, then act until the bot listens."""
        self.begin(event["timestamp"])
        self.course.update(event)
        self._extract()
        self._go_on()

    def _expired(self, at: float) -> bool:
        heard_at = self.course.history.heard_at
        minutes = self.bot.session_minutes
        return minutes > 0 and heard_at is not None and (at - heard_at) / 60 > minutes

    def _extract(self) -> None:
        events = self.stage.extract(self.course.view)
        if events:
            self._gather(events)
            self.course.update_all(events)

    def _gather(self, events: Iterable[Event]) -> None:
        self.said += [event for event in events if event["event"] == "bot"]

    def _go_on(self) -> None:
        for _ in range(ENDLESS):
            if self.course.paused and self.course.intent != "restart":
                return
            if self.course.acted >= MOST_ACTIONS and self.course.latest_action not in _RESTS:
                self.limit_reached = True
                return
            choice = self._next()
            action = choice.action or LISTEN
            self._act(action, choice.interrupted)
            if action in _RESTS:
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
        if loop is not None and not course.rejected and course.latest_action is not None:
            return Choice(LISTEN if course.latest_action == loop else loop)
        return self.bot.rules.next(course.history.states(self.bot.rules.longest), loop)

    # -- doing it

    def _act(self, name: str, interrupted: bool = False) -> None:
        course = self.course
        was_interrupted = course.interrupted
        course.interrupted = was_interrupted or (interrupted and course.loop is not None)
        try:
            events = self._run(name, course.view)
        except Rejected:
            self.rejected = self.rejected or course.loop == name
            course.interrupted = was_interrupted
            course.update(rejection(name))
            return
        except ActionFailed as failure:
            self.failed_action = self.failed_action or failure.action
            events = []
        kinds = [event["event"] for event in events]
        if "action_execution_rejected" in kinds:
            self.rejected = self.rejected or course.loop == name
        else:
            if interrupted:
                course.update({"event": "loop_interrupted", "is_interrupted": True})
            course.update(action_done(name))
        course.update_all(events)
        if "user" in kinds:
            self._extract()
        if "bot" in kinds:
            self._gather(events)

    def _run(self, name: str, view: View) -> list[Event]:
        if name not in self.bot.user_actions:
            own = _OWN.get(name)
            if own is not None:
                return own(self, view)
            if name == TWO_STAGE_FALLBACK:
                return two_stage_fallback(name, self.stage, view, self._run)
            if name in self.bot.forms:
                return FormRun(self.bot.forms[name], self.stage, view, self._run).events()
        if name.startswith("utter_"):
            return self.stage.say(name, view)
        return self.stage.call(name, view)

    def say(self, name: str, view: View) -> list[Event]:
        """Say a response, if the bot has it."""
        return self.stage.say(name, view)

    def session(self) -> list[Event]:
        """Begin a session; the slots are taken over, each as often as it was set."""
        carried = self.course.slot_events() if self.bot.carry_over else []
        return [_just("session_started"), *carried, action_done(LISTEN)]

    def ask_affirmation(self) -> list[Event]:
        """Rasa's own question after a message that was not understood."""
        latest = self.course.latest or {}
        intent = self.course.intent
        ranking = (latest.get("parse_data") or {}).get("intent_ranking") or []
        if intent == "nlu_fallback" and len(ranking) > 1:
            intent = ranking[1]["name"]
        buttons = [
            {"title": "Yes", "payload": f"/{intent}"},
            {"title": "No", "payload": "/out_of_scope"},
        ]
        question = f"Did you mean '{intent}'?"
        return [utterance({"text": question, "buttons": buttons, "utter_action": ASK_AFFIRMATION})]


# Rasa's own actions. A bot that names one among its actions has written it anew.
_OWN: dict[str, Callable[[Run, View], list[Event]]] = {
    LISTEN: lambda _run, _view: [],
    SESSION_START: lambda run, _view: run.session(),
    DEACTIVATE_LOOP: lambda _run, _view: [active_loop(None), slot_set(REQUESTED_SLOT, None)],
    DEFAULT_FALLBACK: lambda run, view: [*run.say("utter_default", view), _just("rewind")],
    "action_back": lambda run, view: [
        *run.say("utter_back", view),
        _just("rewind"),
        _just("rewind"),
    ],
    "action_restart": lambda run, view: [*run.say("utter_restart", view), _just("restart")],
    ASK_AFFIRMATION: lambda run, _view: run.ask_affirmation(),
    ASK_REPHRASE: lambda run, view: run.say("utter_ask_rephrase", view),
}


def _just(kind: str) -> Event:
    return {"event": kind, "timestamp": None}
