"""`samsvar dead-letters`: messages that were put aside because handling them failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from connectors.commands.editions import JsonOption
from connectors.commands.stores import with_store

if TYPE_CHECKING:
    from dialogue.store.dead_letters import DeadLetter
    from dialogue.store.store import Store

NumberArgument = Annotated[int, typer.Argument(help="The message's number, as `list` tells it.")]
NumbersArgument = Annotated[list[int], typer.Argument(help="The messages' numbers.")]


def dead_letters_command() -> None:
    """Messages that were put aside because handling them failed: list, show, retry, drop."""


def list_command(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 100,
    json_lines: JsonOption = False,
) -> None:
    """List them, the oldest first. The words of people are not shown."""
    found = with_store(lambda store: store.list_dead_letters(limit))
    for each in found:
        typer.echo(msgspec.json.encode(each).decode() if json_lines else _as_text(each))
    if not found and not json_lines:
        typer.echo("No dead letters.")


def show_command(
    number: NumberArgument,
    words: Annotated[bool, typer.Option("--words", help="Show what the person wrote too.")] = False,
    json_lines: JsonOption = False,
) -> None:
    """Show one of them; the mark in its error finds its traceback in the log."""
    letter, body = with_store(lambda store: store.get_dead_letter(number))
    if json_lines:
        whole = msgspec.to_builtins(letter) | ({"body": msgspec.Raw(body)} if words else {})
        typer.echo(msgspec.json.encode(whole).decode())
        return
    typer.echo(_as_text(letter))
    if words:
        typer.echo(body.decode())


def retry_command(numbers: NumbersArgument) -> None:
    """Let messages be handled again, when the fault is mended."""

    _do_with_each(numbers, lambda store: store.retry_dead_letter, "is handled again")


def drop_command(numbers: NumbersArgument) -> None:
    """Give messages up: their words are deleted, their numbers and errors stay."""

    _do_with_each(numbers, lambda store: store.drop_dead_letter, "is dropped")


def _do_with_each(
    numbers: list[int], chosen: Callable[[Store], Callable[[int], Awaitable[None]]], told: str
) -> None:
    """Do it with one after the other; the first that is refused ends it."""

    async def work(store: Store) -> None:
        for number in numbers:
            await chosen(store)(number)
            typer.echo(f"{number} {told}.")

    with_store(work)


def _as_text(letter: DeadLetter) -> str:
    received = f"{letter.received_at:%Y-%m-%d %H:%M}"
    return f"{letter.number:8} {letter.channel:9} received {received} UTC  {letter.error or ''}"


dead_letters_group = typer.Typer(no_args_is_help=True)
dead_letters_group.callback()(dead_letters_command)
dead_letters_group.command("list")(list_command)
dead_letters_group.command("show")(show_command)
dead_letters_group.command("retry")(retry_command)
dead_letters_group.command("drop")(drop_command)
