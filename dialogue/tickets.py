"""Opening a ticket: from what is known of the case, by the rules, to what the person is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import msgspec

from dialogue.conversation import OwnTicket
from dialogue.effects import CancelTimer, OpenTicket, SetTimer
from dialogue.objections import ask_judge, compact
from dialogue.partiality import names_partiality
from dialogue.routing.deadlines import due_at, escalate_at, interim_at
from dialogue.routing.facts import Facts, Kind
from dialogue.routing.route import Outcome
from dialogue.turn import Speaker, TurnContext
from dialogue.wording import spoken_date

UNKNOWN_SERVICE = "unknown"
MOST_ESCALATION_STEPS = 4
NO_ANSWER = {"nb": "Du får ikke svar, som du ønsket.", "nn": "Du får ikkje svar, som du ønskte."}
ACKNOWLEDGEMENTS = {
    "receipt": "utter_ticket_receipt",
    "receipt_next_opening": "utter_ticket_receipt_next_opening",
    "receipt_anonymous": "utter_ticket_receipt_anonymous",
    "no_echo": "utter_ticket_no_echo",
    "appeal_address": "utter_ticket_appeal_address",
    "call_child_protection": "utter_ticket_call_child_protection",
    "emergency": "utter_ticket_emergency",
}


def facts_of(
    turn: TurnContext,
    *,
    kind: Kind,
    service: str | None,
    wants_contact: bool = True,
    text: str | None = None,
    **more: Any,
) -> Facts:
    """The facts of this case, as the rules see it.

    `more` are facts that a form has asked for and that so stand above what one message
    showed (`who`, `about`, `consent`, `sensitive`, `encounter`). `text` is what the person has
    written about it, where that is more than this message.
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
        objection=_objects(understood.text if text is None else text, str(known["about"])),
        **known,
    )


def _objects(text: str, about: str) -> bool:
    """Whether the one who would handle the case is held to be partial.

    A case about a leader never comes to her: the one above is not who is meant.
    """
    return about not in ("leader", "director") and names_partiality(text)


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
        turn, kind=cast(Kind, kind), service=service, wants_contact=wants_contact, text=text, **more
    )
    facts, outcome = turn.edition.route(facts, turn.at)
    ticket = OpenTicket(
        id=f"S{turn.number}",
        unit=outcome.unit,
        kind=kind,
        service=facts.service,
        text=text,
        standard=turn.standard,
        due_at=due_at(outcome, turn.at, turn.edition.working_days),
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
    _plan_escalation(turn, say, outcome, ticket.id)
    doubted = outcome.judge is not None
    if doubted:
        judged = ask_judge(turn.edition, ticket, facts, outcome, turn.at)
        say.effect(judged.ticket)
        if judged.timer is not None:
            say.effect(judged.timer)
    own = OwnTicket(
        id=ticket.id,
        unit=ticket.unit,
        kind=kind,
        opened_at=turn.at,
        due_at=ticket.due_at,
        wants_contact=wants_contact,
        facts=compact(facts),
        rules_version=outcome.rules[0].version,
    )
    say.own_ticket(own)
    if tell:
        _acknowledge(turn, say, outcome, own)
        if doubted and facts.objection:
            judge = str(outcome.judge).partition(".")[0]
            say.response("utter_objection_noted", objection_judge=unit_name(turn, judge))
    return own


def _plan_escalation(turn: TurnContext, say: Speaker, outcome: Outcome, ticket: str) -> None:
    """One timer for each step by which the rules let somebody know that an answer is late."""
    for number, step in enumerate(outcome.escalation_steps[:MOST_ESCALATION_STEPS]):
        days = turn.edition.working_days
        due = escalate_at(step, outcome, turn.at, days)
        by = interim_at(outcome, turn.at, days) if step.asks == "interim" else None
        if due is not None:
            say.effect(
                SetTimer(
                    key=f"escalate:{ticket}:{number}",
                    name="ticket_overdue",
                    due_at=due,
                    data={"ticket": ticket, "to": step.to, "asks": step.asks, **_last_day(by)},
                )
            )


def _last_day(by: datetime | None) -> dict[str, str]:
    return {} if by is None else {"by": by.date().isoformat()}


def cancel_escalation(say: Speaker, ticket: str) -> None:
    """The ticket is closed or withdrawn: nobody is told that it is late."""
    for number in range(MOST_ESCALATION_STEPS):
        say.effect(CancelTimer(key=f"escalate:{ticket}:{number}"))


def _acknowledge(turn: TurnContext, say: Speaker, outcome: Outcome, ticket: OwnTicket) -> None:
    """Say what the acknowledgement table has chosen; praise only says thanks."""
    praise = ticket.kind == "praise"
    no_answer = "" if praise else NO_ANSWER[turn.standard]
    opening = turn.edition.working_days.next_opening(turn.at).date()
    say.response(
        "utter_ticket_praise" if praise else _acknowledgement(outcome),
        ticket_id=ticket.id,
        ticket_unit=unit_name(turn, ticket.unit),
        ticket_due=spoken_due(turn, ticket.due_at) if ticket.wants_contact else no_answer,
        ticket_opening=spoken_date(opening, turn.standard),
        ticket_link=turn.edition.site_link("klage-pa-vedtak"),
    )


def _acknowledgement(outcome: Outcome) -> str:
    """The response for what the table says; a word of the municipality's own has its own."""
    chosen = outcome.acknowledgement
    return ACKNOWLEDGEMENTS.get(chosen, f"utter_ticket_{chosen}")


def unit_name(turn: TurnContext, unit: str) -> str:
    """The unit's name in the person's standard."""
    return turn.edition.municipality.units[unit].name[turn.standard]


def service_of_unit(turn: TurnContext, unit: str | None) -> str | None:
    """Any service that the unit owns: where only the unit is named, its owner is what counts."""
    if unit is None:
        return None
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
