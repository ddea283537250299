"""Who waits for work is woken: by an event within the process, by LISTEN/NOTIFY between them.

On SQLite another process (the command line) can't wake this one; a waiter therefore
looks again by itself after a while, which its caller chooses.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.engine import Database

INBOX = "samsvar_inbox"
OUTBOX = "samsvar_outbox"
LISTEN_AGAIN_AFTER = 2.0  # seconds


class Wake:
    """One signal for each topic. A signal given while nobody waits is not lost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._signals = {INBOX: asyncio.Event(), OUTBOX: asyncio.Event()}
        self._listening: asyncio.Task[None] | None = None

    def signal(self, topic: str) -> None:
        """Wake the waiter of this process."""
        self._signals[topic].set()

    async def wait(self, topic: str, timeout_seconds: float) -> bool:
        """Wait for a signal, at most so long. True when there was one."""
        if not self._database.sqlite and self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        signal = self._signals[topic]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await signal.wait()
        woken = signal.is_set()
        signal.clear()
        return woken

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def _listen(self) -> None:
        """Hold one connection that hears NOTIFY; open it again when it is lost."""
        while True:
            with contextlib.suppress(OSError, Exception):
                async with self._database.engine.connect() as connection:
                    await self._hear(connection)
            await asyncio.sleep(LISTEN_AGAIN_AFTER)

    async def _hear(self, connection: AsyncConnection) -> None:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        driver: Any = (await autocommit.get_raw_connection()).driver_connection
        lost = asyncio.Event()

        def hear(_connection: Any, _process: int, topic: str, _payload: str) -> None:
            self.signal(topic)

        driver.add_termination_listener(lambda _connection: lost.set())
        for topic in self._signals:
            await driver.add_listener(topic, hear)
            self.signal(topic)  # something may have come before we heard
        try:
            await lost.wait()
        finally:
            if not driver.is_closed():
                for topic in self._signals:
                    await driver.remove_listener(topic, hear)
