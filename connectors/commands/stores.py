"""The settings and the store that a command works on, and what is said when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from connectors.settings import Settings
    from dialogue.store.store import Store

Result = TypeVar("Result")


def read_settings() -> Settings:
    """The settings, or what is wrong with them and exit code 1."""
    from connectors.settings import load_settings
    from connectors.settings_faults import SettingsError

    try:
        return load_settings()
    except SettingsError as error:
        stop(str(error))


def stop(message: str, code: int = 1) -> NoReturn:
    """Say why on stderr, and leave."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def with_store(work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Do something with the service's store; what it refuses is told in a line."""
    settings = read_settings()

    async def run() -> Result:
        from connectors.app import open_store

        async with open_store(settings) as store:
            return await work(store)

    from connectors.settings_faults import SettingsError
    from dialogue.store.errors import StoreError

    try:
        return asyncio.run(run())
    except (StoreError, SettingsError) as error:
        stop(str(error))
