"""Telling a person about their own tickets, and only those."""

from __future__ import annotations

import json
import re
from datetime import date, datetime

import msgspec
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import Tracker

from dialogue.conversation import OwnTicket
from dialogue.effects import AddToTicket, EscalateTicket
from dialogue.objections import is_objection, rules_of
from dialogue.routing.facts import read_facts
from dialogue.routing.route import route
from dialogue.satisfaction import may_ask
from dialogue.tickets import cancel_escalation, spoken_due, unit_name
from dialogue.turn import Events, FlowAction, Speaker, TurnContext

TOLD_AT_ONCE = 2  # cases; of more one is chosen
MOST_OFFERED = 5
TELLING_WORDS = 5
STATUSES = {
    "open": "utter_ticket_status_open",
    "answered": "utter_ticket_status_answered",
    "closed": "utter_ticket_status_closed",
    "withdrawn": "utter_ticket_status_withdrawn",
}
ASKING = re.compile(
    r"\?|\b(?:status|når|kor tid|korleis|hvordan|åssen|kossen|kvar|hvor|kven|hvem|skjer)\b",
    re.IGNORECASE,
)


class ActionTellTicketReply(FlowAction):
    """The unit's answer reaches the person in their own channel."""

    def name(self) -> str:
        return "action_tell_ticket_reply"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = own_ticket(turn, str(turn.data["ticket"]))
        if ticket is None or not ticket.wants_contact:
            return []
        _tell(turn, say, "utter_ticket_reply", ticket)
        say.own_ticket(msgspec.structs.replace(ticket, status="answered", answered_at=turn.at))
        return []


class ActionTellTicketClosed(FlowAction):
    """What was done, and a rating question unless the person opted out or was asked lately.

    Lately: within the quarantine that meetings have too (`satisfaction.QUARANTINE`).
    """

    def name(self) -> str:
        return "action_tell_ticket_closed"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = own_ticket(turn, str(turn.data["ticket"]))
        if ticket is None:
            return []
        cancel_escalation(say, ticket.id)
        say.own_ticket(msgspec.structs.replace(ticket, status="closed"))
        if not ticket.wants_contact:
            return []
        _tell(turn, say, "utter_ticket_closed", ticket)
        if may_rate(turn, ticket):
            say.response("utter_ask_ticket_rating")
            say.ask_rating({"ticket": ticket.id, "unit": ticket.unit})
        return []


def _tell(turn: TurnContext, say: Speaker, response: str, ticket: OwnTicket) -> None:
    say.purpose("ticket")
    say.response(
        response,
        ticket_unit=unit_name(turn, str(turn.data.get("unit") or ticket.unit)),
        ticket_id=ticket.id,
        ticket_text=str(turn.data["text"]),
    )


def may_rate(turn: TurnContext, ticket: OwnTicket) -> bool:
    """Whether the quarantine and the table «rating» let the person be asked about a closed one."""
    if not may_ask(turn.conversation, turn.at) or is_objection(ticket):
        return False
    facts = read_facts({"kind": ticket.kind, **ticket.facts})
    return route(rules_of(turn.edition, ticket), facts).rating == "ask"


def own_ticket(turn: TurnContext, ticket_id: str) -> OwnTicket | None:
    """The ticket of that id, if it was opened in this conversation."""
    wanted = ticket_id.upper()
    return next((t for t in turn.conversation.tickets if t.id.upper() == wanted), None)


class ActionTellTicketMoved(FlowAction):
    """Another unit has the ticket now: the person is told, and the deadline stays."""

    def name(self) -> str:
        return "action_tell_ticket_moved"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = own_ticket(turn, str(turn.data["ticket"]))
        if ticket is None:
            return []
        due = turn.data.get("due_at")
        moved = msgspec.structs.replace(
            ticket,
            unit=str(turn.data["unit"]),
            due_at=datetime.fromisoformat(due) if due else None,
        )
        say.own_ticket(moved)
        if ticket.wants_contact and ticket.is_open:
            say.purpose("ticket")
            say.response(
                "utter_ticket_moved",
                ticket_id=ticket.id,
                ticket_unit=unit_name(turn, moved.unit),
                ticket_due=spoken_due(turn, moved.due_at),
            )
        return []


class ActionEscalateTicket(FlowAction):
    """No answer has come: the one whom the escalation table names is told.

    A preliminary answer is asked for only where nothing has been answered at all.
    """

    def name(self) -> str:
        return "action_escalate_ticket"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = own_ticket(turn, str(turn.data["ticket"]))
        asks = str(turn.data.get("asks", "answer"))
        waiting = ("open",) if asks == "interim" else ("open", "answered")
        if ticket is None or ticket.status not in waiting:
            return []
        by = turn.data.get("by")
        last = None if by is None else date.fromisoformat(str(by))
        if asks == "answer" and ticket.due_at is not None and turn.at < ticket.due_at:
            asks, last = "soon", ticket.due_at.astimezone(turn.edition.timezone).date()
        say.effect(EscalateTicket(ticket=ticket.id, to=str(turn.data["to"]), asks=asks, by=last))
        return []


def _tells(text: str) -> bool:
    """Whether a message that names a case tells something of it, and does not ask."""
    return len(text.split()) >= TELLING_WORDS and not ASKING.search(text)


class ActionTellTicketStatus(FlowAction):
    """Where a ticket is and when an answer is due; more words about it are added to it."""

    def name(self) -> str:
        return "action_tell_ticket_status"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        chosen = next(tracker.get_latest_entity_values("ticket"), None)
        named = chosen or next(
            (e.value for e in turn.understood.entities if e.entity == "ticket"), None
        )
        if named is None:
            return self._tell_all(turn, say)
        ticket = own_ticket(turn, str(named))
        if ticket is None:
            say.response("utter_no_ticket")
            return []
        said_more = turn.understood.kind is not None and turn.understood.intent == "feedback"
        if said_more or _tells(turn.understood.text):
            say.effect(AddToTicket(ticket=ticket.id, text=turn.understood.text))
            say.response("utter_added_to_ticket", ticket_id=ticket.id)
            return []
        self._tell_one(turn, say, ticket)
        return []

    def _tell_all(self, turn: TurnContext, say: Speaker) -> Events:
        tickets = turn.conversation.tickets
        waiting = [t for t in tickets if t.is_open] or list(tickets[-1:])
        if not waiting:
            say.response("utter_no_tickets")
        if len(waiting) > TOLD_AT_ONCE:
            self._ask_which(turn, say, waiting[-MOST_OFFERED:])
            return []
        for ticket in waiting:
            self._tell_one(turn, say, ticket)
        return []

    def _ask_which(self, turn: TurnContext, say: Speaker, tickets: list[OwnTicket]) -> None:
        buttons = [
            {
                "title": f"{ticket.id} {unit_name(turn, ticket.unit)}",
                "payload": "/ticket_status" + json.dumps({"ticket": ticket.id}),
            }
            for ticket in reversed(tickets)
        ]
        say.offer("utter_which_case", buttons)

    def _tell_one(self, turn: TurnContext, say: Speaker, ticket: OwnTicket) -> None:
        say.response(
            STATUSES[ticket.status],
            ticket_id=ticket.id,
            ticket_unit=unit_name(turn, ticket.unit),
            ticket_due=spoken_due(turn, ticket.due_at) if ticket.wants_contact else "",
        )


class ActionOfferToAdd(FlowAction):
    """Words about a case that was sent: asked about, never added unasked."""

    def name(self) -> str:
        return "action_offer_to_add"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = turn.conversation.open_case
        if ticket is None:
            say.response("utter_no_tickets")
            return []
        say.response(
            "utter_offer_to_add", ticket_id=ticket.id, ticket_unit=unit_name(turn, ticket.unit)
        )
        return [SlotSet("pending_addition", {"ticket": ticket.id, "text": turn.understood.text})]


class ActionAddToCase(FlowAction):
    """It was about the case: the unit gets the words."""

    def name(self) -> str:
        return "action_add_to_case"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        pending = tracker.get_slot("pending_addition")
        if not pending:
            say.response("utter_nothing_open")
            return []
        say.effect(AddToTicket(ticket=str(pending["ticket"]), text=str(pending["text"])))
        say.response("utter_added_to_ticket", ticket_id=str(pending["ticket"]))
        return [SlotSet("pending_addition", None)]
