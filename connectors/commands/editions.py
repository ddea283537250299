"""The content that a command works on, and what is said when it can't be used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from knowledge.problems import ContentError, Problem

if TYPE_CHECKING:
    from dialogue.edition import Edition

ContentOption = Annotated[
    Path | None,
    typer.Option(
        "--content",
        envvar="SAMSVAR_CONTENT",
        help="The content folder. Default: the example municipality.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON, one object a line.")]


def open_edition(content: Path | None) -> Edition:
    """Load the content, or tell its faults and leave with exit code 1."""
    from dialogue.edition import load_edition

    try:
        return load_edition(content, cache_folder())
    except ContentError as error:
        refuse(error.problems)


def own_folder(content: Path | None) -> Path:
    """The content folder that a command writes to: never the example inside the program."""
    if content is None:
        typer.echo("Say which folder: --content DIR, or SAMSVAR_CONTENT=DIR.", err=True)
        raise typer.Exit(2)
    if not content.is_dir():
        typer.echo(f"{content} is no folder; `samsvar init {content}` makes one.", err=True)
        raise typer.Exit(2)
    return content


def cache_folder() -> Path:
    """Where commands keep what takes time to build; it may be deleted at any time."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "samsvar"


def refuse(problems: tuple[Problem, ...] | list[Problem]) -> NoReturn:
    """Tell what is wrong on stderr and leave."""
    typer.echo("\n\n".join(str(problem) for problem in problems), err=True)
    raise typer.Exit(1)
