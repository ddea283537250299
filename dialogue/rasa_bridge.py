"""Between the executor and rasa_sdk: trackers and dispatchers for actions, run in process.

An action written for ``python -m rasa_sdk`` runs here unchanged. It is called
synchronously; an action that really awaits something is an error, for a decision does no I/O.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from copy import deepcopy
from types import ModuleType
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from dialogue.course import View
from dialogue.tracker import Event

KNOWN_EVENTS = frozenset(
    (
        "action", "action_execution_rejected", "active_loop", "agent", "bot", "cancel_reminder",
        "export", "followup", "loop_interrupted", "pause", "reminder", "reset_slots", "restart",
        "resume", "rewind", "session_started", "slot", "undo", "user",
    )
)  # fmt: skip

_CHANGEABLE = frozenset((list, dict))

# Of each slot without a validator rasa_sdk tells at each message; `check_bot` tells it once.
logging.getLogger("rasa_sdk.forms").setLevel(logging.ERROR)


class Rejected(Exception):
    """An action declined to run (rasa_sdk's ActionExecutionRejection)."""


class ActionFailed(Exception):
    """An action is not there, raised, awaited something, or returned what is no event."""

    def __init__(self, action: str, why: str) -> None:
        self.action = action
        super().__init__(f"{action}: {why}")


class TurnTracker(Tracker):  # type: ignore[misc]
    """rasa_sdk's tracker, with what the caller gave the turn along (see `context_of`).

    Few actions look at the events, so they are put together when one does.
    """

    context: Any = None
    view: View | None = None
    _events: list[Event] | None = None
    _added: tuple[Event, ...] = ()  # slots that were added before all events were asked for

    @property
    def events(self) -> list[Event]:
        """The events that are kept, the turn's, and those that might follow."""
        if self._events is None:
            self._events = []
            if self.view is not None:
                course = self.view.course
                self._events += [*course.past, *course.turn, *self.view.extra, *self._added]
        return self._events

    @events.setter
    def events(self, events: list[Event] | None) -> None:
        self._events = events

    def add_slots(self, slots: list[Event]) -> None:
        """rasa_sdk's, that leaves the other events where they are."""
        if self._events is not None:
            super().add_slots(slots)
            return
        added = [event for event in slots if event.get("event") == "slot"]
        self.slots.update((event["name"], event["value"]) for event in added)
        self._added += tuple(added)

    def slots_to_validate(self) -> dict[str, Any]:
        """rasa_sdk's: the slots at the end of the events; the turn's message is always before."""
        if self._events is not None or self.view is None:
            found: dict[str, Any] = super().slots_to_validate()
            return found
        latest = (*self.view.course.turn, *self.view.extra, *self._added)
        is_slot = [event["event"] == "slot" for event in latest]
        begin = len(latest) - [*reversed(is_slot), False].index(False)
        return {event["name"]: event["value"] for event in latest[begin:]}


def context_of(tracker: Tracker) -> Any:
    """What the caller passed as ``context=`` to the executor for this turn.

    None when the action is served to a real Rasa by ``python -m rasa_sdk``.
    """
    return getattr(tracker, "context", None)


def actions_from_module(*modules: ModuleType) -> dict[str, Action]:
    """The actions that these modules define or import, by name; abstract ones are skipped.

    Only the modules' own names are looked at, so that two bots in one process do not mix.
    """
    found: dict[str, Action] = {}
    for module in modules:
        for value in list(vars(module).values()):
            if not inspect.isclass(value) or not issubclass(value, Action):
                continue
            if inspect.isabstract(value) or value.__module__.startswith("rasa_sdk"):
                continue
            action: Any = value()
            try:
                found[action.name()] = action
            except NotImplementedError:  # a shared base class
                continue
    return found


def tracker_for(view: View, sender: str, context: Any) -> TurnTracker:
    """rasa_sdk's tracker of the conversation as `view` shows it."""
    course = view.course
    tracker = TurnTracker(
        sender_id=sender,
        slots=_own_copy(view.slots),
        latest_message=dict((course.latest or {}).get("parse_data") or {}),
        events=None,
        paused=course.paused,
        followup_action=course.followup,
        active_loop={} if view.loop is None else {"name": view.loop},
        latest_action_name=view.latest_action,
    )
    tracker.context = context
    tracker.view = view
    return tracker


def _own_copy(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots as an action may have them: what it does to a list in them stays its own."""
    copied = dict(slots)
    if not _CHANGEABLE.isdisjoint(map(type, copied.values())):
        for name, value in copied.items():
            if type(value) in _CHANGEABLE:
                copied[name] = deepcopy(value)
    return copied


def run_action(
    action: Action, tracker: Tracker, domain: Mapping[str, Any]
) -> tuple[list[Event], list[dict[str, Any]]]:
    """Run one action: its events, and what its dispatcher was told. Rejected, ActionFailed."""
    dispatcher = CollectingDispatcher()
    try:
        events = action.run(dispatcher, tracker, domain)
        if not isinstance(events, list) and inspect.isawaitable(events):
            events = _driven(events)
    except ActionExecutionRejection as error:
        raise Rejected(error.action_name) from error
    except Exception as error:
        raise ActionFailed(action.name(), type(error).__name__) from error
    found = [event for event in events or () if isinstance(event, dict) and "event" in event]
    for event in found:
        if event["event"] not in KNOWN_EVENTS:
            raise ActionFailed(action.name(), f"the unknown event {event['event']!r}")
    return found, dispatcher.messages


def _driven(awaitable: Any) -> Any:
    """The result of a coroutine that never waits."""
    coroutine = awaitable if inspect.iscoroutine(awaitable) else awaitable.__await__()
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise RuntimeError("an action must not wait for anything")
