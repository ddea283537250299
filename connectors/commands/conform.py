"""`samsvar conform`: recorded conversations of a real Rasa, played here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

_FOLDER = "name a bot's folder, with transcripts/ in it"


def conform(
    folders: Annotated[
        list[Path],
        typer.Argument(help="Bot folders with transcripts/, folders of such, or transcripts."),
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
    for folder, paths in _recorded(folders):
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
        _refuse("No transcripts/*.yml in these folders", _FOLDER)
    told = f"{transcripts} conversations, {turns} turns, {differences} differ"
    typer.echo(f"{told} (level {level}{', folded' if folded else ''})")
    if differences:
        raise typer.Exit(1)


def _recorded(places: list[Path]) -> Iterator[tuple[Path, list[Path]]]:
    """Each bot folder with the conversations to play there; leaves with 2 if a place has none."""
    for place in places:
        if place.is_file():
            if place.parent.name != "transcripts" or place.suffix != ".yml":
                _refuse(f"{place} is no recorded conversation", f"{_FOLDER}, or a .yml file there")
            yield place.parent.parent, [place]
        elif not place.is_dir():
            _refuse(f"{place} does not exist", _FOLDER)
        elif (place / "transcripts").is_dir():
            yield place, sorted((place / "transcripts").glob("*.yml"))
        else:
            for folder in sorted(place.glob("*/transcripts")):
                yield folder.parent, sorted(folder.glob("*.yml"))


def _refuse(what: str, mend: str) -> NoReturn:
    typer.echo(f"{what}\n  Mend: {mend}.", err=True)
    raise typer.Exit(2)
