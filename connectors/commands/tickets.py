"""`samsvar tickets`, `reply` and `close`: a unit's tickets on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption
from connectors.commands.rule_sets import OpenRules
from connectors.commands.stores import read_settings, stop, with_store

if TYPE_CHECKING:
    from dialogue.store.tickets import Ticket

LONGEST_TEXT = 1_500  # characters; Twilio joins at most 1,600 (twilio.com/docs/errors/21617)
TicketArgument = Annotated[str, typer.Argument(help="The ticket's id, like S12.")]
TextArgument = Annotated[str, typer.Argument(help="What the person is told.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who answers (a role, not a name).")]
ConfirmOption = Annotated[
    bool,
    typer.Option("--confirm-general", help="The text holds only general information."),
]
ArchiveOption = Annotated[
    str | None,
    typer.Option(
        "--archive-reference",
        help="The case's number in the archive, as 2026/1234. Needed for an appeal.",
        show_default=False,
    ),
]
UnitOption = Annotated[
    str | None, typer.Option("--unit", help="Only this unit's.", show_default=False)
]


def tickets_command(
    ticket: Annotated[
        str | None, typer.Argument(help="One ticket, with its history.", show_default=False)
    ] = None,
    unit: UnitOption = None,
    status: Annotated[
        str | None,
        typer.Option("--status", help="open, answered, closed or withdrawn.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    json_lines: JsonOption = False,
) -> None:
    """List tickets, the newest first, or show one with its history."""
    found = with_store(
        lambda store: (
            store.list_tickets(unit=unit, status=status, limit=limit)
            if ticket is None
            else _one(store, ticket, unit)
        )
    )
    zone = read_settings().zone
    for each in found:
        if json_lines:
            print(msgspec.json.encode(each).decode())
        else:
            typer.echo(_as_text(each, zone, whole=ticket is not None))
    if not found and not json_lines:
        typer.echo("No tickets.")


async def _one(store: Any, ticket: str, unit: str | None) -> list[Ticket]:
    return [await store.get_ticket(ticket, unit)]


def reply_command(
    ticket: TicketArgument,
    text: TextArgument,
    author: AuthorOption = "unit",
    confirm_general: ConfirmOption = False,
    content: ContentOption = None,
) -> None:
    """Answer the person behind a ticket, in the channel they wrote in.

    The rules are asked first: to a relative without documented consent only general
    information is sent, and a text that may tell of somebody must be confirmed to be such.
    One who is out of the case may not answer.
    """
    _demand_text(text)
    rests_on = _demand_leave(ticket, text, author, confirm_general, content)
    now = datetime.now(UTC)
    with_store(lambda store: store.reply_to_ticket(ticket, text, author, now, rests_on=rests_on))
    typer.echo(f"The answer to {ticket} is on its way.")


def close_command(
    ticket: TicketArgument,
    text: TextArgument,
    author: AuthorOption = "unit",
    confirm_general: ConfirmOption = False,
    archive_reference: ArchiveOption = None,
    content: ContentOption = None,
) -> None:
    """Close a ticket: tell the person what was done, and ask for a rating.

    The rules are asked first, as when replying. An appeal is closed only with the number
    that the case has in the archive: it is handled there, not as feedback.
    """
    _demand_text(text)
    number = _archive_number(ticket, archive_reference, content)
    rests_on = _demand_leave(ticket, text, author, confirm_general, content)
    now = datetime.now(UTC)
    with_store(
        lambda store: store.close_ticket(
            ticket, text, author, now, rests_on=rests_on, archive_reference=number
        )
    )
    typer.echo(f"{ticket} is closed.")


def _archive_number(ticket: str, given: str | None, content: Path | None) -> str | None:
    """The case's number in the archive. Leave with exit code 1 when the rules want one."""
    from connectors.reply_leave import closing_by
    from dialogue.closing import read_archive_reference

    try:
        number = None if given is None else read_archive_reference(given)
    except ValueError as error:
        stop(f"The archive reference {error}.", 2)
    opened = OpenRules(content)
    refused = closing_by(lambda: opened)(with_store(lambda store: store.get_ticket(ticket)), number)
    if refused is not None:
        stop(f"{ticket} was not closed. {refused.text} (--archive-reference 2026/1234)")
    return number


def _demand_leave(
    ticket: str, text: str, author: str, confirmed: bool, content: Path | None
) -> str | None:
    """Leave with exit code 1 when the reply table or a declared tie says no.

    Returns the consent that the leave rests on, if it rests on one.
    """
    from connectors.reply_leave import leave_by
    from dialogue.reply_check import Notice

    opened = OpenRules(content)
    found = with_store(lambda store: store.get_ticket(ticket))
    ask = leave_by(lambda: opened, lambda: datetime.now(UTC))
    leave = ask(found, text, author, confirmed)
    if isinstance(leave, Notice):
        option = " (--confirm-general)" if leave.code == "confirm-general" else " (--author)"
        stop(f"Nothing was sent. {leave.text}{option}")
    return None if leave is None else leave.rests_on


def _demand_text(text: str) -> None:
    if not text.strip():
        stop("The text is empty; write what the person is to be told.", 2)
    if len(text) > LONGEST_TEXT:
        stop(f"The text has {len(text)} characters; at most {LONGEST_TEXT} fit.", 2)


def local_time(at: datetime, zone: tzinfo) -> str:
    """A time as the municipality's clocks show it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _as_text(ticket: Ticket, zone: tzinfo, *, whole: bool) -> str:
    due = local_time(ticket.due_at, zone) if ticket.due_at else "-"
    head = f"{ticket.id:8} {ticket.status:9} {ticket.unit:12} {ticket.kind:10} due {due}"
    if not whole:
        return head
    rules = ", ".join(f"{rule.table}:{rule.row} ({rule.version})" for rule in ticket.rules)
    history = "\n".join(
        f"  {local_time(entry.happened_at, zone)} {entry.author}: {entry.kind} {entry.text or ''}"
        for entry in ticket.history
    )
    asked = "".join(
        f"consent {each.id}: {each.status} ({each.whom}: {each.relative or '-'}), "
        f"until {local_time(each.valid_until, zone)}"
        f"{f', on paper {each.archive_reference}' if each.how == 'paper' else ''}\n"
        for each in ticket.consents
    )
    archive = f"archive: {ticket.archive_reference}\n" if ticket.archive_reference else ""
    return (
        f"{head}\n{ticket.text}\nseen by: {ticket.visibility}\n{archive}"
        f"rules: {rules}\n{asked}{history}"
    )
