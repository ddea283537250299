"""What every message needs is found by index, however much has been said before."""

from __future__ import annotations

import sqlalchemy as sa
from grown_database import fill, plans, scans
from small_queries import after

from dialogue.store.store import Store
from dialogue.store.tables import timers

PEOPLE, MESSAGES = 2_000, 40_000


async def grown(store: Store) -> None:
    """Much has been said, and many timers lie ahead, as in a service of some years."""
    await fill(store.database, PEOPLE, MESSAGES)
    later = [
        {"conversation_id": 1 + n % PEOPLE, "key": f"k{n}", "name": "rating_reminder",
         "data": b"{}", "due_at": after(days=30 + n)}
        for n in range(5_000)
    ]  # fmt: skip
    async with store.database.write() as connection:
        await connection.execute(sa.insert(timers), later)
    async with store.database.write() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def test_no_statement_of_the_hot_way_reads_a_whole_table(store: Store) -> None:
    await grown(store)
    found = await plans(store.database)
    assert {name: scans(plan) for name, plan in found.items() if scans(plan)} == {}
    assert "ix_inbox_waiting" in "".join(found["claim: their messages"])
    assert "ix_outbox_queued" in "".join(found["sender: anything"])
    by_recipient = "recipient=?" if store.database.sqlite else "Index Cond: (recipient = "
    for name in ("sender: claim", "sender: when next"):  # what stands before each, not all
        assert by_recipient in "".join(found[name]), name


async def test_a_lacking_index_is_seen(store: Store) -> None:
    await grown(store)
    async with store.database.write() as connection:
        await connection.exec_driver_sql("DROP INDEX ix_outbox_provider")
    await store.database.engine.dispose()  # SQLite explains by the schema that it remembers
    found = await plans(store.database)
    assert any(scans(plan) for plan in found.values())
