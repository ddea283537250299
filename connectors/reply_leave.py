"""Whether a unit's answer may go out: the rules are asked before the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dialogue.edition import Edition
from dialogue.reply_check import Notice, check_reply
from dialogue.store.tickets import Ticket

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
