"""`samsvar preview`: an article or a text of the bot as people will see it, before its release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption
from connectors.commands.faults import marked

if TYPE_CHECKING:
    from rich.console import Console

    from knowledge.articles import Article
    from knowledge.content import Content
    from knowledge.problems import Problem

WIDTH = 44  # columns of a telephone in the terminal


def preview_command(
    id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The article, or a text (`samsvar texts` lists them)."),
    ],
    lang: Annotated[
        Literal["nb", "nn"] | None, typer.Option("--lang", help="One standard. Default: both.")
    ] = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Show an article, or what the bot says, as SMS with segments and as on Telegram.

    It works while the article still has faults; they are told below it. Leaves with 1
    when there are errors.
    """
    from connectors.commands.text_preview import preview_text
    from knowledge.content import EXAMPLE, read_content

    found, problems = read_content(content or EXAMPLE, None)
    if found and preview_text(found, id, lang, json_lines):
        return
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
        typer.echo(_not_found(id, found), err=True)
        raise typer.Exit(1)
    for article in sorted(articles, key=lambda each: each.standard):
        if json_lines:
            print(msgspec.json.encode(_as_json(article)).decode())
        else:
            _show(article)
    if not json_lines:
        tell(own)
    if any(problem.severity == "error" for problem in own):
        raise typer.Exit(1)


def _not_found(id: str, content: Content | None) -> str:
    from difflib import get_close_matches

    from dialogue.edition import load_flows

    names = [*(content.article_ids() if content else ()), *load_flows()[0].responses]
    near = get_close_matches(id, names, n=3, cutoff=0.5)
    hint = f" Did you mean {', '.join(f'«{one}»' for one in near)}?" if near else ""
    return f"There is no article or text «{id}» that can be read.{hint}"


def sms_cost(written: str) -> dict[str, Any]:
    """The SMS as it is sent, and what it costs.

    `parts` are the segments, `used` their units (septets, or UTF-16 units when the
    alphabet is "UCS-2"), `dear` characters that cost two, `replaced` those that are
    replaced when it is sent.
    """
    from knowledge.gsm import (
        EXTENSION,
        foreign_characters,
        is_gsm7,
        septets,
        split_segments,
        to_gsm7,
    )

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
        "sms": sms_cost(render_sms(article)),
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
    show_sms(console, sms_cost(render_sms(article)))
    show_telegram(console, render_sms(article))
    console.print("When the bot asks back, the button says:", markup=False)
    console.print(f"  [ {article.title} ]", markup=False)
    console.print("[bold]The fuller answer[/bold]")
    console.print(Panel(Markdown(article.body), title=_plain(article.title), width=2 * WIDTH))
    console.print(f"Link: {article.link or '-'}", markup=False)


def show_sms(console: Console, cost: dict[str, Any]) -> None:
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


def show_telegram(console: Console, text: str, buttons: Sequence[str] = ()) -> None:
    """A message as Telegram shows it, with its buttons below."""
    from rich.panel import Panel

    console.print("[bold]Telegram[/bold]")
    console.print(Panel(_plain(text), width=WIDTH))
    for title in buttons:
        console.print(f"  [ {title} ]", markup=False)


def _plain(text: str) -> Any:
    """A text as it stands: what looks like markup is none."""
    from rich.text import Text

    return Text(text)


def tell(problems: list[Problem]) -> None:
    for problem in problems:
        typer.echo(f"\n{marked(problem)}")
