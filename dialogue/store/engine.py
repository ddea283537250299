"""The database: how it is opened, and the ways to talk to it: `look`, `read` and `write`.

SQLite runs in WAL mode with `synchronous=FULL`: a commit has reached the disk before
anything is acknowledged. NORMAL would outlive `kill -9` too (the pages are then with
the operating system), but not a power cut: an answer that was already sent could be
sent again. With commits shared by whole batches it costs little (docs/storage.md has
the figures). Writers of one process queue in a lock of ours instead of SQLite's, which
sleeps and tries again. What the service does with each message runs without a thread
(`inline.py`); what may read a whole table (`read`) has one.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from dialogue.store.errors import AwayError
from dialogue.store.inline import InlineConnection

_BEGIN = "samsvar_begin"  # an execution option: the statement that begins a transaction
BUSY_AFTER_MS = 15_000
SYNCHRONOUS = "FULL"


class Database:
    """An open database. `sqlite` tells which of the two kinds it is."""

    def __init__(
        self,
        engine: AsyncEngine,
        looking: AsyncEngine | None = None,
        writing: AsyncEngine | None = None,
    ) -> None:
        """On a SQLite file `looking` and `writing` run without a thread; else all are one."""
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self._engines = {engine, looking or engine, writing or engine}
        self._writing = (writing or engine).execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        reading = {_BEGIN: ""}
        self._reading = engine.execution_options(**reading) if self.sqlite else engine
        self._looking = (looking or engine).execution_options(**reading) if self.sqlite else engine
        self._writer = asyncio.Lock() if self.sqlite else None

    @property
    def path(self) -> str | None:
        """The file of a SQLite database; None on PostgreSQL and in memory."""
        name = self.engine.url.database
        return name if self.sqlite and name and name != ":memory:" else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end, or leaves nothing behind."""
        if self._writer is None:
            async with self._writing.begin() as connection:
                yield connection
            return
        await asyncio.sleep(0)  # nothing below need wait: others have a turn here
        async with self._writer, self._writing.begin() as connection:
            yield connection

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """As `read`, for statements that an index answers at once; no thread is asked."""
        async with self._looking.connect() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with. On SQLite each statement sees its own moment."""
        async with self._reading.connect() as connection:
            yield connection

    async def demand_answer(self) -> None:
        """Raise AwayError unless it can be reached. What it says of itself is left out: it
        may hold a user or a host."""
        try:
            async with self.engine.connect():
                pass
        except Exception as error:
            raise AwayError(type(error).__name__) from None

    async def close(self) -> None:
        for engine in self._engines:
            await engine.dispose()


def open_database(url: str | URL, *, pool_size: int = 5, statement_seconds: int = 30) -> Database:
    """Open a database by URL: `sqlite:///path` or `postgresql://…`, with or without a driver.

    `statement_seconds`: what takes longer is ended by PostgreSQL.
    """
    address = _with_driver(make_url(url))
    if address.get_backend_name() == "sqlite":
        return Database(*_open_sqlite(address, pool_size))
    return Database(_open_postgresql(address, pool_size, statement_seconds))


def _with_driver(url: URL) -> URL:
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    backend = url.get_backend_name()
    if backend == "postgres":
        backend = "postgresql"
    if backend not in drivers:
        raise ValueError(f"a database is SQLite or PostgreSQL, not {backend}")
    return url.set(drivername=drivers[backend])


def _open_sqlite(url: URL, pool_size: int) -> tuple[AsyncEngine, ...]:
    """The engine with threads, and those without to look and to write; one if in memory.

    There is one connection to write with, so that its cache of pages stays true: SQLite
    forgets all pages when another connection has written. The others have small ones.
    """
    in_memory = url.database in {None, "", ":memory:"}
    pool: dict[str, Any] = {}
    if not in_memory:  # the last used is used again: the others' caches stay small
        pool = {"pool_size": pool_size, "max_overflow": 5, "pool_use_lifo": True}
    engine = create_async_engine(url, connect_args={"timeout": BUSY_AFTER_MS / 1000}, **pool)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` says, not by guess
        connection.run_async(_use_wal)
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, f"busy_timeout={BUSY_AFTER_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "begin", _begin)
    if in_memory:
        return (engine,)
    one = {"pool_size": 1, "max_overflow": 0}
    return engine, _inline(url, _PRAGMAS, pool), _inline(url, (*_PRAGMAS, _CACHE_TO_WRITE), one)


def _inline(url: URL, pragmas: Sequence[str], pool: dict[str, Any]) -> AsyncEngine:
    """An engine whose statements run where they are awaited."""
    path = str(url.database)

    async def connect(*_arguments: Any, **_named: Any) -> InlineConnection:
        connection = InlineConnection(path, BUSY_AFTER_MS / 1000, pragmas)
        await _use_wal(connection)
        return connection

    engine = create_async_engine(url, async_creator=connect, **pool)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


_PRAGMAS = (
    f"synchronous={SYNCHRONOUS}",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-2000",  # KB, of each connection that reads
    "journal_size_limit=67108864",
)
_CACHE_TO_WRITE = "cache_size=-4000"


def _begin(connection: sa.Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


async def _use_wal(connection: aiosqlite.Connection | InlineConnection) -> None:
    """Put the file in WAL mode. The mode stays with the file, so all but the first find it so.

    Where two processes open a new file at once, SQLite tells one of them "database is
    locked" at once, whatever the timeout: it will not wait for a lock that it must raise.
    """
    give_up_at = time.monotonic() + BUSY_AFTER_MS / 1000
    while True:
        try:
            await connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            await asyncio.sleep(0.02)


def _open_postgresql(url: URL, pool_size: int, statement_seconds: int) -> AsyncEngine:
    settings = {
        "application_name": "samsvar",
        "jit": "off",  # short statements: compiling costs more than it gives
        "timezone": "UTC",
        "statement_timeout": f"{statement_seconds}s",
        "lock_timeout": "10s",
        # a worker whose host has died gives its claims back
        "idle_in_transaction_session_timeout": "60s",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
    }
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=10,
        pool_pre_ping=True,  # a restarted server is noticed before work is begun on it
        pool_recycle=1_800,
        connect_args={
            "timeout": 10,
            "command_timeout": statement_seconds + 5,
            "prepared_statement_cache_size": 200,
            "server_settings": settings,
        },
    )
