"""Which words fill which slot of the feedback form."""

from __future__ import annotations

from typing import Any

from rasa_sdk import FormValidationAction
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from dialogue.flows.feedback.apart import (
    APART,
    decided,
    is_told,
    noted,
    said_of_it,
    tells_another,
)
from dialogue.flows.feedback.asides import ANSWERS_ELSEWHERE, NO_TEXT, is_aside
from dialogue.flows.feedback.wishes import is_wish, names_change, tells_consent, wants_answer
from dialogue.tickets import UNKNOWN_SERVICE, service_of_unit
from dialogue.turn import Events, turn_of
from intents.remarks import find_remark, has_remark
from intents.understood import Understood

Slots = dict[str, Any]

# What each kind needs; feedback_consent only where somebody writes about another person.
ASKED: dict[str, tuple[str, ...]] = {
    "praise": ("feedback_service",),
    "suggestion": ("feedback_service", "feedback_contact"),
    "complaint": ("feedback_service", "feedback_consent", "feedback_contact"),
    "deviation": ("feedback_service", "feedback_consent", "feedback_contact"),
    "appeal": ("feedback_service", "feedback_consent"),
    "access": (),
}
CHANGEABLE = ("feedback_text", "feedback_service", "feedback_contact")
NOT_RECOGNISED = "?"
NOTHING = "nothing"
NOTHING_TO_CHANGE = frozenset({"ingenting", "ikke noe", "ikkje noko", "ingen ting", "ingen av dei"})
ASKS_BEFORE_UNKNOWN = 2
FEW_WORDS = 4
ABOUT_ANOTHER = ("relative", "guardian")


class ValidateFeedbackForm(FormValidationAction):
    """Fill the slots from what was understood; a button says its slot outright."""

    def name(self) -> str:
        return "validate_feedback_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        kind = tracker.get_slot("feedback_kind") or "complaint"
        asked = ASKED.get(kind, ASKED["complaint"])
        if "feedback_consent" in asked and (
            tracker.get_slot("feedback_who") not in ABOUT_ANOTHER or _cannot_be_asked(tracker)
        ):
            asked = tuple(slot for slot in asked if slot != "feedback_consent")
        change = ("feedback_change",) if tracker.get_slot("feedback_changing") else ()
        apart = (APART,) if is_told(tracker) else ()
        return ["feedback_text", *apart, *asked, *change, "feedback_confirmed"]

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """rasa_sdk's, without asking the domain again for each slot."""
        found: Slots = {}
        known = self.domain_slots(domain)
        for slot in await self.required_slots(known, dispatcher, tracker, domain):
            extract = getattr(self, f"extract_{slot}", None)
            if extract is not None:
                said = extract(dispatcher, tracker, domain)
                found.update(said)
                tracker.slots.update(said)  # later ones see what is filled
        return [SlotSet(slot, value) for slot, value in found.items()]

    def extract_feedback_text(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        understood = turn_of(tracker).understood
        if _answers_another_question(tracker):
            return {}
        if tracker.get_slot("requested_slot") == "feedback_text":
            return {} if understood.intent in NO_TEXT else {"feedback_text": understood.text}
        if tells_another(understood, tracker):  # the first one's text stays what it is
            return {"feedback_text": _first_text(tracker)}
        if _adds_to_text(understood, tracker):
            so_far = tracker.get_slot("feedback_text")
            return {"feedback_text": f"{so_far}\n{understood.text}"}
        return {}

    def extract_feedback_apart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        said = _button(tracker, APART)
        if said is None and tracker.get_slot("requested_slot") == APART:
            said = said_of_it(turn_of(tracker).understood.text)
        return {} if said is None else {APART: said}

    def extract_feedback_service(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        said = _button(tracker, "feedback_service")
        if said:
            return {"feedback_service": said}
        if _answers_another_question(tracker):
            return {}
        turn = turn_of(tracker)
        understood = turn.understood
        named = understood.service or service_of_unit(turn, understood.unit)
        requested = tracker.get_slot("requested_slot") == "feedback_service"
        if named and (understood.intent == "correct" or (requested and _answers(understood))):
            return {"feedback_service": named}
        if not requested or understood.intent == "question" or is_aside(understood):
            return {}
        return {"feedback_service": NOT_RECOGNISED}

    def extract_feedback_consent(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        answer = tells_consent(turn_of(tracker).understood.text) or _yes_or_no(
            tracker, "feedback_consent", yes="stated", no="none"
        )
        return {} if answer is None else {"feedback_consent": answer}

    def extract_feedback_contact(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        answer = wants_answer(turn_of(tracker).understood.text) or _yes_or_no(
            tracker, "feedback_contact", yes="yes", no="no"
        )
        return {} if answer is None else {"feedback_contact": answer}

    def extract_feedback_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        asked = tracker.get_slot("requested_slot") == "feedback_confirmed"
        if asked and names_change(turn_of(tracker).understood.text):
            return {"feedback_confirmed": "change"}
        answer = _yes_or_no(tracker, "feedback_confirmed", yes="yes", no="change")
        return {} if answer is None else {"feedback_confirmed": answer}

    def extract_feedback_change(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        said = _button(tracker, "feedback_change")
        if said:
            return {"feedback_change": said}
        if _answers_another_question(tracker):
            return {}
        named = turn_of(tracker).understood.service
        if tracker.get_slot("requested_slot") == "feedback_change" and (
            turn_of(tracker).understood.intent == "deny"
            or turn_of(tracker).understood.text.lower().strip(" .!") in NOTHING_TO_CHANGE
            or find_remark(turn_of(tracker).understood.text) == "send"
        ):
            return {"feedback_change": NOTHING}
        if tracker.get_slot("requested_slot") == "feedback_change" and named:
            return {"feedback_change": "feedback_service", "feedback_service": named}
        return {}

    def validate_feedback_text(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        understood = turn_of(tracker).understood
        another = tells_another(understood, tracker) and understood.text != value
        return {"feedback_text": value, **(noted(understood, tracker) if another else {})}

    def validate_feedback_apart(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        if value == "apart":
            dispatcher.utter_message(response="utter_kept_for_later")
        return decided(value, tracker)

    def validate_feedback_service(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        known = turn_of(tracker).edition.municipality.services
        if value is None or value in known or value == UNKNOWN_SERVICE:
            return {"feedback_service": value, "feedback_service_attempts": None}
        attempts = (tracker.get_slot("feedback_service_attempts") or 0) + 1
        given_up = (
            turn_of(tracker).understood.intent == "dont_know" or attempts >= ASKS_BEFORE_UNKNOWN
        )
        return {
            "feedback_service": UNKNOWN_SERVICE if given_up else None,
            "feedback_service_attempts": attempts,
        }

    def validate_feedback_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        return {"feedback_consent": value if value in ("stated", "none") else None}

    def validate_feedback_contact(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        return {"feedback_contact": value if value in ("yes", "no") else None}

    def validate_feedback_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        if value == "change":
            named = names_change(turn_of(tracker).understood.text)
            changed: Slots = {"feedback_changing": True} if named is None else {named: None}
            return {"feedback_confirmed": None, **changed}
        return {"feedback_confirmed": value if value in ("yes", "no") else None}

    def validate_feedback_change(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        if value == NOTHING:
            return {"feedback_change": None, "feedback_changing": None}
        if value not in CHANGEABLE:
            return {"feedback_change": None}
        done: Slots = {"feedback_change": None, "feedback_changing": None}
        corrected = value == "feedback_service" and _button(tracker, "feedback_change") is None
        return done if corrected else {**done, str(value): None}


def _cannot_be_asked(tracker: Tracker) -> bool:
    """Whether a parent writes of their own child at school, in kindergarten or very young,
    somebody of one who is dead, or of themselves: none is asked whether that is in order."""
    text = str(tracker.get_slot("feedback_text") or "")
    if any(has_remark(text, name) for name in ("small_child", "grief", "own_matter")):
        return True
    services = turn_of(tracker).edition.municipality.services
    service = services.get(str(tracker.get_slot("feedback_service")))
    return service is not None and service.environment and has_remark(text, "own_child")


def _button(tracker: Tracker, slot: str) -> str | None:
    said = next(tracker.get_latest_entity_values(slot), None)
    return None if said is None else str(said)


def _answers_another_question(tracker: Tracker) -> bool:
    """Whether the message belongs to a rating, a menu or a case, and not to the form."""
    return (tracker.latest_message.get("intent") or {}).get("name") in ANSWERS_ELSEWHERE


def _yes_or_no(tracker: Tracker, slot: str, *, yes: str, no: str) -> str | None:
    """What a button or a typed yes/no says about `slot`, if it is asked for now."""
    said = _button(tracker, slot)
    if said is not None:
        return said
    if tracker.get_slot("requested_slot") != slot or _answers_another_question(tracker):
        return None
    understood = turn_of(tracker).understood
    if understood.intent == "dont_know" and not _is_short(understood):
        return None  # «eg vil ikkje at mamma skal vite det»
    return {"affirm": yes, "deny": no, "dont_know": no}.get(understood.intent)


def _adds_to_text(understood: Understood, tracker: Tracker) -> bool:
    """Whether the message says more about the same matter."""
    if _first_text(tracker) == understood.text:
        return False  # the message that opened the form
    names_service = understood.service is not None or understood.unit is not None
    if is_wish(understood.text):
        return False
    if understood.intent == "correct":
        return not names_service
    asked = tracker.get_slot("requested_slot") == "feedback_service"
    return understood.intent == "feedback" and not (
        asked and names_service and _is_short(understood)
    )


def _first_text(tracker: Tracker) -> str | None:
    text = tracker.get_slot("feedback_text")
    return None if text is None else str(text)


def _is_short(understood: Understood) -> bool:
    return len(understood.text.split()) <= FEW_WORDS


def _answers(understood: Understood) -> bool:
    """Whether a message that names a service only names it."""
    return understood.intent != "question" or _is_short(understood)
