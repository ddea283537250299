"""SQLite without a thread of its own: statements run where they are awaited.

aiosqlite hands each statement to a thread and waits to be woken, which costs more than
the statements of a batch do (about 50 microseconds each way, and more while Python is
busy). Here a short statement runs at once; what may take long does not hold up the rest
of the process: a lock is waited for asleep, and commits go to a thread while the disk is
slow. It is what SQLAlchemy's aiosqlite dialect asks of its driver, and no more.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, Self

LOOK_AGAIN_AFTER = 0.005  # seconds, while another process holds the database
SLOW_COMMIT = 0.002  # seconds; a disk that needs longer is waited for in a thread
_WEIGHT = 0.2  # of the latest commit in the running mean


class InlineConnection:
    """One connection. `busy_seconds`: how long another's lock is waited for."""

    def __init__(self, path: str, busy_seconds: float, pragmas: Sequence[str]) -> None:
        self._connection: sqlite3.Connection | None = sqlite3.connect(
            path, timeout=0.0, isolation_level=None, check_same_thread=False
        )
        self._busy_seconds = busy_seconds
        self._commit_seconds = 0.0
        for pragma in pragmas:
            self._connection.execute(f"PRAGMA {pragma}")

    @property
    def driver(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("connection closed")  # what the dialect knows as such
        return self._connection

    def cursor(self) -> InlineCursor:
        return InlineCursor(self, self.driver.cursor())

    async def execute(self, statement: str) -> None:
        self.driver.execute(statement)

    async def run(self, call: Any, *arguments: Any) -> Any:
        """Call; where another process holds the database, again until it is free."""
        give_up_at = None
        while True:
            try:
                return call(*arguments)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                moment = time.monotonic()
                give_up_at = give_up_at or moment + self._busy_seconds
                if moment > give_up_at:
                    raise
            await asyncio.sleep(LOOK_AGAIN_AFTER)

    async def commit(self) -> None:
        driver = self.driver
        if not driver.in_transaction:
            return
        began = time.perf_counter()
        if self._commit_seconds > SLOW_COMMIT:
            await self.run_in_thread(driver.commit)
        else:
            await self.run(driver.commit)
        took = time.perf_counter() - began
        self._commit_seconds += _WEIGHT * (took - self._commit_seconds)

    async def run_in_thread(self, call: Any) -> None:
        """Call in a thread, to its end even when the caller is cancelled meanwhile."""
        running = asyncio.ensure_future(asyncio.to_thread(call))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait({running})
            raise

    async def rollback(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.rollback()

    async def create_function(self, *arguments: Any, **named: Any) -> None:
        self.driver.create_function(*arguments, **named)

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class InlineCursor:
    """A cursor whose awaited calls return without waiting."""

    arraysize = 1

    def __init__(self, connection: InlineConnection, cursor: sqlite3.Cursor) -> None:
        self._connection, self._cursor = connection, cursor

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        await self._connection.run(self._cursor.execute, statement, parameters)
        return self

    async def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> Self:
        await self._connection.run(self._cursor.executemany, statement, rows)
        return self

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()
