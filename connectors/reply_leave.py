"""Whether a unit's answer may go out: the rules are asked before the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Protocol

import msgspec

from dialogue.closing import check_closing
from dialogue.consent_plan import with_consent
from dialogue.hand_over import HandOver, plan_hand_over
from dialogue.reply_check import Notice, check_reply
from dialogue.routing.ties import Tie
from dialogue.routing.versions import RuleSets
from dialogue.store.tickets import Ticket
from knowledge.working_days import WorkingDays

PlanHandOver = Callable[[Ticket, str], HandOver | Notice]
"""Ticket, and the unit or role that is to have it."""


class Leave(msgspec.Struct, frozen=True):
    """A text may go out. `rests_on`: because this consent holds, and as long as it does."""

    rests_on: str | None = None


AskLeave = Callable[[Ticket, str, str, bool], Notice | Leave | None]
"""Ticket, text, author, and whether the text was confirmed to be general; None means leave."""


AskToClose = Callable[[Ticket, str | None], Notice | None]
"""Ticket, and its number in the archive, if it is given; None means that it may be closed."""


class Grounds(Protocol):
    """What leave is given by: a whole edition, or the rules alone."""

    @property
    def rule_sets(self) -> RuleSets: ...

    @property
    def ties(self) -> tuple[Tie, ...]: ...

    @property
    def working_days(self) -> WorkingDays: ...

    @property
    def timezone(self) -> tzinfo: ...


def leave_by(grounds: Callable[[], Grounds], clock: Callable[[], datetime]) -> AskLeave:
    """Leave by what is in force when it is asked for.

    A consent is used only where a text could not go out without one.
    """

    def ask(ticket: Ticket, text: str, author: str, confirmed: bool) -> Notice | Leave:
        current, now = grounds(), clock()

        def check(facts: Mapping[str, Any]) -> Notice | None:
            return check_reply(
                current.rule_sets,
                current.ties,
                facts=facts,
                rules=ticket.rules,
                unit=ticket.unit,
                author=author,
                opened_on=ticket.opened_at.astimezone(current.timezone).date(),
                today=now.astimezone(current.timezone).date(),
                text=text,
                confirmed=confirmed,
            )

        notice = check(ticket.facts)
        if notice is None:
            return Leave()
        held = next((each for each in ticket.consents if each.holds(now)), None)
        if held is None:
            return notice
        return check(with_consent(ticket.facts, held.age_group)) or Leave(held.id)

    return ask


def closing_by(grounds: Callable[[], Grounds]) -> AskToClose:
    """Whether a ticket may be closed here, by the table `closing`.

    A number in the archive that was told before counts too.
    """

    def ask(ticket: Ticket, archive_reference: str | None) -> Notice | None:
        current = grounds()
        return check_closing(
            current.rule_sets,
            facts=ticket.facts,
            rules=ticket.rules,
            opened_on=ticket.opened_at.astimezone(current.timezone).date(),
            archive_reference=archive_reference or ticket.archive_reference,
        )

    return ask


def hand_over_by(grounds: Callable[[], Grounds], clock: Callable[[], datetime]) -> PlanHandOver:
    """How a ticket may be handed over, by what is in force when it is asked for."""

    def plan(ticket: Ticket, to: str) -> HandOver | Notice:
        current = grounds()
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
