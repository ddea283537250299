"""`samsvar understand`: what the bot hears in a message."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.json_lines import answer_lines


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line in."""

    text: str
    expecting: Literal["rating", "choice"] | None = None
    choices: Sequence[str] | None = None


def understand_command(
    text: Annotated[str | None, typer.Argument(help="A message; without it, stdin.")] = None,
    json_lines: JsonOption = False,
    why: Annotated[bool, typer.Option("--why", help="Say what decided.")] = False,
    content: ContentOption = None,
) -> None:
    """Say what a message means: standard, intent, kind, service, danger, rating.

    With --json, reads JSON Lines: {"text": …, "expecting"?: "rating"|"choice", "choices"?: […]}.
    """
    from intents.explain import explain
    from intents.understand import understand

    model = open_edition(content).language

    def answer(message: Message) -> dict[str, Any]:
        understood = understand(
            message.text, model, expecting=message.expecting, choices=message.choices or ()
        )
        plain: dict[str, Any] = msgspec.to_builtins(understood)
        return plain | ({"why": explain(message.text, model)} if why else {})

    if text is not None:
        line = msgspec.json.encode(answer(Message(text)))
        print((line if json_lines else msgspec.json.format(line)).decode())
        return
    if not answer_lines(sys.stdin.buffer, sys.stdout.buffer, Message, answer):
        raise typer.Exit(1)
