"""`samsvar person`: a person's right to see what is stored about them, and to be forgotten.

The person is named by channel and address, as they wrote to us. Make sure first that it
is they who ask (GDPR articles 12, 15 and 17; `docs/privacy.md`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from connectors.commands.stores import stop, with_store

ChannelArgument = Annotated[str, typer.Argument(help="sms or telegram.")]
AddressArgument = Annotated[str, typer.Argument(help="The phone number, or the Telegram chat id.")]


def person_command() -> None:
    """What is stored about one person: export it for them, or forget it."""


def export_command(channel: ChannelArgument, address: AddressArgument) -> None:
    """Write all that is stored about a person to standard output, as JSON."""
    known = _address(channel, address)
    found = with_store(lambda store: store.upkeep.export_person(channel, known))
    typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())


def forget_command(
    channel: ChannelArgument,
    address: AddressArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Forget a person: words, state and address go; tickets stay without a way back to them."""
    known = _address(channel, address)
    if not yes and not typer.confirm("This can't be undone. Forget this person?", err=True):
        stop("Nothing was done.")
    with_store(lambda store: store.upkeep.forget_person(channel, known, datetime.now(UTC)))
    typer.echo("Forgotten. What was on its way to them is sent first; then the address goes too.")


def _address(channel: str, address: str) -> str:
    """The address as it is kept; one that we would not write to may have written to us."""
    from connectors.api_models import address_of

    if channel not in ("sms", "telegram"):
        stop("The channel is sms or telegram.", 2)
    try:
        return address_of(channel, address)
    except ValueError:
        return address.strip()


person_group = typer.Typer(no_args_is_help=True)
person_group.callback()(person_command)
person_group.command("export")(export_command)
person_group.command("forget")(forget_command)
