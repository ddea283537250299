"""`samsvar chat`: talk with the bot in the terminal."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.script import DEFAULT_PHONE, Press, Say, ScriptError, parse_line

if TYPE_CHECKING:
    from connectors.simulation import Simulation

GREETING = """Write as a resident; the answer comes as it would on the phone. Also:
  @sms +4790000001 text            @telegram 1001 text      @telegram 1001 [button]
  @encounter UNIT sms +4790000001  @unit UNIT reply TICKET text
  @wait 2h                         @unit UNIT close TICKET text
Ctrl-D ends."""


def chat_command(
    json_lines: JsonOption = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show what was understood.")] = False,
    at: Annotated[
        datetime | None,
        typer.Option("--at", help="Begin at this time. Default: now.", show_default=False),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", help="Play on this database. Default: one that is thrown away."),
    ] = None,
    content: ContentOption = None,
) -> None:
    """Talk with the bot in the terminal, or play a script from stdin.

    It runs the whole service with phones in memory. With --json, each thing that happens
    is one JSON object on one line. Leaves with 1 when a line could not be read.
    """
    edition = open_edition(content)
    begin = (at or datetime.now(UTC)).astimezone(edition.timezone if at is None else None)
    if at is not None and at.tzinfo is None:
        begin = at.replace(tzinfo=edition.timezone)
    with tempfile.TemporaryDirectory(prefix="samsvar-chat-") as folder:
        url = database or f"sqlite+aiosqlite:///{Path(folder) / 'chat.db'}"
        if not asyncio.run(_chat(edition, url, begin, json_lines, trace)):
            raise typer.Exit(1)


async def _chat(edition: Any, url: str, begin: datetime, json_lines: bool, trace: bool) -> bool:
    from connectors.logs import configure_logs
    from connectors.simulation import open_simulation

    configure_logs("CRITICAL")
    async with open_simulation(edition, url, begin) as simulation:
        if sys.stdin.isatty() and not json_lines:
            typer.echo(GREETING)
        show = _show_json if json_lines else _show_lines
        return await _play(simulation, _lines(), show, trace)


async def _play(simulation: Simulation, lines: Iterator[str], show: Any, trace: bool) -> bool:
    last, all_read = DEFAULT_PHONE, True
    for number, line in enumerate(lines, start=1):
        seen = len(simulation.decisions)
        try:
            step = parse_line(line, last)
            if step is None:
                continue
            if isinstance(step, Say | Press):
                last = (step.channel, step.address)
            happened = await simulation.play(step)
        except ScriptError as error:
            all_read = False
            show([{"type": "error", "error": str(error), "line": number}])
            continue
        if trace:
            show([_trace(decision) for decision in simulation.decisions[seen:]])
        show(happened)
    return all_read


def _lines() -> Iterator[str]:
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        if prompt:
            sys.stdout.write(prompt)
            sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def _trace(decision: Any) -> dict[str, Any]:
    heard = decision.understood
    events = [
        event.get("name") for event in decision.events if event.get("event") in ("action", "slot")
    ]
    return {
        "type": "trace",
        "understood": msgspec.to_builtins(heard) if heard else None,
        "events": events,
        "edition": decision.edition,
    }


def _show_json(happened: list[dict[str, Any]]) -> None:
    for thing in happened:
        print(msgspec.json.encode(thing).decode(), flush=True)


def _show_lines(happened: list[dict[str, Any]]) -> None:
    from connectors.commands.display import as_text

    for thing in happened:
        print(as_text(thing), flush=True)
