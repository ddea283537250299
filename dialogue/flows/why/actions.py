"""Why a ticket went where it went, told to the person whose it is; objections."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from dialogue.conversation import OwnTicket
from dialogue.effects import AddToTicket
from dialogue.objections import is_objection, object_to, rules_of
from dialogue.routing.explain import PERSON_TABLES, Explanation, explain
from dialogue.routing.facts import read_facts
from dialogue.tickets import spoken_due, unit_name
from dialogue.turn import Events, FlowAction, Speaker, TurnContext

FITS_TOGETHER = 200  # characters, with what stands around them, in two segments of an SMS


class ActionTellWhy(FlowAction):
    """The rules behind the latest ticket, or the one that is named, without what is hidden."""

    def name(self) -> str:
        return "action_tell_why"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = meant_ticket(turn)
        if ticket is None:
            say.response("utter_why_none")
            return []
        told = {"ticket_id": ticket.id, "ticket_unit": unit_name(turn, ticket.unit)}
        if not ticket.rules_version:
            known = "utter_why_objection" if is_objection(ticket) else "utter_why_unknown"
            say.response(known, **told)
            return []
        facts = read_facts({"kind": ticket.kind, **ticket.facts})
        rules = rules_of(turn.edition, ticket)
        explained = explain(rules, facts, None, turn.standard, PERSON_TABLES)
        unit = explained.decisions[0]
        rule, more = f"{unit.row} {unit.title} ({unit.basis})", " ".join(_more(explained))
        apart = len(rule) + len(unit.counted) + len(more) > FITS_TOGETHER
        say.response(
            "utter_why",
            **told,
            why_rule=rule,
            why_counted=unit.counted,
            why_more="" if apart else f" {more}",
        )
        if apart:
            say.text(more)
        return []


def _more(explained: Explanation) -> list[str]:
    """Whether it was moved, its deadline, what may be answered: outcomes, never what counted.

    What counted there could show what the content was held to be, or somebody's ties.
    """
    by_table = {each.table: each for each in explained.decisions}
    moved = [line for line in explained.summary[1:] if line.startswith(("Saka vart", "Saken ble"))]
    handling, reply = by_table["handling"], by_table["reply"]
    return [
        *moved,
        f"{handling.question}: {handling.outcome} ({handling.row}).",
        f"{reply.question}: {reply.outcome} ({reply.row}).",
    ]


class ActionSendObjection(FlowAction):
    """«eg meiner ho er inhabil»: the superior decides, and the ticket tells that it was said."""

    def name(self) -> str:
        return "action_send_objection"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        about = meant_ticket(turn, objections=False)
        if about is None:
            say.response("utter_why_none")
            return []
        objection = object_to(
            turn.edition,
            about,
            text=turn.understood.text,
            standard=turn.standard,
            number=turn.number,
            at=turn.at,
        )
        opened = objection.ticket
        say.effect(opened)
        if objection.timer is not None:
            say.effect(objection.timer)
        say.effect(AddToTicket(ticket=about.id, text=f"{opened.id}: {turn.understood.text}"))
        say.own_ticket(
            OwnTicket(
                id=opened.id,
                unit=opened.unit,
                kind=opened.kind,
                opened_at=turn.at,
                due_at=opened.due_at,
                facts={**about.facts, "objection": True},
            )
        )
        say.response(
            "utter_objection_sent",
            objection_ticket=about.id,
            objection_judge=unit_name(turn, opened.unit),
            ticket_id=opened.id,
            ticket_due=spoken_due(turn, opened.due_at),
        )
        return []


def meant_ticket(turn: TurnContext, *, objections: bool = True) -> OwnTicket | None:
    """The ticket of one's own that is named, else the latest."""
    named = {str(e.value).upper() for e in turn.understood.entities if e.entity == "ticket"}
    own = [each for each in turn.conversation.tickets if objections or not is_objection(each)]
    if named:
        return next((ticket for ticket in own if ticket.id.upper() in named), None)
    return own[-1] if own else None
