"""Whether a unit's answer may go out: the rules are asked before the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dialogue.edition import Edition
from dialogue.hand_over import HandOver, plan_hand_over
from dialogue.reply_check import Notice, check_reply
from dialogue.store.tickets import Ticket

PlanHandOver = Callable[[Ticket, str], HandOver | Notice]
"""Ticket, and the unit or role that is to have it."""

AskLeave = Callable[[Ticket, str, str, bool], Notice | None]
"""Ticket, text, author, and whether the text was confirmed to be general; None means leave."""


def leave_by(edition: Callable[[], Edition], clock: Callable[[], datetime]) -> AskLeave:
    """Leave by the edition in force when it is asked for."""

    def ask(ticket: Ticket, text: str, author: str, confirmed: bool) -> Notice | None:
        current = edition()
        return check_reply(
            current.rule_sets,
            current.ties,
            facts=ticket.facts,
            rules=ticket.rules,
            unit=ticket.unit,
            author=author,
            opened_on=ticket.opened_at.astimezone(current.timezone).date(),
            today=clock().astimezone(current.timezone).date(),
            text=text,
            confirmed=confirmed,
        )

    return ask


def hand_over_by(edition: Callable[[], Edition], clock: Callable[[], datetime]) -> PlanHandOver:
    """How a ticket may be handed over, by the edition in force when it is asked for."""

    def plan(ticket: Ticket, to: str) -> HandOver | Notice:
        current = edition()
        return plan_hand_over(
            current.rule_sets,
            current.ties,
            current.working_days,
            facts=ticket.facts,
            rules=ticket.rules,
            unit=ticket.unit,
            recused=ticket.recused,
            deadline=ticket.due_at,
            to=to,
            opened_at=ticket.opened_at,
            opened_on=ticket.opened_at.astimezone(current.timezone).date(),
            today=clock().astimezone(current.timezone).date(),
        )

    return plan


def nobody_else(_ticket: Ticket, to: str) -> HandOver | Notice:
    """Where there are no rules to hand over by."""
    return Notice("unknown-unit", f"«{to}» is neither a unit nor the role of one.")
