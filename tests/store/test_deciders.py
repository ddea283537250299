"""Deciders are processes that may die, hang and raise; nobody who writes notices."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
import uvloop
from deadly_decide import decide_newer, decide_or_die
from small_decide import decide, incoming, on_failure
from small_queries import NOW, rows, send_all

from dialogue.messages import Incoming
from dialogue.store import decider_link
from dialogue.store import deciders as deciders_module
from dialogue.store.batch import BatchResult
from dialogue.store.deciders import Deciders
from dialogue.store.store import Store
from dialogue.store.tables import inbox
from dialogue.store.vault import Vault
from dialogue.store.worker import Worker

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = [f"+479000000{n}" for n in range(1, 7)]
WORDS = ("hei", "two", "ticket", "boom", "timer a", "takk")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deciders() -> AsyncIterator[Deciders]:
    """Shared, for it takes a second to start; it heals."""
    pool = Deciders(decide_or_die, on_failure, 2, least=1)
    assert await pool.start()
    yield pool
    await pool.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newer() -> AsyncIterator[Deciders]:
    """Those of another edition."""
    pool = Deciders(decide_newer, on_failure, 1, least=1)
    assert await pool.start()
    yield pool
    await pool.close()


@pytest.fixture
def opened(database_url: str) -> Callable[[], contextlib.AbstractAsyncContextManager[Store]]:
    """A store, opened in the loop of the test."""

    @contextlib.asynccontextmanager
    async def open_store() -> AsyncIterator[Store]:
        async with await Store.open(database_url, Vault("a secret for tests only")) as store:
            yield store

    return open_store


Opened = Callable[[], contextlib.AbstractAsyncContextManager[Store]]


def said(*words: str, people: list[str] = PEOPLE) -> list[Incoming]:
    return [incoming(word, f"{who}-{n}", who) for n, word in enumerate(words) for who in people]


async def work(
    store: Store, deciders: Deciders | None, decision: object = decide_or_die
) -> BatchResult:
    return await store.run_batch(
        decision,  # type: ignore[arg-type]
        NOW, limit=64, on_failure=on_failure, deciders=deciders,
    )  # fmt: skip


async def sent_to(store: Store) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in await send_all(store):
        found.setdefault(one.address or "", []).append(one.reply.text if one.reply else "")
    return found


async def test_they_say_and_put_aside_what_the_worker_would(
    opened: Opened, deciders: Deciders
) -> None:
    """In the order of each conversation; a decision that raises is the same dead letter."""
    found = []
    for pool in (deciders, None):
        async with opened() as store:
            await store.receive(said(*WORDS), NOW)
            result = await work(store, pool)
            assert (result.count, result.dead) == (36, 6)
            assert {one.decision is None for one in result.handled} == {pool is not None}
            letters = await store.list_dead_letters()
            found.append((await sent_to(store), {letter.error for letter in letters}))
            for letter in letters:
                await store.drop_dead_letter(letter.number)
            async with store.database.write() as connection:
                await _empty(connection)
    assert found[0] == found[1]
    assert found[0][0][PEOPLE[0]][:2] == ["1: hei", "one"]


async def _empty(connection: object) -> None:
    from dialogue.store.tables import metadata

    for table in reversed(metadata.sorted_tables):
        if table.name != "meta":
            await connection.execute(table.delete())  # type: ignore[attr-defined]


@pytest.mark.parametrize("end", ["die", "hang"])
async def test_a_message_that_ends_a_decider_is_put_aside_alone(
    opened: Opened, deciders: Deciders, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(decider_link, "HANGS_AFTER", 0.3)
    async with opened() as store:
        await store.receive(said("hei", "takk"), NOW)
        await store.receive([incoming(end, "bad", PEOPLE[2]), incoming("ja", "x", PEOPLE[2])], NOW)
        result = await work(store, deciders)
        assert (result.count, result.dead) == (14, 1)
        letters = await store.list_dead_letters()
        assert [(letter.error or "").split(" ")[0] for letter in letters] == [
            "dialogue.store.deciders.DeciderLostError"
        ]
        sent = await sent_to(store)
    assert sent.pop(PEOPLE[2]) == ["1: hei", "2: takk", "Noko gjekk gale.", "3: ja"]
    assert list(sent.values()) == [["1: hei", "2: takk"]] * 5


async def test_a_decider_that_is_killed_from_outside_costs_no_message(
    opened: Opened, deciders: Deciders
) -> None:
    async with opened() as store:
        await store.receive(said("hei", "takk"), NOW)
        assert await deciders.start()
        assert deciders._origin is not None
        for link in deciders._links:
            deciders._origin.kill(link.name)
        result = await work(store, deciders)
        assert (result.count, result.dead) == (12, 0)
        assert list((await sent_to(store)).values()) == [["1: hei", "2: takk"]] * 6


async def test_no_decision_bears_the_name_of_an_edition_that_it_was_not_made_under(
    opened: Opened, deciders: Deciders, newer: Deciders
) -> None:
    """Content is reloaded while messages come; who is in a batch keeps what it began with."""
    async with opened() as store:
        worker = Worker(
            store, decide_or_die, lambda: NOW, on_failure=on_failure, limit=8, deciders=deciders
        )
        running = asyncio.create_task(worker.run())
        for n in range(12):
            await store.receive(said("hei", people=[f"+479000{n:02}{m:02}" for m in range(9)]), NOW)
            if n == 4:
                async with asyncio.timeout(20):
                    while "test" not in await rows(store, inbox, "edition"):  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                worker.decide, worker.deciders = decide_newer, newer
            await asyncio.sleep(0.01)
        async with asyncio.timeout(20):
            while (await store.depth(NOW)).waiting:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await worker.stop()
        await running
        editions = await rows(store, inbox, "edition")
        said_by = Counter(
            "newer" if one.reply and one.reply.text == "newer" else "test"
            for one in await send_all(store)
        )
    assert Counter(editions) == said_by
    assert set(said_by) == {"newer", "test"}


async def test_two_batches_at_once_keep_the_order_of_each_conversation(
    opened: Opened, deciders: Deciders
) -> None:
    """More of each than fits in a batch, while others come; nothing is left for a second look."""
    words = [f"w{n}" for n in range(20)]
    async with opened() as store:
        worker = Worker(
            store, decide, lambda: NOW, on_failure=on_failure, limit=16, deciders=deciders
        )
        running = asyncio.create_task(worker.run())
        for n, word in enumerate(words):
            await store.receive([incoming(word, f"{who}-{n}", who) for who in PEOPLE], NOW)
        async with asyncio.timeout(20):
            while (await store.depth(NOW)).waiting:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await worker.stop()
        await running
        sent = await sent_to(store)
    assert list(sent.values()) == [[f"{n + 1}: {word}" for n, word in enumerate(words)]] * 6


async def test_they_end_when_nothing_large_comes_and_come_back_when_it_does(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Deciders(decide_or_die, on_failure, 1, least=2)
    assert await pool.start()
    monkeypatch.setattr(deciders_module, "IDLE_AFTER", 0.1)
    async with opened() as store:
        await store.receive(said("hei"), NOW)
        assert (await work(store, pool)).count == 6
        async with asyncio.timeout(10):
            while pool.is_started:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not pool.has_any
        await store.receive(said("hei", "takk"), NOW)
        assert (await work(store, pool)).count == 6
        assert pool.is_started
    await pool.close()


async def test_without_processes_to_be_had_the_worker_decides_by_itself(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Deciders(lambda *_: 1 // 0, on_failure, 2, least=1)  # type: ignore[arg-type,return-value]
    assert not await pool.start(0.2)  # a lambda can't be pickled
    async with opened() as store:
        await store.receive(said("hei"), NOW)
        assert (await work(store, pool)).dead == 0
    await pool.close()


@pytest.mark.asyncio(loop_scope="function")
async def test_they_work_on_the_loop_that_serves(opened: Opened) -> None:
    """uvloop's transports are none of asyncio's by their class; once hundreds were forked."""

    def serve() -> BatchResult:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_decide_by_deciders(opened))

    result = await asyncio.to_thread(serve)
    assert {one.decision is None for one in result.handled} == {True}


async def _decide_by_deciders(opened: Opened) -> BatchResult:
    pool = Deciders(decide_or_die, on_failure, 1, least=1)
    try:
        assert await pool.start()
        async with opened() as store:
            await store.receive(said("hei"), NOW)
            return await work(store, pool)
    finally:
        await pool.close()
