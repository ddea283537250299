"""`samsvar hand-over`: another unit gets a ticket, if the rules and declared ties let it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from connectors.commands.editions import ContentOption
from connectors.commands.rule_sets import OpenRules
from connectors.commands.stores import stop, with_store
from connectors.commands.tickets import AuthorOption, TicketArgument


def hand_over_command(
    ticket: TicketArgument,
    to: Annotated[str, typer.Option("--to", help="The unit, or its role: teknisk, kdir.lead.")],
    note: Annotated[
        str | None,
        typer.Option("--note", help="Why, for the history; the person does not get it."),
    ] = None,
    author: AuthorOption = "unit",
    content: ContentOption = None,
) -> None:
    """Hand a ticket over to another unit. The person is told; the deadline stays.

    One who is out of the case does not get it, nor one under them; the reason is told.
    """
    from connectors.reply_leave import hand_over_by
    from dialogue.reply_check import Notice

    opened = OpenRules(content)
    found = with_store(lambda store: store.get_ticket(ticket))
    plan = hand_over_by(lambda: opened, lambda: datetime.now(UTC))(found, to)
    if isinstance(plan, Notice):
        stop(f"{ticket} stays with {found.unit}. {plan.text}")
    with_store(lambda store: store.hand_over_ticket(ticket, plan, author, datetime.now(UTC), note))
    due = "no deadline" if plan.due_at is None else f"due {plan.due_at:%Y-%m-%d %H:%M}"
    typer.echo(f"{plan.unit} has {ticket} now, {due}.")
