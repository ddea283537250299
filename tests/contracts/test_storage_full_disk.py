"""Without room on the disk a message is refused or waits; none is lost, none is blamed."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_decide import decide, incoming, on_failure
from small_queries import NOW, handle_all, rows, send_all, texts
from sqlalchemy.exc import DBAPIError

from connectors.channel import IntakeFull
from connectors.intake import StoreIntake
from connectors.metrics import Metrics
from connectors.spool import Spool
from dialogue.store.errors import AwayError
from dialogue.store.store import SUSPICIOUS_AFTER, Store
from dialogue.store.tables import inbox


@pytest.fixture
def database_kind() -> str:
    """A PostgreSQL without room ends itself, and is then away as any other."""
    return "sqlite"


@pytest.fixture
async def full(store: Store) -> Store:
    """A store with messages that wait, and no page left to grow by."""
    await store.receive([incoming("x" * 3_000, f"m{n}", f"+47900000{n:02}") for n in range(8)], NOW)
    await set_room(store, 1)  # what it has; SQLite never makes it less than that
    return store


async def set_room(store: Store, pages: int) -> None:
    """At most so many pages, on each connection that is open in the pool."""
    async with store.database.write() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


async def test_a_message_without_room_is_refused_and_comes_in_when_there_is(full: Store) -> None:
    big = incoming("y" * 9_000, "big")
    with pytest.raises(AwayError):
        await full.receive(big, NOW)
    assert "big" not in await rows(full, inbox, "message_id")
    await set_room(full, 1_000_000)
    assert await full.receive(big, NOW) != [None]


async def test_where_the_spool_has_no_room_either_the_provider_comes_back(
    full: Store, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "spool", full._vault, most_bytes=10)
    spool.open()
    intake = StoreIntake(full, lambda: NOW, Metrics(), spool)
    with pytest.raises(IntakeFull):
        await intake.receive(incoming("y" * 9_000, "big"))


async def test_no_message_is_put_aside_for_a_full_disk(full: Store) -> None:
    for _ in range(SUSPICIOUS_AFTER + 3):
        with pytest.raises(DBAPIError):
            await full.run_batch(decide, NOW, on_failure=on_failure)
    assert {*await rows(full, inbox, "status")} == {"new"}
    await set_room(full, 1_000_000)
    assert await handle_all(full) == 8
    assert len(texts(await send_all(full))) == 8
    assert await full.list_dead_letters() == []
