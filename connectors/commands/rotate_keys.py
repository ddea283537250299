"""`samsvar rotate-keys`: a new secret takes the place of the earlier one."""

from __future__ import annotations

import typer

from connectors.commands.stores import read_settings, stop, with_store


def rotate_keys_command() -> None:
    """Encrypt every address with SAMSVAR_SECRET, also those of SAMSVAR_SECRET_PREVIOUS.

    Runs while the service does. When it is done, the previous secret can be taken away.
    """
    if read_settings().secret_previous is None:
        stop("SAMSVAR_SECRET_PREVIOUS is missing: the secret of before, beside the new one.", 2)
    changed = with_store(lambda store: store.upkeep.rotate_keys())
    typer.echo(f"{changed:,} addresses are now kept with SAMSVAR_SECRET.")
    typer.echo("Take SAMSVAR_SECRET_PREVIOUS away, and start every process anew.")
