"""`samsvar demo`: a day in the example municipality, in the terminal."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import date, datetime, time
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors.commands.editions import ContentOption, open_edition
from connectors.script import Meet, Press, Say, ScriptError, UnitSays, parse_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from dialogue.edition import Edition

DAY, MORNING = date(2026, 11, 24), time(8, 30)  # a Tuesday; the municipality is open
READING_SPEED = 26.0  # characters a second
LONGEST_PAUSE = 3.5  # seconds
RATED, TOLD_BY_RELATIVE = "+4790000003", "1001"

# Each scene: a heading, and lines in the language of `samsvar chat`. {ticket} is the last one.
SCENES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "08:30  Two residents ask, each in their own written standard",
        (
            "@sms +4790000001 kor tid bler boss henta på tau",
            "@sms +4790000002 Hva må jeg gjøre hvis veien ikke er brøytet?",
        ),
    ),
    (
        "09:00  An unclear question is asked back; a number is answer enough",
        ("@wait 30m", "@sms +4790000002 barnehage", "@sms +4790000002 2"),
    ),
    (
        "10:00  The kindergarten met a parent; two hours later a rating is asked for",
        (
            f"@encounter barnehage sms {RATED} barnehageplass",
            "@wait 2h 5m",
            f"@sms {RATED} 5 - fine folk",
        ),
    ),
    (
        "12:10  A relative writes on Telegram; the bot asks only for what it lacks",
        (
            f"@telegram {TOLD_BY_RELATIVE} mor fekk ikkje middag før klokka fire i går, "
            "andre gong denne veka",
            f"@telegram {TOLD_BY_RELATIVE} på sjukeheimen",
            f"@telegram {TOLD_BY_RELATIVE} [Ja]",
            f"@telegram {TOLD_BY_RELATIVE} [Ja]",
            f"@telegram {TOLD_BY_RELATIVE} [Send]",
        ),
    ),
    (
        "14:00  The nursing home answers, and later tells what it changed",
        (
            "@wait 2h",
            "@unit sjukeheim reply {ticket} Takk for at du sa frå. "
            "Middagen kom seint fordi vi mangla folk på kjøkkenet.",
            "@wait 1d",
            "@unit sjukeheim close {ticket} Vi har endra vaktplanen, "
            "så middagen kjem klokka 14 kvar dag.",
            f"@telegram {TOLD_BY_RELATIVE} [5]",
        ),
    ),
    (
        "The next day  Danger comes before everything else; STOPP is STOPP",
        (
            "@sms +4790000004 hjelp det brenner på kjøkkenet",
            f"@sms {RATED} STOPP",
        ),
    ),
)


def demo_command(
    fast: Annotated[bool, typer.Option("--fast", help="Without pauses.")] = False,
    content: ContentOption = None,
) -> None:
    """Play a day in the example municipality: questions, a rating, a ticket and its answer.

    About a minute. It runs the whole service, with phones in memory and a turned clock.
    """
    from rich.console import Console

    edition = open_edition(content)
    with tempfile.TemporaryDirectory(prefix="samsvar-demo-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}"
        asyncio.run(_play_day(edition, url, Console(highlight=False), fast))


async def _play_day(edition: Edition, url: str, console: Console, fast: bool) -> None:
    from connectors.logs import configure_logs
    from connectors.simulation import open_simulation

    configure_logs("CRITICAL")
    begin = datetime.combine(DAY, MORNING, edition.timezone)
    ticket = ""
    async with open_simulation(edition, url, begin) as simulation:
        for heading, lines in SCENES:
            console.rule(f"[bold]{heading}", align="left")
            for line in lines:
                step = parse_line(line.replace("{ticket}", ticket))
                assert step is not None
                _show(console, _of_step(step), fast)
                try:
                    happened = await simulation.play(step)
                except ScriptError as error:
                    raise SystemExit(f"this content can't play the day: {error}") from None
                for thing in happened:
                    if thing["type"] == "ticket":
                        ticket = str(thing["id"])
                        _show(console, _explained(edition, simulation.decisions[-1], thing), fast)
                    else:
                        _show(console, _of_happening(thing), fast)
    console.rule("[bold]That was a day in Eksempelvåg.", align="left")
    console.print("Talk with it yourself: [bold]samsvar chat[/]   Serve it: [bold]samsvar serve[/]")


def _show(console: Console, shown: tuple[RenderableType, int] | None, fast: bool) -> None:
    if shown is None:
        return
    renderable, characters = shown
    console.print(renderable)
    if not fast:
        sleep(min(LONGEST_PAUSE, characters / READING_SPEED))


def _panel(text: str, title: str, style: str, *, right: bool) -> tuple[RenderableType, int]:
    from rich.align import Align
    from rich.panel import Panel
    from rich.text import Text

    width = max(min(72, max(map(len, [*text.splitlines(), title])) + 6), 24)
    panel = Panel(Text(text), title=title, title_align="left", border_style=style, width=width)
    return Align(panel, "right" if right else "left"), len(text)


def _of_step(step: Any) -> tuple[RenderableType, int] | None:
    if isinstance(step, Say):
        return _panel(step.text, f"{step.channel} {step.address}", "cyan", right=False)
    if isinstance(step, Press):
        return _panel(f"[{step.label}]", f"{step.channel} {step.address}", "cyan", right=False)
    if isinstance(step, UnitSays):
        what = "answers" if step.what == "reply" else "closes"
        return _panel(step.text, f"{step.unit} {what} {step.ticket}", "magenta", right=False)
    if isinstance(step, Meet):
        return _panel(f"met {step.address}", f"{step.unit} registers", "magenta", right=False)
    return None


def _of_happening(thing: dict[str, Any]) -> tuple[RenderableType, int] | None:
    from connectors.commands.display import as_text

    if thing["type"] == "message":
        cost = f", {thing['segments']} SMS" if thing["segments"] else ""
        labels = "  ".join(f"[{label}]" for label in thing["buttons"])
        buttons = f"\n{labels}" if labels else ""
        title = f"Samsvar to {thing['to']}{cost}"
        return _panel(thing["text"] + buttons, title, "green", right=True)
    if thing["type"] == "encounter":
        return None
    return f"[dim]{as_text(thing)}[/]", 20


def _explained(
    edition: Edition, decision: Any, thing: dict[str, Any]
) -> tuple[RenderableType, int]:
    """The ticket as the unit gets it, and why it went there."""
    from dialogue.effects import OpenTicket
    from dialogue.routing.explain import explain
    from dialogue.routing.facts import read_facts

    ticket = next(effect for effect in decision.effects if isinstance(effect, OpenTicket))
    why = explain(edition.rules, read_facts(ticket.facts), standard=ticket.standard)
    deciding = [d for d in why.decisions if d.table in ("unit", "handling", "visibility")]
    rows = [f"{d.row} {d.title}: {d.outcome} ({d.basis})" for d in deciding]
    text = "\n".join([thing["text"], "", *rows])
    return _panel(text, f"ticket {ticket.id} to {ticket.unit}", "yellow", right=True)
