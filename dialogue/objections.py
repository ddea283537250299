"""An objection to somebody's impartiality: the superior gets it as a case of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from dialogue.conversation import OwnTicket
from dialogue.edition import Edition
from dialogue.effects import OpenTicket, SetTimer
from dialogue.routing.deadlines import due_at
from dialogue.routing.facts import Facts, read_facts
from dialogue.routing.recusal import receiver
from dialogue.routing.route import Outcome
from dialogue.routing.ruleset import RuleSet

DECIDED_WITHIN = 2  # working days, where the rules name no other time for a doubt


class Objection(msgspec.Struct, frozen=True):
    """The case that goes to the superior, and who is told when it is not decided in time."""

    ticket: OpenTicket
    timer: SetTimer | None


def is_objection(ticket: OwnTicket) -> bool:
    """Whether the ticket itself is an objection to partiality: no table decided its unit."""
    return bool(ticket.facts.get("objection")) and not ticket.rules_version


def rules_of(edition: Edition, ticket: OwnTicket) -> RuleSet:
    """The version that decided a ticket, as it was that day; the newest if it is gone."""
    day = ticket.opened_at.astimezone(edition.timezone).date()
    version = ticket.rules_version
    if version not in edition.rule_sets.versions:
        return edition.rules
    return edition.rule_sets.of_version(version, day)


def object_to(
    edition: Edition, about: OwnTicket, *, text: str, standard: str, number: int, at: datetime
) -> Objection:
    """What an objection to those who have the ticket `about` leads to.

    The superior decides whether they are out (forvaltningsloven § 8), in the time that the
    recusal table gives for a doubt.
    """
    facts = read_facts({"kind": about.kind, **about.facts, "objection": True})
    facts, outcome = edition.route(facts, at)
    judge = judge_of(edition, about.unit, outcome)
    timed = msgspec.structs.replace(
        outcome, due_working_days=outcome.hold_working_days or DECIDED_WITHIN
    )
    due = due_at(timed, at, edition.working_days)
    return _objection(
        about,
        facts,
        outcome,
        judge,
        due,
        identifier=f"S{number}",
        text=f"{about.id}: {text}",
        standard=standard,
    )


def ask_judge(
    edition: Edition, about: OpenTicket, facts: Facts, outcome: Outcome, at: datetime
) -> Objection:
    """A new case whose handler is in doubt: the superior decides that first."""
    judge = str(outcome.judge).partition(".")[0]
    timed = msgspec.structs.replace(
        outcome, due_working_days=outcome.hold_working_days or DECIDED_WITHIN
    )
    due = due_at(timed, at, edition.working_days)
    said = {
        "nb": "Er den som har saken, habil? Avgjør det først.",
        "nn": "Er den som har saka, gild? Avgjer det først.",
    }[about.standard]
    return _objection(
        about,
        facts,
        outcome,
        judge,
        due,
        identifier=f"{about.id}b",
        text=f"{about.id}: {said}",
        standard=about.standard,
        told=False,
    )


def _objection(
    about: OwnTicket | OpenTicket,
    facts: Facts,
    outcome: Outcome,
    judge: str,
    due: datetime | None,
    *,
    identifier: str,
    text: str,
    standard: str,
    told: bool = True,
) -> Objection:
    ticket = OpenTicket(
        id=identifier,
        unit=judge,
        kind=about.kind,
        service=facts.service,
        text=text,
        standard=standard,
        due_at=due,
        visibility=outcome.visibility,
        acknowledgement=outcome.acknowledgement,
        escalation=outcome.escalation,
        recused=tuple(dict.fromkeys((*outcome.recused, f"{about.unit}.lead"))),
        rules=outcome.rules,
        facts=msgspec.to_builtins(facts),
        wants_contact=told,
    )
    data: dict[str, Any] = {"ticket": identifier, "to": f"{judge}.lead", "asks": "answer"}
    key = f"escalate:{identifier}:0"
    timer = None if due is None else SetTimer(key=key, name="ticket_overdue", due_at=due, data=data)
    return Objection(ticket, timer)


def judge_of(edition: Edition, unit: str, outcome: Outcome) -> str:
    """The unit whose leader decides about those of `unit`; the council's own way at the end."""
    units = edition.municipality.units
    out = frozenset({unit, *(role.split(".")[0] for role in outcome.recused)})
    above = receiver(edition.municipality, unit, out)
    if above is not None:
        return above
    return next(each.id for each in units.values() if each.level == "control")


def compact(facts: Facts) -> dict[str, Any]:
    """The facts that are not as usual, as a conversation remembers them."""
    plain: dict[str, Any] = msgspec.to_builtins(facts)
    usual = msgspec.to_builtins(Facts(kind=facts.kind))
    return {name: value for name, value in plain.items() if value != usual[name]}
