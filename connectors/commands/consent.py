"""`samsvar consent`: ask the one whom a case is about whether a relative may be told.

They are asked in their own channel and answer with a code. The rules decide whom to ask
(`tables/consent_request.yml`), and the unit knows their address (docs/rules.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.stores import read_settings, stop, with_store
from connectors.commands.tickets import AuthorOption, TicketArgument

if TYPE_CHECKING:
    from dialogue.store.consent_tables import Consent


def consent_command() -> None:
    """Ask a user whether a relative may be told; list what was asked; take it back."""


def ask_command(
    ticket: TicketArgument,
    to: Annotated[str, typer.Option("--to", help="The phone number or chat id of who is asked.")],
    relative: Annotated[
        str, typer.Option("--relative", help="What the relative is to them: «dattera di».")
    ],
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
    age_group: Annotated[
        str | None,
        typer.Option("--age", help="Of whom it is about: adult, 16-17, 12-15 or under-12."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", help="How long a yes holds. Default: 90 days.", show_default=False),
    ] = None,
    standard: Annotated[
        str | None, typer.Option("--standard", help="nb or nn, if known.", show_default=False)
    ] = None,
    author: AuthorOption = "unit",
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Ask. Nobody is asked twice at once, nor soon after a no, nor after STOPP."""
    from connectors.api_models import read_model
    from connectors.consent_leave import Asking
    from connectors.consent_models import ConsentAsk
    from connectors.problem_json import ProblemError

    edition, settings = open_edition(content), read_settings()
    ends = None if until is None else until.replace(tzinfo=until.tzinfo or settings.zone)
    given = {
        "channel": channel,
        "to": to,
        "relative": relative,
        "whom": "guardian" if guardian else "user",
        "age_group": age_group,
        "until": ends,
        "standard": standard,
        "address_confirmed": address_confirmed,
        "author": author,
    }

    async def ask(store: Any) -> Consent:
        asking = Asking(
            store.consents, lambda: edition, ["sms", "telegram"], lambda: datetime.now(UTC)
        )
        return await asking.ask(
            await store.get_ticket(ticket), read_model(ConsentAsk, given), author
        )

    try:
        done = with_store(ask)
    except ProblemError as error:
        faults = "; ".join(f"{each['field']} {each['detail']}" for each in error.errors)
        stop(f"Nobody was asked. {error.detail} {faults}".rstrip(), 2 if error.errors else 1)
    _show([done], json_lines=json_lines)


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

    now = datetime.now(UTC)
    for each in found:
        if json_lines:
            print(msgspec.json.encode(each).decode())
            continue
        later = f"asked {each.asked_at:%Y-%m-%d %H:%M}, " if each.asked_at > now else ""
        ends = each.answer_by if each.status == "asked" else each.valid_until
        word = "answer by" if each.status == "asked" else "until"
        typer.echo(
            f"{each.id:6} {each.ticket:8} {each.status:10} {each.whom:8} "
            f"{later}{word} {ends:%Y-%m-%d %H:%M}  "
            f"{each.unit}: {each.relative or '-'} [{each.rule}]"
        )


consent_group = typer.Typer(no_args_is_help=True)
consent_group.callback()(consent_command)
consent_group.command("ask")(ask_command)
consent_group.command("list")(list_command)
consent_group.command("withdraw")(withdraw_command)
