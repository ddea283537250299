"""How a process of the service is run: all of it, or one part, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.commands.editions import refuse
from connectors.commands.stores import read_settings, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from connectors.app import Part, Service
    from connectors.settings import Settings
    from dialogue.edition import Edition

HealthPort = Annotated[
    int | None,
    typer.Option(
        "--port", help="Tell of its health on this port. Default: not.", show_default=False
    ),
]


def run_parts(parts: Collection[Part] | None, port: int | None, *, listen: bool = True) -> None:
    """Serve these parts (all, if None) until SIGINT or SIGTERM; SIGHUP reloads the content."""
    from connectors.logs import configure_logs
    from connectors.settings_faults import SettingsError
    from dialogue.edition import load_edition
    from dialogue.store.errors import StoreError
    from knowledge.problems import ContentError

    settings = read_settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    if parts is not None and settings.is_embedded:
        stop("On SQLite one process does it all: samsvar serve. Parts need PostgreSQL.", 2)
    configure_logs()
    try:
        edition = load_edition(settings.content, settings.data_dir / "cache", lean=True)
    except ContentError as error:
        refuse(error.problems)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(settings, edition, parts, listen=listen))
    except (SettingsError, StoreError) as error:
        stop(str(error))
    except OSError as error:
        stop(f"Can't listen on {settings.host}:{settings.port}: {error.strerror}")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one: it does the same with less."""
    try:
        import uvloop
    except ImportError:  # Windows, PyPy
        return None
    return uvloop.new_event_loop


async def _run(
    settings: Settings, edition: Edition, parts: Collection[Part] | None, *, listen: bool
) -> None:
    from connectors.app import PARTS, Service, open_store
    from connectors.memory import settle

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with open_store(settings) as store:
        service = Service(settings, edition, store, parts=parts or PARTS, listen=listen)
        reloads: set[asyncio.Task[bool]] = set()

        def reload() -> None:
            task = asyncio.create_task(service.reload())
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGHUP, reload)
        async with service.running():
            settle()
            _tell(settings, service, edition)
            await stopping.wait()
            typer.echo("Stopping: what is under way is finished first.", err=True)


def _tell(settings: Settings, service: Service, edition: Edition) -> None:
    """What is on and what is off, and how to switch it on."""
    name = edition.municipality.name
    if len(service.parts) == 1:
        typer.echo(f"Samsvar for {name}: {next(iter(service.parts))}", err=True)
    for host, port in service.addresses:
        typer.echo(f"Samsvar for {name} on http://{host}:{port}", err=True)
    for way, on, needs in settings.states():
        typer.echo(f"  {way:10} {'on' if on else f'off: set {needs}'}", err=True)
    for warning in settings.warnings:
        typer.echo(f"  note: {warning}", err=True)
