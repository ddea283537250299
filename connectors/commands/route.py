"""`samsvar route`: what the collaboration rules decide about a case."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption
from connectors.commands.json_lines import LineError, answer_lines
from connectors.commands.rule_sets import OpenRules


def route_command(
    facts: Annotated[
        str | None, typer.Argument(help="Facts as JSON; without it, stdin.", show_default=False)
    ] = None,
    json_lines: JsonOption = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on", formats=["%Y-%m-%d"], help="By the rules of this day.", show_default=False
        ),
    ] = None,
    content: ContentOption = None,
) -> None:
    """Decide unit, deadline, visibility, recusal, acknowledgement and escalation of a case.

    With --json, reads JSON Lines of facts: {"kind": "complaint", "service": "sykehjem", …}.
    """
    from dialogue.routing.facts import read_facts
    from dialogue.routing.route import route

    opened = OpenRules(content)
    rules = opened.rule_sets.at((on or datetime.now(UTC)).date())

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
