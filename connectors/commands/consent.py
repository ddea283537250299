"""`samsvar consent`: ask the one whom a case is about whether a relative may be told.

They are asked in their own channel and answer with a code. The rules decide whom to ask
(`tables/consent_request.yml`), and the unit knows their address (docs/rules.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.stores import read_settings, stop, with_store
from connectors.commands.tickets import AuthorOption, TicketArgument, local_time

if TYPE_CHECKING:
    from connectors.consent_leave import Asking
    from dialogue.store.consent_tables import Consent
    from dialogue.store.tickets import Ticket


RelativeOption = Annotated[
    str, typer.Option("--relative", help="What the relative is to them: «dattera di».")
]
AgeOption = Annotated[
    str | None,
    typer.Option("--age", help="Of whom it is about: adult, 16-17, 12-15 or under-12."),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", help="How long it holds. Default: 90 days.", show_default=False),
]


def consent_command() -> None:
    """Ask a user whether a relative may be told; list what was asked; take it back."""


def ask_command(
    ticket: TicketArgument,
    to: Annotated[str, typer.Option("--to", help="The phone number or chat id of who is asked.")],
    relative: RelativeOption,
    channel: Annotated[str, typer.Option("--channel", help="sms or telegram.")] = "sms",
    address_confirmed: Annotated[
        bool,
        typer.Option(
            "--address-confirmed",
            help="You know that the address is theirs; a relative's word is not enough.",
        ),
    ] = False,
    guardian: Annotated[
        bool, typer.Option("--guardian", help="The address is a guardian's, of a child.")
    ] = False,
    age_group: AgeOption = None,
    until: UntilOption = None,
    standard: Annotated[
        str | None, typer.Option("--standard", help="nb or nn, if known.", show_default=False)
    ] = None,
    author: AuthorOption = "unit",
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Ask. Nobody is asked twice at once, nor soon after a no, nor after STOPP."""
    from connectors.api_models import read_model
    from connectors.consent_models import ConsentAsk

    given = {
        "channel": channel,
        "to": to,
        "relative": relative,
        "whom": "guardian" if guardian else "user",
        "age_group": age_group,
        "until": _in_zone(until),
        "standard": standard,
        "address_confirmed": address_confirmed,
        "author": author,
    }

    async def ask(asking: Asking, found: Ticket) -> Consent:
        return await asking.ask(found, read_model(ConsentAsk, given), author)

    _show([_do(ticket, content, "Nobody was asked.", ask)], json_lines=json_lines)


def _in_zone(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=at.tzinfo or read_settings().zone)


def _do(
    ticket: str,
    content: Path | None,
    not_done: str,
    deed: Callable[[Asking, Ticket], Awaitable[Consent]],
) -> Consent:
    """Do it, or leave with what the rules or the fields say: 1 for a no, 2 for a fault."""
    from connectors.consent_leave import Asking
    from connectors.problem_json import ProblemError

    edition = open_edition(content)

    async def do(store: Any) -> Consent:
        asking = Asking(
            store.consents, lambda: edition, ["sms", "telegram"], lambda: datetime.now(UTC)
        )
        return await deed(asking, await store.get_ticket(ticket))

    try:
        return with_store(do)
    except ProblemError as error:
        faults = "; ".join(f"{each['field']} {each['detail']}" for each in error.errors)
        stop(f"{not_done} {error.detail} {faults}".rstrip(), 2 if error.errors else 1)


def record_command(
    ticket: TicketArgument,
    relative: RelativeOption,
    archive_reference: Annotated[
        str, typer.Option("--archive-reference", help="Where the paper lies, as 2026/1234.")
    ],
    given_on: Annotated[
        datetime,
        typer.Option("--given-on", help="The day of the signature.", formats=["%Y-%m-%d"]),
    ],
    seen_by: Annotated[
        str, typer.Option("--seen-by", help="Who has seen the paper (a role, not a name).")
    ],
    guardian: Annotated[
        bool, typer.Option("--guardian", help="A guardian has signed, for a child.")
    ] = False,
    age_group: AgeOption = None,
    until: UntilOption = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Keep a consent that was given on paper. The relative is told; nobody is asked."""
    from connectors.api_models import read_model
    from connectors.consent_models import ConsentOnPaper

    given = {
        "relative": relative,
        "archive_reference": archive_reference,
        "given_on": given_on.date(),
        "seen_by": seen_by,
        "whom": "guardian" if guardian else "user",
        "age_group": age_group,
        "until": _in_zone(until),
    }

    async def record(asking: Asking, found: Ticket) -> Consent:
        return await asking.record(found, read_model(ConsentOnPaper, given))

    _show([_do(ticket, content, "Nothing was kept.", record)], json_lines=json_lines)


def list_command(
    ticket: Annotated[
        str | None, typer.Argument(help="Only this ticket's, like S12.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    json_lines: JsonOption = False,
) -> None:
    """List what was asked and what came of it, the newest first."""
    found = with_store(lambda store: store.consents.list_consents(ticket, limit))
    _show(found, json_lines=json_lines)
    if not found and not json_lines:
        typer.echo("Nobody has been asked for consent.")


def withdraw_command(
    ticket: TicketArgument, author: AuthorOption = "unit", json_lines: JsonOption = False
) -> None:
    """End every open question and every consent to a ticket. Both sides are told."""
    done = with_store(lambda store: store.consents.withdraw(ticket, author, datetime.now(UTC)))
    _show(done, json_lines=json_lines)
    if not done and not json_lines:
        typer.echo(f"Nothing was open or held for {ticket}.")


def _show(found: list[Consent], *, json_lines: bool) -> None:
    import msgspec

    now, zone = datetime.now(UTC), read_settings().zone
    for each in found:
        if json_lines:
            print(msgspec.json.encode(each).decode())
            continue
        paper = f" on paper {each.archive_reference}" if each.how == "paper" else ""
        later = f"asked {local_time(each.asked_at, zone)}, " if each.asked_at > now else ""
        ends = each.answer_by if each.status == "asked" else each.valid_until
        word = "answer by" if each.status == "asked" else "until"
        typer.echo(
            f"{each.id:6} {each.ticket:8} {each.status:10} {each.whom:8} "
            f"{later}{word} {local_time(ends, zone)}  "
            f"{each.unit}: {each.relative or '-'} [{each.rule}]{paper}"
        )


consent_group = typer.Typer(no_args_is_help=True)
consent_group.callback()(consent_command)
consent_group.command("ask")(ask_command)
consent_group.command("record")(record_command)
consent_group.command("list")(list_command)
consent_group.command("withdraw")(withdraw_command)
