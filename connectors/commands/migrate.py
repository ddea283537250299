"""`samsvar migrate`: bring the database's schema up to date."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from connectors.commands.stores import read_settings, stop


def migrate_command(
    to: Annotated[
        str, typer.Option("--to", help="A revision; «base» removes everything.")
    ] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go back to that revision.")] = False,
) -> None:
    """Bring the database's schema up to date (`serve` does it by itself on SQLite)."""
    from dialogue.store import migrate
    from dialogue.store.errors import StoreError

    settings = read_settings()
    if settings.is_embedded:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    change = migrate.downgrade if down else migrate.upgrade
    try:
        asyncio.run(change(settings.database, to))
    except StoreError as error:
        stop(str(error))
    typer.echo(f"The schema is at {to}.")
