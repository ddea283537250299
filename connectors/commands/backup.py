"""`samsvar backup` and `restore`: the embedded database in one file. PostgreSQL: `pg_dump`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.commands.stores import read_settings, stop

if TYPE_CHECKING:
    from connectors.settings import Settings


def backup_command(
    file: Annotated[Path, typer.Argument(help="Where to: a file that is not there yet.")],
) -> None:
    """Copy the SQLite database to a file, whole and at one moment, while the service runs.

    The secret is not in it; keep a copy of that in another place.
    """
    from dialogue.store.backup import back_up
    from dialogue.store.errors import StoreError

    source = _database(read_settings())
    try:
        back_up(source, file.absolute())
    except (StoreError, OSError) as error:
        stop(str(error))
    typer.echo(f"{file}: {file.stat().st_size:,} bytes. Keep SAMSVAR_SECRET apart from it.")


def restore_command(
    file: Annotated[Path, typer.Argument(help="A file that `samsvar backup` has made.")],
) -> None:
    """Put a backup in the place of the SQLite database, while the service is stopped.

    One from before a change of key needs the secret of that time as SAMSVAR_SECRET_PREVIOUS.

    What was still to be sent then may have been sent since, so it is not sent unasked.
    """
    from connectors.app import make_vault
    from connectors.settings_faults import SettingsError
    from dialogue.store.backup import restore
    from dialogue.store.errors import StoreError

    settings = read_settings()
    target = _database(settings)
    try:
        vault = make_vault(settings)
        kept = restore(file.absolute(), target, datetime.now(UTC), vault.key_ids)
    except (SettingsError, StoreError, OSError) as error:
        stop(str(error))
    typer.echo(f"{file} is now {target}.")
    if kept is not None:
        typer.echo(f"The database of before is kept as {kept}; delete it when all is well.")


def _database(settings: Settings) -> Path:
    if not settings.is_embedded:
        stop("This is for SQLite. PostgreSQL is backed up with pg_dump; see docs/storage.md.", 2)
    return Path(settings.database.partition("///")[2])
