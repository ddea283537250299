"""`samsvar route`: what the collaboration rules decide about a case."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, refuse
from connectors.commands.json_lines import LineError, answer_lines
from knowledge.problems import ContentError


def route_command(
    facts: Annotated[
        str | None, typer.Argument(help="Facts as JSON; without it, stdin.", show_default=False)
    ] = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Decide unit, deadline, visibility, recusal, acknowledgement and escalation of a case.

    With --json, reads JSON Lines of facts: {"kind": "complaint", "service": "sykehjem", …}.
    """
    from dialogue.routing.facts import read_facts
    from dialogue.routing.route import route

    rules = _load_rules(content)

    def answer(plain: dict[str, Any]) -> dict[str, Any]:
        try:
            read = read_facts(plain, rules.municipality.services)
        except (ValueError, TypeError) as error:
            raise LineError(str(error)) from error
        out: dict[str, Any] = msgspec.to_builtins(route(rules, read))
        return out

    if facts is not None:
        try:
            out = msgspec.json.encode(answer(msgspec.json.decode(facts, type=dict[str, Any])))
        except (msgspec.DecodeError, LineError) as error:
            typer.echo(f"The facts can't be read: {error}", err=True)
            raise typer.Exit(2) from None
        print((out if json_lines else msgspec.json.format(out)).decode())
        return
    if not answer_lines(sys.stdin.buffer, sys.stdout.buffer, dict[str, Any], answer):
        raise typer.Exit(1)


def _load_rules(content: Path | None) -> Any:
    from dialogue.routing.tables import load_rules
    from knowledge.content import EXAMPLE, load_content

    folder = content or EXAMPLE
    try:
        return load_rules(folder, load_content(folder).municipality)
    except ContentError as error:
        refuse(error.problems)
