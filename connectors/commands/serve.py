"""`samsvar serve`: the service."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.commands.editions import refuse
from connectors.commands.stores import read_settings, stop

if TYPE_CHECKING:
    from connectors.settings import Settings
    from dialogue.edition import Edition


def serve_command(
    port: Annotated[
        int | None, typer.Option("--port", help="Instead of SAMSVAR_PORT.", show_default=False)
    ] = None,
) -> None:
    """Serve: web, worker and sender in one process. Ctrl-C or SIGTERM stops it gracefully.

    Settings are SAMSVAR_… in the environment or in .env; a channel without settings is off.
    """
    from connectors.logs import configure_logs
    from connectors.settings_faults import SettingsError
    from dialogue.edition import load_edition
    from dialogue.store.errors import StoreError
    from knowledge.problems import ContentError

    settings = read_settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    configure_logs()
    try:
        edition = load_edition(settings.content, settings.data_dir / "cache")
    except ContentError as error:
        refuse(error.problems)
    try:
        asyncio.run(_serve(settings, edition))
    except (SettingsError, StoreError) as error:
        stop(str(error))
    except OSError as error:
        stop(f"Can't listen on {settings.host}:{settings.port}: {error.strerror}")


async def _serve(settings: Settings, edition: Edition) -> None:
    from connectors.app import Service, open_store

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with open_store(settings) as store:
        service = Service(settings, edition, store)
        async with service.running():
            _tell(settings, service.addresses, edition)
            await stopping.wait()
            typer.echo("Stopping: what is under way is finished first.", err=True)


def _tell(settings: Settings, addresses: list[tuple[str, int]], edition: Edition) -> None:
    """What is on and what is off, and how to switch it on."""
    for host, port in addresses:
        typer.echo(f"Samsvar for {edition.municipality.name} on http://{host}:{port}", err=True)
    for name, on, needs in settings.states():
        typer.echo(f"  {name:10} {'on' if on else f'off: set {needs}'}", err=True)
    for warning in settings.warnings:
        typer.echo(f"  note: {warning}", err=True)
