"""What an action of ours may look at, besides Rasa's tracker.

In process, `decide` hands it to the executor. Behind ``python -m rasa_sdk`` it is made
anew from what Rasa sends, with the content that ``SAMSVAR_CONTENT`` names.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, cast

import msgspec
from rasa_sdk import Action
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from dialogue.asked_code import AskedCode
from dialogue.consents import AskedConsent
from dialogue.conversation import Answered, Conversation, LastRating, OwnTicket, begin
from dialogue.edition import Edition, load_edition
from dialogue.effects import Effect, as_json
from dialogue.rasa_bridge import context_of
from dialogue.replies import Purpose
from intents.understand import understand
from intents.understood import Understood

Events = list[dict[str, Any]]
Standard = Literal["nb", "nn"]
PAID_CHANNEL = "sms"  # each message costs the municipality money


class TurnContext(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: the content, what was understood, the conversation before it, and the time."""

    edition: Edition
    understood: Understood
    conversation: Conversation
    standard: Standard
    number: int
    at: datetime
    secret: str = ""  # what nobody outside can guess, for codes
    data: dict[str, Any] = {}  # what a service event or a rating prompt is about


def turn_of(tracker: Tracker) -> TurnContext:
    """The turn that an action runs in."""
    context = context_of(tracker)
    if isinstance(context, TurnContext):
        return context
    return _served_turn(tracker)


@cache
def _served_edition() -> Edition:
    import os
    from pathlib import Path

    folder = os.environ.get("SAMSVAR_CONTENT")
    return load_edition(Path(folder) if folder else None)


def _served_turn(tracker: Tracker) -> TurnContext:
    edition = _served_edition()
    message = tracker.latest_message or {}
    text = str(message.get("text") or "")
    understood = understand(text, edition.language)
    stamps = [event["timestamp"] for event in tracker.events if event.get("timestamp")]
    return TurnContext(
        edition=edition,
        understood=understood,
        conversation=begin(tracker.get_latest_input_channel() or "rasa"),
        standard=cast(Standard, tracker.get_slot("standard") or edition.municipality.standard),
        number=sum(1 for event in tracker.events if event.get("event") == "user"),
        at=datetime.fromtimestamp(max(stamps, default=0), UTC),
        data={e["entity"]: e["value"] for e in message.get("entities", []) if "entity" in e},
    )


class FlowAction(Action, ABC):  # type: ignore[misc]
    """An action of a flow: `act` says what it has to say through the dispatcher."""

    @abstractmethod
    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events: ...

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        return self.act(turn_of(tracker), Speaker(dispatcher), tracker)


class Speaker:
    """A dispatcher with our two audiences: people, and the service."""

    def __init__(self, dispatcher: CollectingDispatcher) -> None:
        self.dispatcher = dispatcher

    def text(self, text: str) -> None:
        """Say this text to the person, as it is."""
        self.dispatcher.utter_message(text=text)

    def response(self, name: str, **values: str) -> None:
        """Say a response of the domain, its placeholders filled."""
        self.dispatcher.utter_message(response=name, **values)

    def offer(self, name: str, buttons: list[dict[str, str]]) -> None:
        """Say a response with choices that are made for this turn."""
        self.dispatcher.utter_message(response=name, buttons=buttons)

    def effect(self, effect: Effect) -> None:
        """Let the service do something."""
        self.dispatcher.utter_message(json_message=as_json(effect))

    def ask_rating(self, data: dict[str, Any]) -> None:
        """Mark what was said last as a rating question about `data`."""
        self.dispatcher.utter_message(json_message={"rating_prompt": data})

    def rated(self, rating: LastRating) -> None:
        """Remember a rating: what a reason that comes after it is about."""
        self.dispatcher.utter_message(json_message={"rated": msgspec.to_builtins(rating)})

    def close_rating(self, data: dict[str, Any]) -> None:
        """The rating question about `data` (an encounter or a ticket) is answered or over."""
        self.dispatcher.utter_message(json_message={"rating_closed": data})

    def rating_reminded(self, encounter: str) -> None:
        """The rating question about an encounter was brought to mind."""
        self.dispatcher.utter_message(json_message={"rating_reminded": encounter})

    def purpose(self, purpose: Purpose) -> None:
        """What all that is said in this turn is for."""
        self.dispatcher.utter_message(json_message={"purpose": purpose})

    def answered(self, answered: Answered) -> None:
        """Remember that an article has been said, so that it can be reported as wrong."""
        self.dispatcher.utter_message(json_message={"answered": msgspec.to_builtins(answered)})

    def reported(self, answered: Answered) -> None:
        """An answer has been reported, and can't be once more."""
        self.dispatcher.utter_message(json_message={"reported": answered.number})

    def consent(self, asked: AskedConsent) -> None:
        """Remember a request for consent in this conversation, or what became of it."""
        self.dispatcher.utter_message(json_message={"consent": msgspec.to_builtins(asked)})

    def asked_code(self, asked: AskedCode) -> None:
        """Remember a code that was asked for, or what is left of it."""
        self.dispatcher.utter_message(json_message={"asked_code": msgspec.to_builtins(asked)})

    def own_ticket(self, ticket: OwnTicket) -> None:
        """Remember a ticket of this conversation, or its new status."""
        self.dispatcher.utter_message(json_message={"own_ticket": msgspec.to_builtins(ticket)})
