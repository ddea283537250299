"""The feedback form: what opens it, what it asks, what is filed at its end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import Tracker

from dialogue.effects import CancelTimer, SetTimer
from dialogue.flows.feedback.apart import APART, NEXT
from dialogue.flows.feedback.form import ABOUT_ANOTHER, ValidateFeedbackForm
from dialogue.flows.feedback.wishes import tells_consent, wants_answer
from dialogue.flows.feedback.wording import summary
from dialogue.partiality import names_partiality
from dialogue.tickets import UNKNOWN_SERVICE, facts_of, file_ticket, unit_name
from dialogue.turn import Events, FlowAction, Speaker, TurnContext
from intents.understood import Understood
from knowledge.search import search

__all__ = ["ValidateFeedbackForm"]  # an action too: the flow's actions are found here

FORM = "feedback_form"
FORM_TIMER = "feedback_form"
BELIEVED = 0.3  # confidence of a search whose services are worth offering
FORM_OPEN_FOR = timedelta(hours=24)
MOST_OFFERED = 3
UNSURE = {"nb": "Noe annet / vet ikke", "nn": "Noko anna / veit ikkje"}
SEVERAL = {"nb": "Noe annet / flere av dem", "nn": "Noko anna / fleire av dei"}
FILLED_BY_FORM = (
    "feedback_service", "feedback_consent", "feedback_contact",
    "feedback_confirmed", "feedback_change", "feedback_changing", "feedback_service_attempts",
    NEXT, APART,
)  # fmt: skip
DESCRIBING = (
    "feedback_text", "feedback_kind", "feedback_who", "feedback_about", "feedback_sensitive",
)  # fmt: skip


def cleared() -> Events:
    """Empty every slot of the form."""
    return [SlotSet(slot, None) for slot in (*DESCRIBING, *FILLED_BY_FORM)]


def keep_open(turn: TurnContext, say: Speaker) -> None:
    """The form closes by itself a day after the last answer."""
    say.effect(
        SetTimer(
            key=FORM_TIMER,
            name="form_expired",
            due_at=turn.at + FORM_OPEN_FOR,
            data={"form": FORM},
        )
    )


class ActionNoteFeedback(FlowAction):
    """Take from the first message all that it already says."""

    def name(self) -> str:
        return "action_note_feedback"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        understood = turn.understood
        keep_open(turn, say)
        wished = wants_answer(understood.text)
        if tracker.get_slot(NEXT) == understood.text:  # the second matter of one person
            wished = wished or tracker.get_slot("feedback_contact")
        return [
            *cleared(),
            SlotSet("feedback_text", understood.text),
            SlotSet("feedback_kind", _kind_of(understood)),
            SlotSet("feedback_who", understood.role or "resident"),
            SlotSet("feedback_about", understood.about or "service"),
            SlotSet("feedback_sensitive", understood.sensitive),
            SlotSet("feedback_service", understood.service),
            SlotSet("feedback_contact", wished),
            SlotSet("feedback_consent", tells_consent(understood.text)),
            *([SlotSet(NEXT, turn.data["next"])] if turn.data.get("next") else []),
        ]


def _kind_of(understood: Understood) -> str:
    """What kind of feedback it is; to call somebody partial is never praise."""
    if names_partiality(understood.text) and understood.kind in (None, "praise", "suggestion"):
        return "complaint"
    return understood.kind or "complaint"


class AskService(FlowAction):
    """Ask which service it is about, with the nearest ones to choose from."""

    def name(self) -> str:
        return "action_ask_feedback_form_feedback_service"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        services = _nearest_services(turn, str(tracker.get_slot("feedback_text") or ""))
        if not services:
            say.response("utter_which_service_in_words")
            return []
        buttons = [
            {
                "title": turn.edition.municipality.services[service].name[turn.standard],
                "payload": "/inform" + json.dumps({"feedback_service": service}),
            }
            for service in services
        ]
        several = len(_named_services(turn)) > 1
        unsure = (SEVERAL if several else UNSURE)[turn.standard]
        payload = "/inform" + json.dumps({"feedback_service": UNKNOWN_SERVICE})
        say.offer("utter_which_service", [*buttons, {"title": unsure, "payload": payload}])
        return []


def _nearest_services(turn: TurnContext, text: str) -> list[str]:
    """At most three services that the text may be about, likeliest first."""
    named = _named_services(turn)
    if len(named) > 1:  # «mor på sjukeheimen og far med heimesjukepleie»
        return named[:MOST_OFFERED]
    likely = []
    found = search(turn.edition.index, text, turn.standard)
    if found.confidence < BELIEVED:
        return []  # what search does not believe in is a strange thing to choose from
    for article in (found.article, *found.alternatives):
        if article:
            service = turn.edition.content.article(article, turn.standard).service
            if service:
                likely.append(service)
    known = turn.edition.municipality.services
    return [service for service in dict.fromkeys(likely) if service in known][:MOST_OFFERED]


def _named_services(turn: TurnContext) -> list[str]:
    """The services that a relative names, each once: there may be a parent in each."""
    if turn.understood.role not in ABOUT_ANOTHER or turn.understood.kind == "appeal":
        return []
    known = turn.edition.municipality.services
    named = [e.value for e in turn.understood.entities if e.entity == "service"]
    return [service for service in dict.fromkeys(named) if service in known]


class AskConfirmation(FlowAction):
    """Show what was understood, and where it would go, before anything is filed."""

    def name(self) -> str:
        return "action_ask_feedback_form_feedback_confirmed"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        slots = tracker.current_slot_values()
        _, outcome = turn.edition.route(
            facts_of(turn, text=str(slots["feedback_text"]), **case_of(slots)), turn.at
        )
        say.response(
            "utter_confirm_feedback",
            feedback_summary=summary(
                turn.standard,
                kind=str(slots["feedback_kind"]),
                unit=unit_name(turn, outcome.unit),
                text=str(slots["feedback_text"]),
                quotable=slots["feedback_sensitive"] == "none",
                contact=slots.get("feedback_contact"),
            ),
        )
        keep_open(turn, say)
        return []


def case_of(slots: dict[str, Any]) -> dict[str, Any]:
    """The form's slots as the facts that the rules look at."""
    return {
        "kind": slots["feedback_kind"],
        "service": slots.get("feedback_service"),
        "who": slots.get("feedback_who"),
        "about": slots.get("feedback_about"),
        "sensitive": slots.get("feedback_sensitive"),
        "consent": slots.get("feedback_consent"),
        "wants_contact": slots.get("feedback_contact") != "no",
    }


class ActionFileFeedback(FlowAction):
    """File what was confirmed; drop what was not."""

    def name(self) -> str:
        return "action_file_feedback"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        slots = tracker.current_slot_values()
        say.effect(CancelTimer(key=FORM_TIMER))
        if slots.get("feedback_confirmed") == "yes":
            file_ticket(turn, say, text=str(slots["feedback_text"]), **case_of(slots))
        else:
            say.response("utter_feedback_dropped")
        if not slots.get(NEXT):
            return cleared()
        kept = [SlotSet(slot, slots.get(slot)) for slot in (NEXT, "feedback_contact")]
        return [*cleared(), *kept]


class ActionDropFeedback(FlowAction):
    """«glem det» in the middle of the form: nothing is sent."""

    def name(self) -> str:
        return "action_drop_feedback"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        say.effect(CancelTimer(key=FORM_TIMER))
        say.response("utter_feedback_dropped")
        return cleared()


class ActionClearFeedback(FlowAction):
    """Nothing is kept of what was begun, and nothing is said of it."""

    def name(self) -> str:
        return "action_clear_feedback"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        say.effect(CancelTimer(key=FORM_TIMER))
        return cleared()


class ActionExpireFeedback(FlowAction):
    """A form left open for a day is closed with one line; nothing is sent."""

    def name(self) -> str:
        return "action_expire_feedback"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        say.purpose("reminder")
        say.response("utter_form_expired")
        return cleared()


class ActionConcern(FlowAction):
    """Concern for a child: whom to call, no questions; the child welfare service gets it now."""

    def name(self) -> str:
        return "action_concern"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        say.response("utter_concern", concern_link=turn.edition.site_link("bekymring-for-barn"))
        file_ticket(
            turn, say, kind="concern", text=turn.understood.text, service="barnevern", tell=False,
            sensitive="child",
        )  # fmt: skip
        return []
