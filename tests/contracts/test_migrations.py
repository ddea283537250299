"""Migrations, on both databases: up, down, and no drift from the tables."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from dialogue.store import migrate
from dialogue.store.consent_tables import consents
from dialogue.store.engine import open_database
from dialogue.store.errors import SchemaError
from dialogue.store.store import Store
from dialogue.store.tables import metadata, outbox
from dialogue.store.vault import Vault

VAULT = Vault("a secret for tests only")


async def _tables(url: str) -> set[str]:
    database = open_database(url)
    async with database.read() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    await database.close()
    return set(names) - {"sqlite_sequence"}


async def test_up_and_down_and_up_again(empty_database_url: str) -> None:
    await migrate.upgrade(empty_database_url)
    assert await _tables(empty_database_url) == {*metadata.tables, "alembic_version"}
    await migrate.downgrade(empty_database_url)
    assert await _tables(empty_database_url) == {"alembic_version"}
    await migrate.upgrade(empty_database_url)
    assert await _tables(empty_database_url) == {*metadata.tables, "alembic_version"}


async def test_tables_and_migrations_do_not_differ(database_url: str) -> None:
    await migrate.check(database_url)


async def test_head_names_the_newest_revision() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", "dialogue.store:migrations")
    assert ScriptDirectory.from_config(configuration).get_heads() == [migrate.head()]
    assert files("dialogue.store").joinpath("migrations/HEAD").is_file()


async def test_a_store_does_not_open_on_another_schema(empty_database_url: str) -> None:
    with pytest.raises(SchemaError, match="samsvar migrate"):
        await Store.open(empty_database_url, VAULT)
    async with await Store.open(empty_database_url, VAULT, upgrade=True) as store:
        await store.ping()
    async with await Store.open(empty_database_url, VAULT) as store:
        await store.ping()


async def _columns(url: str) -> dict[tuple[str, str], Any]:
    """Each column by its table and name."""
    database = open_database(url)

    def read(sync: sa.Connection) -> dict[tuple[str, str], Any]:
        inspector = sa.inspect(sync)
        return {
            (table, column["name"]): column
            for table in inspector.get_table_names()
            for column in inspector.get_columns(table)
        }

    async with database.read() as connection:
        found = await connection.run_sync(read)
    await database.close()
    return found


async def test_what_the_version_before_reads_and_writes_is_still_there(
    empty_database_url: str,
) -> None:
    """It serves on while the database is brought forward: its statements name these columns.

    Nothing is renamed, dropped or made stricter, and what is new in a table can be left out.
    """
    await migrate.upgrade(empty_database_url, "0001")
    first = await _columns(empty_database_url)
    await migrate.upgrade(empty_database_url)
    newest = await _columns(empty_database_url)
    assert first.keys() <= newest.keys()
    for place, column in first.items():
        assert str(newest[place]["type"]) == str(column["type"]), place
        assert newest[place]["nullable"] >= column["nullable"], place
    tables = {table for table, _ in first}
    for (table, name), column in newest.items():
        if table in tables and (table, name) not in first:
            assert column["nullable"] or column["default"] is not None, (table, name)


async def test_who_serves_already_serves_on_after_the_database_was_brought_forward(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate.upgrade(empty_database_url, "0002")
    database = open_database(empty_database_url)
    monkeypatch.setattr(migrate, "head", lambda: "0002")
    await migrate.demand_current(database)
    await migrate.upgrade(empty_database_url, "0003")
    await migrate.demand_served(database)  # ready still
    with pytest.raises(SchemaError):  # but it would not start anew
        await migrate.demand_current(database)
    monkeypatch.setattr(migrate, "head", lambda: "0004")
    with pytest.raises(SchemaError):
        await migrate.demand_served(database)
    await database.close()


async def test_a_first_database_with_people_in_it_is_brought_forward(
    empty_database_url: str,
) -> None:
    await migrate.upgrade(empty_database_url, "0001")
    database = open_database(empty_database_url)
    stamp = "2026-01-01 00:00:00+00:00"
    async with database.write() as connection:
        for statement in (
            "INSERT INTO conversations (id, channel, address_hash, address_cipher, created_at,"
            f" updated_at) VALUES (7, 'sms', 'x', 'y', '{stamp}', '{stamp}')",
            "INSERT INTO outbox (id, conversation_id, recipient, channel, purpose, priority, body,"
            " status, next_attempt_at, expires_at, created_at) VALUES (3, 7, 'person:7', 'sms',"
            f" 'answer', 0, 'b', 'queued', '{stamp}', '{stamp}', '{stamp}')",
        ):
            await connection.execute(sa.text(statement))
    await migrate.upgrade_open(database)
    async with database.read() as connection:
        kept = (await connection.execute(sa.select(outbox.c.id, outbox.c.rests_on))).all()
        assert [tuple(row) for row in kept] == [(3, None)]
        assert (await connection.execute(sa.select(consents))).all() == []
    await database.close()
    await migrate.check(empty_database_url)
    await migrate.downgrade(empty_database_url, "0002")
    await migrate.upgrade(empty_database_url)


async def test_two_processes_that_migrate_at_once_do_it_once(empty_database_url: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_database_url) for _ in range(3)))
    await migrate.check(empty_database_url)


async def test_claims_and_look_ups_go_by_index(database_url: str, database_kind: str) -> None:
    """On a small table PostgreSQL would rather scan; it is told not to."""
    database = open_database(database_url)
    wanted = {
        "SELECT id FROM conversations WHERE address_hash = 'x'": "_conversations_",
        "SELECT min(id) FROM inbox WHERE status = 'new' GROUP BY conversation_id": (
            "ix_inbox_waiting"
        ),
        "SELECT id FROM outbox WHERE status = 'queued' ORDER BY priority, id LIMIT 9": (
            "ix_outbox_queued"
        ),
        "SELECT id FROM timers ORDER BY due_at LIMIT 9": "ix_timers_due",
        "SELECT id FROM outbox WHERE channel = 'sms' AND provider_id = 'x'": "ix_outbox_provider",
    }
    async with database.read() as connection:
        if database_kind == "postgresql":
            await connection.execute(sa.text("SET enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if database_kind == "sqlite" else "EXPLAIN "
        for statement, index in wanted.items():
            plan = (await connection.execute(sa.text(explain + statement))).all()
            assert index in str(plan), statement
    await database.close()
