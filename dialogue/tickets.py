"""Opening a ticket: from what is known of the case, by the rules, to what the person is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import msgspec

from dialogue.conversation import OwnTicket
from dialogue.effects import OpenTicket, SetTimer
from dialogue.routing.deadlines import due_at
from dialogue.routing.facts import Facts, Kind
from dialogue.routing.route import Outcome, route
from dialogue.turn import Speaker, TurnContext
from dialogue.wording import spoken_date

UNKNOWN_SERVICE = "unknown"


def facts_of(
    turn: TurnContext, *, kind: Kind, service: str | None, wants_contact: bool = True, **more: Any
) -> Facts:
    """The facts of this case, as the rules see it.

    `more` are facts that a form has asked for and that so stand above what one message
    showed (`who`, `about`, `consent`, `sensitive`, `encounter`).
    """
    understood = turn.understood
    known = {
        "who": understood.role or "resident",
        "about": understood.about or "service",
        "sensitive": understood.sensitive,
    } | {name: value for name, value in more.items() if value is not None}
    return Facts(
        kind=kind,
        service=None if service == UNKNOWN_SERVICE else service,
        anonymous=not wants_contact,
        channel=turn.conversation.channel,
        standard=turn.standard,
        office_hours=turn.edition.working_days.is_open(turn.at),
        **known,
    )


def file_ticket(
    turn: TurnContext,
    say: Speaker,
    *,
    kind: str,
    text: str,
    service: str | None,
    wants_contact: bool = True,
    tell: bool = True,
    **more: Any,
) -> OwnTicket:
    """Open a ticket where the rules send it, and tell the person unit, reference and date."""
    facts = facts_of(
        turn, kind=cast(Kind, kind), service=service, wants_contact=wants_contact, **more
    )
    outcome = route(turn.edition.rules, facts)
    deadline = due_at(outcome, turn.at, turn.edition.working_days)
    ticket = OpenTicket(
        id=f"S{turn.number}",
        unit=outcome.handler,
        kind=kind,
        service=facts.service,
        text=text,
        standard=turn.standard,
        due_at=deadline,
        visibility=outcome.visibility,
        acknowledgement=outcome.acknowledgement,
        escalation=outcome.escalation,
        recused=outcome.recused,
        rules=outcome.rules,
        facts=msgspec.to_builtins(facts),
        wants_contact=wants_contact,
        anonymous=not wants_contact,
    )
    say.effect(ticket)
    if deadline is not None:
        say.effect(
            SetTimer(
                key=f"overdue:{ticket.id}",
                name="ticket_overdue",
                due_at=deadline,
                data={"ticket": ticket.id, "level": 1},
            )
        )
    own = OwnTicket(
        id=ticket.id,
        unit=ticket.unit,
        kind=kind,
        opened_at=turn.at,
        due_at=deadline,
        wants_contact=wants_contact,
    )
    say.own_ticket(own)
    if tell:
        _acknowledge(turn, say, outcome, own)
    return own


def _acknowledge(turn: TurnContext, say: Speaker, outcome: Outcome, ticket: OwnTicket) -> None:
    name = f"utter_ticket_{outcome.acknowledgement}"
    if name not in turn.edition.bot.responses:
        name = "utter_ticket_receipt"
    if not ticket.wants_contact:
        name = "utter_ticket_receipt_anonymous"
    elif ticket.kind == "praise":
        name = "utter_ticket_receipt_praise"
    say.response(
        name,
        ticket_id=ticket.id,
        ticket_unit=unit_name(turn, ticket.unit),
        ticket_due=spoken_due(turn, ticket.due_at),
    )


def unit_name(turn: TurnContext, unit: str) -> str:
    """The unit's name in the person's standard."""
    return turn.edition.municipality.units[unit].name[turn.standard]


def service_of_unit(turn: TurnContext, unit: str | None) -> str | None:
    """Any service that the unit owns: where only the unit is named, its owner is what counts."""
    services = turn.edition.municipality.services.values()
    return next((service.id for service in services if service.unit == unit), None)


def spoken_due(turn: TurnContext, due: datetime | None) -> str:
    """When an answer may be expected, as a sentence; empty where none is due."""
    if due is None:
        return ""
    date = spoken_date(due.astimezone(turn.edition.timezone).date(), turn.standard)
    return {"nb": f"Du får svar senest {date}.", "nn": f"Du får svar seinast {date}."}[
        turn.standard
    ]
