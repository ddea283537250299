"""Asking for a rating, once and within the cap; keeping it; offering contact after a low one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import Tracker

from dialogue.conversation import LastRating
from dialogue.effects import (
    AddToTicket,
    CancelTimer,
    CommentRating,
    DeclineRating,
    RecordRating,
    SetTimer,
)
from dialogue.satisfaction import (
    LOW_RATING,
    OPEN_FOR,
    REMIND_AFTER,
    may_ask,
    next_asking_time,
)
from dialogue.tickets import file_ticket, service_of_unit, unit_name
from dialogue.turn import Events, FlowAction, Speaker, TurnContext
from dialogue.wording import spoken_day, within_sentence

TELLING_WORDS = 4  # of a «yes» that tells why, too


class ActionAskRating(FlowAction):
    """Ask, unless the person opted out or was asked lately; never in quiet hours."""

    def name(self) -> str:
        return "action_ask_rating"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        encounter = str(turn.data["encounter"])
        service = turn.data.get("service")
        allowed = turn.edition.plan_rating(
            turn.at, service, turn.conversation.channel, turn.standard
        )
        if allowed is None or not may_ask(turn.conversation, turn.at):
            say.effect(DeclineRating(encounter=encounter, reason="not_asked"))
            return []
        ask_at = next_asking_time(turn.at, turn.edition.working_days, turn.edition.timezone)
        if ask_at > turn.at:
            say.effect(
                SetTimer(
                    key=f"rating:{encounter}",
                    name="rating_request",
                    due_at=ask_at,
                    data=dict(turn.data),
                )
            )
            return []
        say.purpose("rating_request")
        say.response("utter_ask_rating", **_about(turn))
        say.ask_rating(dict(turn.data))
        for name, after in (("rating_reminder", REMIND_AFTER), ("rating_expired", OPEN_FOR)):
            due_at = next_asking_time(
                turn.at + after, turn.edition.working_days, turn.edition.timezone
            )
            say.effect(
                SetTimer(key=f"{name}:{encounter}", name=name, due_at=due_at, data=dict(turn.data))
            )
        return []


def _about(turn: TurnContext) -> dict[str, str]:
    """Which service and day the rating is about, in the person's standard."""
    service = turn.edition.municipality.services.get(str(turn.data.get("service")))
    unit = unit_name(turn, str(turn.data["unit"]))
    name = within_sentence(service.name[turn.standard]) if service else unit
    met_at = datetime.fromisoformat(str(turn.data["met_at"])).astimezone(turn.edition.timezone)
    today = turn.at.astimezone(turn.edition.timezone).date()
    return {"rated_service": name, "rated_day": spoken_day(met_at.date(), today, turn.standard)}


class ActionRemindRating(FlowAction):
    """The one reminder, if the question still waits."""

    def name(self) -> str:
        return "action_remind_rating"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        if turn.conversation.opted_out or not _waits(turn):
            return []
        say.purpose("reminder")
        say.response("utter_remind_rating", **_about(turn))
        say.rating_reminded(str(turn.data["encounter"]))
        return []


class ActionExpireRating(FlowAction):
    """The question is over; a late answer is still taken as feedback."""

    def name(self) -> str:
        return "action_expire_rating"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        say.close_rating({"encounter": turn.data["encounter"]})
        return []


def _waits(turn: TurnContext) -> bool:
    return any(
        prompt.kind == "rating" and prompt.data.get("encounter") == turn.data.get("encounter")
        for prompt in turn.conversation.prompts
    )


class ActionRecordRating(FlowAction):
    """Keep the rating; a low one offers contact."""

    def name(self) -> str:
        return "action_record_rating"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        rating = turn.understood.rating
        if not turn.data:
            say.response("utter_no_rating_open")
            return []
        if rating is None:
            say.response("utter_ask_rating_again")
            return []
        unit, encounter, ticket = _subject(turn.data)
        say.effect(
            RecordRating(
                value=rating.value,
                comment=rating.comment,
                unit=unit,
                service=turn.data.get("service"),
                encounter=encounter,
                ticket=ticket,
            )
        )
        say.rated(
            LastRating(number=turn.number, at=turn.at, unit=unit, service=turn.data.get("service"))
        )
        _close(turn, say)
        if rating.value > LOW_RATING:
            say.response("utter_rating_thanks")
            return []
        say.response("utter_offer_contact")
        low = {**turn.data, "value": rating.value, "comment": rating.comment}
        return [SlotSet("low_rating", low)]


def _subject(data: dict[str, Any]) -> tuple[str, str | None, str | None]:
    return str(data["unit"]), data.get("encounter"), data.get("ticket")


def _close(turn: TurnContext, say: Speaker) -> None:
    say.close_rating({k: turn.data[k] for k in ("encounter", "ticket") if turn.data.get(k)})
    if encounter := turn.data.get("encounter"):
        say.effect(CancelTimer(key=f"rating_reminder:{encounter}"))
        say.effect(CancelTimer(key=f"rating_expired:{encounter}"))


class ActionCommentRating(FlowAction):
    """«dei kom for seint», after a bare number: the reason, whether it was asked for or not."""

    def name(self) -> str:
        return "action_comment_rating"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        rated = turn.conversation.rating
        if rated is None:
            say.response("utter_no_rating_open")
            return []
        comment = turn.understood.text
        say.effect(CommentRating(message=rated.number, comment=comment))
        if rated.ticket is not None:
            say.effect(AddToTicket(ticket=rated.ticket, text=comment))
            say.response("utter_added_to_ticket", ticket_id=rated.ticket)
            return []
        low = tracker.get_slot("low_rating")
        alone = tracker.latest_message["intent"]["name"] == "rating_reason_alone"
        if not low or alone:
            say.response("utter_rating_reason_kept")
            return [] if not low else [SlotSet("low_rating", None)]
        say.response("utter_rating_reason_and_contact")
        return [SlotSet("low_rating", {**low, "comment": _joined(low, comment)})]


def _joined(low: dict[str, Any], more: str) -> str:
    return " ".join(filter(None, (low.get("comment"), more)))


class ActionDeclineRating(FlowAction):
    """«nei takk» and «veit ikkje» are answers too, and the last that is heard of it."""

    def name(self) -> str:
        return "action_decline_rating"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        if not turn.data:
            say.response("utter_nothing_open")
            return []
        _unit, encounter, ticket = _subject(turn.data)
        unknown = tracker.latest_message["intent"]["name"] == "rating_unknown"
        reason = "unknown" if unknown else "declined"
        say.effect(DeclineRating(encounter=encounter, ticket=ticket, reason=reason))
        _close(turn, say)
        say.response("utter_rating_declined")
        return []


class ActionOpenContactTicket(FlowAction):
    """Contact is wanted after a low rating: the unit gets a ticket."""

    def name(self) -> str:
        return "action_open_contact_ticket"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        low = tracker.get_slot("low_rating")
        if not low:
            say.response("utter_nothing_open")
            return []
        told = len(turn.understood.text.split()) >= TELLING_WORDS  # «ja, dei kom for seint att»
        comment = _joined(low, turn.understood.text if told else "")
        text = {
            "nb": "Ønsker kontakt etter vurderingen {value}. {comment}",
            "nn": "Ønskjer kontakt etter vurderinga {value}. {comment}",
        }[turn.standard].format(value=low["value"], comment=comment)
        service = low.get("service") or service_of_unit(turn, str(low["unit"]))
        case = file_ticket(
            turn, say, kind="complaint", text=text.strip(), service=service,
            encounter=bool(low.get("encounter")), low_rating=True,
        )  # fmt: skip
        if turn.conversation.rating is not None:
            say.rated(msgspec.structs.replace(turn.conversation.rating, ticket=case.id))
        return [SlotSet("low_rating", None)]
