"""`samsvar conform`: recorded conversations of a real Rasa, played here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer


def conform(
    folders: Annotated[
        list[Path], typer.Argument(help="Bot folders with transcripts/, or folders of such.")
    ],
    level: Annotated[
        Literal["bot", "state", "events"],
        typer.Option(help="What is compared: what is said; slots and form too; events too."),
    ] = "state",
    folded: Annotated[
        bool, typer.Option("--folded", help="Leave out repeated SlotSets and session events.")
    ] = False,
) -> None:
    """Play recorded conversations against the embedded executor, and tell each difference.

    Exit code 1 if any differs, 2 if there is nothing to play.
    """
    from dialogue.conformance import open_bot, play
    from knowledge.problems import ContentError

    transcripts = turns = differences = 0
    for folder in _bot_folders(folders):
        paths = sorted((folder / "transcripts").glob("*.yml"))
        try:
            executor = open_bot(folder)
        except ContentError as error:
            typer.echo(f"{folder}: not loaded\n{error}")
            transcripts += len(paths)
            differences += len(paths)
            continue
        for path in paths:
            transcripts += 1
            try:
                played = play(executor, path, level, folded)
            except ContentError as error:
                typer.echo(f"{folder.name}: not played\n{error}\n")
                differences += 1
                continue
            turns += played.turns
            if played.difference is not None:
                differences += 1
                typer.echo("\n".join([*played.difference.lines(), ""]))
    if not transcripts:
        typer.echo("no transcripts/*.yml in these folders", err=True)
        raise typer.Exit(2)
    told = f"{transcripts} conversations, {turns} turns, {differences} differ"
    typer.echo(f"{told} (level {level}{', folded' if folded else ''})")
    if differences:
        raise typer.Exit(1)


def _bot_folders(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            typer.echo(f"there is no folder {folder}", err=True)
            raise typer.Exit(2)
        if (folder / "transcripts").is_dir():
            yield folder
        else:
            yield from sorted(path.parent for path in folder.glob("*/transcripts"))
