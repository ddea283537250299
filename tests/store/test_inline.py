"""SQLite without a thread: what may take long holds up nobody, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store import inline
from dialogue.store.engine import Database, open_database
from dialogue.store.inline import InlineConnection


async def a_table(path: Path) -> Database:
    database = open_database(f"sqlite:///{path}")
    async with database.write() as connection:
        await connection.execute(sa.text("CREATE TABLE t (n INTEGER)"))
    return database


async def count(database: Database) -> int:
    async with database.look() as connection:
        return int((await connection.execute(sa.text("SELECT count(*) FROM t"))).scalar_one())


async def test_only_the_connection_that_writes_keeps_its_pages(tmp_path: Path) -> None:
    """Memory is bounded whatever the size of the file; and writers keep their cache."""
    database = await a_table(tmp_path / "a.db")

    async def kilobytes(connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> int:
        async with connect() as connection:
            found = await connection.execute(sa.text("PRAGMA cache_size"))
            return -int(found.scalar_one())

    sizes = [await kilobytes(one) for one in (database.write, database.look, database.read)]
    assert sizes == [4_000, 2_000, 2_000]
    first = [await in_use(database) for _ in range(3)]
    assert len(set(first)) == 1
    await database.close()


async def in_use(database: Database) -> int:
    """Which connection writes."""
    async with database.write() as connection:
        raw = await connection.get_raw_connection()
        return id(raw.driver_connection)


async def test_others_run_while_another_process_holds_the_database(tmp_path: Path) -> None:
    database = await a_table(tmp_path / "a.db")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def insert() -> None:
        async with database.write() as connection:
            await connection.execute(sa.text("INSERT INTO t VALUES (1)"))

    inserting = asyncio.create_task(insert())
    await asyncio.sleep(0.05)
    assert not inserting.done()
    other.execute("COMMIT")
    other.close()
    await inserting
    assert await count(database) == 1
    await database.close()


async def test_a_lock_that_never_opens_is_an_error(tmp_path: Path) -> None:
    database = await a_table(tmp_path / "a.db")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    connection = InlineConnection(str(tmp_path / "a.db"), 0.02, ())
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await connection.cursor().execute("BEGIN IMMEDIATE")
    await connection.close()
    other.close()
    await database.close()


async def test_a_slow_disk_is_waited_for_in_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "SLOW_COMMIT", -1.0)
    database = await a_table(tmp_path / "a.db")
    assert await count(database) == 0
    await database.close()


async def test_what_fails_within_a_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = await a_table(tmp_path / "a.db")

    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(sa.text("INSERT INTO t VALUES (1)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await count(database) == 0
    await database.close()
