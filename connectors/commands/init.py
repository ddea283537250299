"""`samsvar init`: a content folder to start from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer


def init_command(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it may not hold anything.")],
) -> None:
    """Make a content folder for a municipality, from the example's.

    Set SAMSVAR_CONTENT to the folder, change what is yours, and run `samsvar check`.
    """
    from knowledge.content import EXAMPLE

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        typer.echo(f"{folder} is there already and is not empty; name another folder.", err=True)
        raise typer.Exit(2)
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    typer.echo(
        f"{folder} is made from the example municipality.\n"
        f"1. Begin with {folder / 'municipality.yml'} and {folder / 'units.yml'}.\n"
        f"2. Write your own facts in {folder / 'facts.yml'}: numbers, prices, pages.\n"
        f"3. Check it: samsvar check --content {folder}\n"
        f"4. Talk with it: samsvar chat --content {folder}\n"
        f"5. Serve it: SAMSVAR_CONTENT={folder} samsvar serve"
    )
