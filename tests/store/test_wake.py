"""Who waits is woken: within a process by a signal, between processes by NOTIFY."""

from __future__ import annotations

import asyncio
import time

import pytest
import sqlalchemy as sa
from small_decide import decide, incoming
from small_queries import NOW

from dialogue.store.store import Store
from dialogue.store.vault import Vault
from dialogue.store.wake import INBOX, OUTBOX

VAULT = Vault("a secret for tests only")


async def test_a_signal_before_the_wait_is_not_lost(store: Store) -> None:
    store.wake.signal(INBOX)
    assert await store.wake.wait(INBOX, 5)


async def test_receiving_wakes_the_worker_and_handling_the_sender(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW)
    assert await store.wake.wait(INBOX, 5)
    await store.run_batch(decide, NOW)
    assert await store.wake.wait(OUTBOX, 5)


async def test_another_process_is_woken_on_postgresql(
    database_url: str, database_kind: str
) -> None:
    if database_kind == "sqlite":
        pytest.skip("on SQLite a waiter looks again by itself")
    async with (
        await Store.open(database_url, VAULT) as web,
        await Store.open(database_url, VAULT) as worker,
    ):
        await worker.wake.wait(INBOX, 0.5)  # it listens from now on
        await worker.wake.wait(INBOX, 0.5)
        began = time.perf_counter()
        waiting = asyncio.create_task(worker.wake.wait(INBOX, 10))
        await asyncio.sleep(0.01)
        await web.receive(incoming("hei", "1"), NOW)
        assert await waiting
        assert time.perf_counter() - began < 5


async def test_a_lost_listener_is_opened_again(database_url: str, database_kind: str) -> None:
    if database_kind == "sqlite":
        pytest.skip("nobody listens on SQLite")
    async with await Store.open(database_url, VAULT) as store:
        await store.wake.wait(INBOX, 0.5)
        await store.wake.wait(INBOX, 0.1)
        others = sa.text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        async with store.database.write() as connection:
            await connection.execute(others)
        assert await store.wake.wait(INBOX, 10)  # listening anew, it looks at once
