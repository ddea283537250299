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

from connectors.commands.display import as_text
from connectors.commands.editions import ContentOption, JsonOption, open_edition
from connectors.commands.stores import stop
from connectors.commands.tracing import trace_lines, trace_of
from connectors.script import DEFAULT_PHONE, Press, Say, ScriptError, Step, parse_line

if TYPE_CHECKING:
    from connectors.commands.watching import Watch
    from connectors.recording import Recording
    from connectors.simulation import Simulation

GREETING = """Write as a resident; the answer comes as it would on the phone. Also:
  @sms +4790000001 text            @telegram 1001 text      @telegram 1001 [button]
  @encounter UNIT sms +4790000001  @unit UNIT reply TICKET text
  @wait 2h                         @unit UNIT close TICKET text
  @reload                          @unit UNIT hand-over TICKET UNIT
  @unit UNIT ask-consent TICKET sms +4790000002 the relative
  @unit UNIT end-consent TICKET
Ctrl-D ends."""


def chat_command(
    json_lines: JsonOption = False,
    trace: Annotated[
        bool,
        typer.Option("--trace", help="Show what was understood, which rules, events, effects."),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="Append what is played to this file, as a transcript."),
    ] = None,
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
    is one JSON object on one line. Changed content and flows are taken up while you talk.
    Leaves with 1 when a line could not be read.
    """
    if record is not None and database is not None:
        stop("--record plays on a new database, so that the transcript can be played again.", 2)
    edition = open_edition(content)
    begin = (at or datetime.now(UTC)).astimezone(edition.timezone if at is None else None)
    if at is not None and at.tzinfo is None:
        begin = at.replace(tzinfo=edition.timezone)
    begin = begin.replace(second=0, microsecond=0) if record is not None else begin
    kept = None
    if record is not None:
        from connectors.recording import Recording

        kept = Recording(f"{begin.astimezone(edition.timezone):%Y-%m-%dT%H:%M}")
    with tempfile.TemporaryDirectory(prefix="samsvar-chat-") as folder:
        url = database or f"sqlite+aiosqlite:///{Path(folder) / 'chat.db'}"
        talk = Talk(json_lines=json_lines, trace=trace, content=content, recording=kept)
        all_read = asyncio.run(_chat(edition, url, begin, talk))
    if record is not None and kept is not None and kept.turns:
        _append(record, kept.text())
    if not all_read:
        raise typer.Exit(1)


def _append(file: Path, text: str) -> None:
    there = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(f"{there}---\n{text}" if there else text, encoding="utf-8")


async def _chat(edition: Any, url: str, begin: datetime, talk: Talk) -> bool:
    from connectors.logs import configure_logs
    from connectors.simulation import open_simulation

    configure_logs("CRITICAL")
    async with open_simulation(edition, url, begin) as simulation:
        if sys.stdin.isatty() and not talk.json_lines:
            typer.echo(GREETING)
        return await talk.play(simulation, _lines())


class Talk:
    """One run of the chat: what it shows, keeps and watches."""

    def __init__(
        self, *, json_lines: bool, trace: bool, content: Path | None, recording: Recording | None
    ) -> None:
        self.json_lines = json_lines
        self.trace = trace
        self.content = content
        self.recording = recording

    async def play(self, simulation: Simulation, lines: Iterator[str]) -> bool:
        """Play line by line; whether all could be read."""
        from connectors.commands.watching import Watch

        watch = Watch(self.content)
        typed = sys.stdin.isatty()
        last, all_read = DEFAULT_PHONE, True
        for number, line in enumerate(lines, start=1):
            asked = line.strip() == "@reload"
            if asked or (typed and watch.has_changed()):
                self._reload(simulation, watch)
                if asked:
                    continue
            try:
                step = parse_line(line, last)
                if step is None:
                    continue
                if isinstance(step, Say | Press):
                    last = (step.channel, step.address)
                await self._step(simulation, line, step)
            except ScriptError as error:
                all_read = False
                self._show([{"type": "error", "error": str(error), "line": number}])
        return all_read

    async def _step(self, simulation: Simulation, line: str, step: Step) -> None:
        seen = len(simulation.decisions)
        happened = await simulation.play(step)
        if self.trace:
            self._show([trace_of(decision) for decision in simulation.decisions[seen:]])
        self._show(happened)
        if self.recording is not None:
            self.recording.take(line, step, happened)

    def _reload(self, simulation: Simulation, watch: Watch) -> None:
        edition, told = watch.reload()
        if edition is not None:
            simulation.edition = edition
        self._show([{"type": "reload", "edition": edition and edition.version, "told": told}])

    def _show(self, happened: list[dict[str, Any]]) -> None:
        for thing in happened:
            if self.json_lines:
                print(msgspec.json.encode(thing).decode(), flush=True)
            elif thing["type"] == "trace":
                for line in trace_lines(thing):
                    typer.echo(line)
            else:
                print(as_text(thing), flush=True)


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
