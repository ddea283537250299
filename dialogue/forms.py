"""Forms and the two-stage fallback: actions that go on over several messages (Rasa's loops)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialogue.course import REWIND, View
from dialogue.domain import (
    ASK_AFFIRMATION,
    ASK_REPHRASE,
    DEFAULT_FALLBACK,
    LISTEN,
    Form,
)
from dialogue.slots import REQUESTED_SLOT
from dialogue.stage import Rejected, Stage
from dialogue.tracker import Event, action_done, active_loop, slot_set

Run = Callable[[str, View], list[Event]]


def _sets(event: Event, name: str) -> bool:
    return bool(event["event"] == "slot" and event["name"] == name)


def _rejected(events: Sequence[Event]) -> bool:
    return "action_execution_rejected" in [event["event"] for event in events]


class FormRun:
    """One run of a form: begin it, validate, ask for the next slot, end it."""

    def __init__(self, form: Form, stage: Stage, view: View, run: Run) -> None:
        self.form = form
        self.stage = stage
        self.view = view
        self.run = run
        self.validator = f"validate_{form.name}"

    def events(self) -> list[Event]:
        """The events of the run. Raises Rejected when the message fills nothing."""
        events: list[Event] = []
        begins = self.view.loop != self.form.name
        if begins:
            events.append(active_loop(self.form.name))
            events += self._begin(self.view.after(events[0]))
        if not self._is_done(events):
            validated = [] if len(events) > 1 else self._validate_if_needed()
            events += validated
            if not _rejected(validated):
                events += self._ask_next(events)
        if self._is_done(events):
            events.append(active_loop(None))
        return events

    def _is_done(self, events: Sequence[Event]) -> bool:
        """Whether the latest word on the slot to ask for, or on the form, is none."""
        asked = loop = True
        for event in events:
            kind = event["event"]
            if kind == "action_execution_rejected":
                return False
            if kind == "slot":
                if event["name"] == REQUESTED_SLOT:
                    asked = event["value"] is not None
            elif kind == "active_loop":
                loop = event["name"] is not None
        return not (asked and loop)

    def _begin(self, view: View) -> list[Event]:
        """What the starting message fills, and all that was filled before, validated again."""
        extracted = self.stage.extract(view)
        view = view.after(*extracted)
        filled = {
            name: view.slots[name]
            for name in self.form.required_slots
            if view.slots.get(name) is not None
        }
        validated = self._validated(filled, view)
        names = {event["name"] for event in validated if event["event"] == "slot"}
        rest = [e for e in extracted if e["event"] == "slot" and e["name"] not in names]
        return validated + rest

    def _validated(self, candidates: dict[str, object], view: View) -> list[Event]:
        if self.validator not in self.stage.bot.user_actions:
            return []
        requested = self._requested(view)
        return self.stage.call(
            self.validator,
            view.after(
                slot_set(REQUESTED_SLOT, requested),
                action_done(self.form.name),
                *(slot_set(name, value) for name, value in candidates.items()),
            ),
        )

    def _requested(self, view: View) -> str | None:
        if view.loop != self.form.name:
            return None
        requested: str | None = view.slots.get(REQUESTED_SLOT)
        return requested

    def _validate_if_needed(self) -> list[Event]:
        course = self.view.course
        begins = course.loop is None
        if not begins and (course.latest_action != LISTEN or course.interrupted):
            return self._validated({}, self.view)  # back from something else
        candidates = self._candidates()
        events = self._validated(candidates, self.view)
        some = any(e["event"] == "slot" and e["name"] != REQUESTED_SLOT for e in events)
        if self._requested(self.view) and not candidates and not some and not _rejected(events):
            raise Rejected(self.form.name)
        return events

    def _candidates(self) -> dict[str, object]:
        """The form's slots that were set since the message."""
        wanted = {*self.form.required_slots, self._requested(self.view)}
        found: dict[str, object] = {}
        for event in self.view.course.turn:
            if event["event"] == "user":
                found.clear()
            elif event["event"] == "slot" and event["name"] in wanted:
                found[event["name"]] = event["value"]
        return found

    def _ask_next(self, events: list[Event]) -> list[Event]:
        if self._is_done(events):
            return [slot_set(REQUESTED_SLOT, None)]
        view = self.view.after(
            slot_set(REQUESTED_SLOT, self._requested(self.view)),
            action_done(self.form.name),
            *events,
        )
        asked: list[Event] = []
        slot = next((e["value"] for e in events if _sets(e, REQUESTED_SLOT)), None)
        if not slot:
            missing = (n for n in self.form.required_slots if view.slots.get(n) is None)
            slot = next(missing, None)
            asked.append(slot_set(REQUESTED_SLOT, slot))
        if not slot:
            return [slot_set(REQUESTED_SLOT, None)]
        question = question_of(self.form.name, slot, self.stage)
        return asked + ([] if question is None else self.run(question, view))


def question_names(form: str, slot: str) -> tuple[str, ...]:
    """What may ask for a slot, in the order in which it is looked for."""
    return (
        f"action_ask_{form}_{slot}",
        f"utter_ask_{form}_{slot}",
        f"action_ask_{slot}",
        f"utter_ask_{slot}",
    )


def question_of(form: str, slot: str, stage: Stage) -> str | None:
    """The action that asks for the slot, or None: then nothing is asked."""
    return next((n for n in question_names(form, slot) if n in stage.bot.actions), None)


def two_stage_fallback(name: str, stage: Stage, view: View, run: Run) -> list[Event]:
    """Ask what was meant; then to say it otherwise; then give up (Rasa's two-stage fallback)."""
    events: list[Event] = []
    if view.loop != name:
        events.append(active_loop(name))
    course = view.course
    given_up = _given_up(course.heard)
    clear = course.intent not in ("nlu_fallback", "out_of_scope")
    if not (clear or given_up):
        asks = bool(events) or course.intent == "nlu_fallback"
        return events + run(ASK_AFFIRMATION if asks else ASK_REPHRASE, view)
    events.append(active_loop(None))
    if given_up:
        return events + run(DEFAULT_FALLBACK, view)
    again = dict(course.latest or {})
    return [*events, {"event": "rewind", "timestamp": None}, action_done(LISTEN), again]


def _given_up(heard: Sequence[str | None]) -> bool:
    """Not understood twice running, or denied twice; an undone message stands between."""

    def latest(count: int) -> list[str | None]:
        return [intent for intent in heard[-count:] if intent != REWIND]

    denied = ["out_of_scope", "nlu_fallback", "out_of_scope"]
    return latest(2) == ["nlu_fallback"] * 2 or latest(3) == denied
