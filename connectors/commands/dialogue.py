"""`samsvar dialogue`: what the builder of a flow needs; check it, draw it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from connectors.commands.editions import JsonOption, refuse
from connectors.commands.faults import tell_problems
from connectors.commands.stores import stop
from knowledge.problems import ContentError

FolderArgument = Annotated[
    Path | None,
    typer.Argument(
        help="A bot in Rasa's layout, or a folder of flows. Default: the flows of Samsvar. "
        "Its actions are imported.",
        show_default=False,
    ),
]


def check_flows_command(
    folder: FolderArgument = None,
    json_lines: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are faults too.")] = False,
) -> None:
    """Find contradicting and dead rules, questions, texts and actions that are missing.

    Leaves with 0 when nothing is wrong, 1 when there are faults, 2 without a folder.
    """
    from dialogue.bot_folder import problems_of

    _demand(folder)
    problems = sorted(problems_of(folder))
    tell_problems(folder or "flows", problems, strict=strict, json_lines=json_lines)


def draw_command(
    folder: FolderArgument = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="Write a picture of each flow here.", show_default=False),
    ] = None,
    form: Annotated[
        Literal["svg", "mermaid"], typer.Option("--format", help="What --into writes.")
    ] = "svg",
) -> None:
    """Draw each flow: its rules step by step, and what its forms ask for.

    Without --into, Mermaid is printed.
    """
    from dialogue.bot_folder import flow_folders, open_folder
    from dialogue.drawing import mermaid, svg
    from dialogue.edition import FLOWS

    _demand(folder)
    try:
        bot, _ = open_folder(folder)
    except ContentError as error:
        refuse(error.problems)
    place = folder or FLOWS
    folders = flow_folders(place)
    alone = folders == [place]
    for each in folders:
        flow = None if alone else each.name
        if into is None:
            print(f"%% {each.name}\n{mermaid(bot, flow)}")
            continue
        into.mkdir(parents=True, exist_ok=True)
        text = svg(bot, each.name, flow) if form == "svg" else mermaid(bot, flow)
        (into / f"{each.name}.{'svg' if form == 'svg' else 'mmd'}").write_text(text, "utf-8")
    if into is not None:
        typer.echo(f"{len(folders)} flows drawn into {into}")


def _demand(folder: Path | None) -> None:
    if folder is not None and not folder.is_dir():
        stop(f"there is no folder {folder}.", 2)


def dialogue_command() -> None:
    """For those who build flows: check them, draw them."""


dialogue_group = typer.Typer(no_args_is_help=True)
dialogue_group.callback()(dialogue_command)
dialogue_group.command("check")(check_flows_command)
dialogue_group.command("draw")(draw_command)
