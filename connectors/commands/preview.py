"""`samsvar preview`: an article as people will see it, before it is released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption
from connectors.commands.faults import marked

if TYPE_CHECKING:
    from rich.console import Console

    from knowledge.articles import Article
    from knowledge.problems import Problem

WIDTH = 44  # columns of a telephone in the terminal


def preview_command(
    id: Annotated[str, typer.Argument(metavar="ID", help="The article.")],
    lang: Annotated[
        Literal["nb", "nn"] | None, typer.Option("--lang", help="One standard. Default: both.")
    ] = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Show an article as SMS, with segments and what costs, and as on Telegram.

    It works while the article still has faults; they are told below it. Leaves with 1
    when there are errors.
    """
    from knowledge.content import EXAMPLE, read_content

    found, problems = read_content(content or EXAMPLE, None)
    wanted = ("nb", "nn") if lang is None else (lang,)
    articles = [
        article
        for (one, standard), article in (found.articles if found else {}).items()
        if one == id and standard in wanted
    ]
    own = [
        problem
        for problem in sorted(problems)
        if problem.file.split("/")[-1] in (f"{id}.nb.md", f"{id}.nn.md")
    ]
    if not articles:
        for problem in own or sorted(problems)[:3]:
            typer.echo(f"{problem}\n", err=True)
        typer.echo(f"There is no article «{id}» that can be read.", err=True)
        raise typer.Exit(1)
    for article in sorted(articles, key=lambda each: each.standard):
        if json_lines:
            print(msgspec.json.encode(_as_json(article)).decode())
        else:
            _show(article)
    if not json_lines:
        _tell(own)
    if any(problem.severity == "error" for problem in own):
        raise typer.Exit(1)


def sms_cost(article: Article) -> dict[str, Any]:
    """The SMS as it is sent, and what it costs.

    `parts` are the segments, `used` their units (septets, or UTF-16 units when the
    alphabet is "UCS-2"), `dear` characters that cost two, `replaced` those that are
    replaced when it is sent.
    """
    from knowledge.articles import render_sms
    from knowledge.gsm import (
        EXTENSION,
        foreign_characters,
        is_gsm7,
        septets,
        split_segments,
        to_gsm7,
    )

    written = render_sms(article)
    text = to_gsm7(written)
    plain = is_gsm7(text)
    parts = split_segments(text)
    used = [septets(p) if plain else len(p.encode("utf-16-le")) // 2 for p in parts]
    room = (160, 153) if plain else (70, 67)
    return {
        "text": text,
        "alphabet": "GSM-7" if plain else "UCS-2",
        "parts": list(parts),
        "used": used,
        "room": room[len(parts) > 1],
        "dear": sorted({character for character in text if character in EXTENSION}),
        "replaced": list(foreign_characters(written)),
    }


def _as_json(article: Article) -> dict[str, Any]:
    from knowledge.articles import render_sms

    return {
        "id": article.id,
        "standard": article.standard,
        "title": article.title,
        "sms": sms_cost(article),
        "telegram": {"text": render_sms(article), "button": article.title, "link": article.link},
        "body": article.body,
    }


def _show(article: Article) -> None:
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.panel import Panel

    from knowledge.articles import render_sms

    console = Console(highlight=False)
    console.rule(f"{article.id} · {article.standard} · {article.unit}")
    _show_sms(console, sms_cost(article))
    console.print("[bold]Telegram[/bold]")
    console.print(Panel(_plain(render_sms(article)), width=WIDTH))
    console.print("When the bot asks back, the button says:", markup=False)
    console.print(f"  [ {article.title} ]", markup=False)
    console.print("[bold]The fuller answer[/bold]")
    console.print(Panel(Markdown(article.body), title=_plain(article.title), width=2 * WIDTH))
    console.print(f"Link: {article.link or '-'}", markup=False)


def _show_sms(console: Console, cost: dict[str, Any]) -> None:
    from rich.panel import Panel

    count = len(cost["parts"])
    segments = "1 segment" if count == 1 else f"{count} segments"
    console.print(f"[bold]SMS[/bold]: {segments}, {sum(cost['used'])} units of {cost['alphabet']}")
    for number, (part, used) in enumerate(zip(cost["parts"], cost["used"], strict=True), 1):
        title = f"{number}/{count}: {used} of {cost['room']}"
        console.print(Panel(_plain(part), title=title, title_align="right", width=WIDTH))
    if cost["dear"]:
        console.print(f"Cost two each: {' '.join(cost['dear'])}", markup=False)
    if cost["replaced"]:
        console.print(f"Replaced when sent: {' '.join(cost['replaced'])}", markup=False)


def _plain(text: str) -> Any:
    """A text as it stands: what looks like markup is none."""
    from rich.text import Text

    return Text(text)


def _tell(problems: list[Problem]) -> None:
    for problem in problems:
        typer.echo(f"\n{marked(problem)}")
