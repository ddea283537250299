"""What the store promises about handling: one transaction, and one bad message alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from small_decide import decide, heard, incoming, on_failure, ticket
from small_queries import NOW, after, handle_all, rows, send_all, texts
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.conversation import Conversation, load
from dialogue.decision import Decision
from dialogue.effects import SetTimer
from dialogue.messages import Numbered
from dialogue.store import batch
from dialogue.store.claims import MOST_OF_ONE
from dialogue.store.errors import NotFoundError
from dialogue.store.store import Store
from dialogue.store.tables import conversations, inbox, ratings, tickets
from dialogue.store.worker import Worker
from dialogue.store.writes import Writes
from dialogue.store.writing import write


async def test_a_decision_that_raises_is_put_aside_and_the_rest_commits(store: Store) -> None:
    await store.receive(
        [incoming("hei", "1"), incoming("boom secret", "2"), incoming("to", "3")], NOW
    )
    result = await store.run_batch(decide, NOW, on_failure=on_failure)
    assert (result.count, result.dead) == (3, 1)
    assert texts(await send_all(store)) == ["1: hei", "Noko gjekk gale.", "2: to"]
    letters = await store.list_dead_letters()
    assert letters[0].error is not None
    assert letters[0].error.startswith("builtins.ValueError [")
    assert "secret" not in letters[0].error


async def test_without_an_apology_the_bad_message_is_put_aside_all_the_same(store: Store) -> None:
    await store.receive([incoming("boom", "1"), incoming("hei", "2")], NOW)
    result = await store.run_batch(decide, NOW)
    assert (result.count, result.dead) == (2, 1)
    assert texts(await send_all(store)) == ["1: hei"]


async def test_an_apology_that_fails_too_stops_nothing(store: Store) -> None:
    await store.receive([incoming("boom", "1"), incoming("hei", "2")], NOW)
    result = await store.run_batch(decide, NOW, on_failure=lambda *_: 1 // 0)  # type: ignore[arg-type,return-value]
    assert (result.count, result.dead) == (2, 1)


async def test_what_the_database_refuses_is_put_aside_alone(store: Store) -> None:
    people = [f"+479000000{n}" for n in range(1, 6)]
    await store.receive([incoming("ticket", f"t{n}", who) for n, who in enumerate(people)], NOW)
    await store.receive(incoming("rate 9 -", "bad", people[2]), NOW)
    await store.receive(incoming("etterpå", "after", people[2]), NOW)
    assert await handle_all(store) == 7
    assert len(await rows(store, tickets)) == 5
    assert await rows(store, ratings) == []
    assert [one.number for one in await store.list_dead_letters()] == [6]
    sent = [one for one in await send_all(store) if one.address == people[2]]
    assert texts(sent) == ["1: ticket", "Noko gjekk gale.", "2: etterpå"]


async def test_the_second_ticket_of_the_same_name_is_put_aside(store: Store) -> None:
    await store.receive([incoming("same", "1"), incoming("same", "2", "+4790000002")], NOW)
    await handle_all(store)
    assert len(await rows(store, tickets)) == 1
    assert len(await store.list_dead_letters()) == 1


async def test_a_time_without_a_zone_is_put_aside(store: Store) -> None:
    naive = SetTimer(key="k", name="rating_reminder", due_at=datetime(2026, 11, 24))

    def careless(conversation: Conversation, message: Numbered) -> Decision:
        return Decision(conversation=conversation, effects=(naive,))

    await store.receive([incoming("a", "1")], NOW)
    result = await store.run_batch(careless, NOW)
    assert result.dead == 1


async def test_a_state_that_can_not_be_read_costs_one_message_not_the_person(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW)
    await handle_all(store)
    async with store.database.write() as connection:
        await connection.execute(sa.update(conversations).values(state=b"{broken"))
    await store.receive([incoming("to", "2"), incoming("tre", "3")], NOW)
    result = await store.run_batch(decide, NOW, on_failure=on_failure)
    assert result.dead == 1
    assert texts(await send_all(store)) == ["1: hei", "Noko gjekk gale.", "1: tre"]


async def test_a_message_that_can_not_be_read_is_put_aside(store: Store) -> None:
    await store.receive([incoming("hei", "1"), incoming("to", "2")], NOW)
    async with store.database.write() as connection:
        await connection.execute(sa.update(inbox).where(inbox.c.id == 1).values(body=b"?"))
    result = await store.run_batch(decide, NOW, on_failure=on_failure)
    assert (result.count, result.dead) == (2, 1)


async def test_a_dead_letter_is_retried_when_the_fault_is_mended(store: Store) -> None:
    def mended(conversation: Conversation, message: Numbered) -> Decision:
        return Decision(conversation=conversation, effects=(ticket(f"S{message.number}"),))

    await store.receive(incoming("boom", "1"), NOW)
    await handle_all(store)
    await store.retry_dead_letter(1)
    assert (await store.run_batch(mended, NOW)).dead == 0
    assert await rows(store, tickets, "id") == ["S1"]
    with pytest.raises(NotFoundError):
        await store.retry_dead_letter(1)


async def test_a_dropped_dead_letter_loses_its_words(store: Store) -> None:
    await store.receive(incoming("boom", "1"), NOW)
    await handle_all(store)
    await store.drop_dead_letter(1)
    assert await store.list_dead_letters() == []
    assert await rows(store, inbox, "body") == [b""]
    with pytest.raises(NotFoundError):
        await store.drop_dead_letter(1)


async def test_nothing_is_written_when_the_commit_does_not_come(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write_and_lose(connection: AsyncConnection, writes: Writes) -> None:
        await write(connection, writes)
        raise ConnectionError

    await store.receive([incoming("ticket", "1"), incoming("hei", "2")], NOW)
    with monkeypatch.context() as lossy:
        lossy.setattr(batch, "write", write_and_lose)
        with pytest.raises(ConnectionError):
            await store.run_batch(decide, NOW)
    assert await rows(store, tickets) == []
    assert await handle_all(store) == 2
    assert texts(await send_all(store)) == ["1: ticket", "2: hei"]


async def test_the_worker_is_woken_and_stops_when_asked(store: Store) -> None:
    worker = Worker(store, decide, lambda: NOW, on_failure=on_failure)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.05)
    await store.receive(incoming("hei", "1"), NOW)
    sent: list[str] = []
    async with asyncio.timeout(5):
        while not sent:
            sent = texts(await send_all(store))
            await asyncio.sleep(0.01)
        await worker.stop()
        await running
    assert sent == ["1: hei"]


async def test_many_workers_share_the_messages_and_each_is_handled_once(
    store: Store, database_kind: str
) -> None:
    if database_kind == "sqlite":
        pytest.skip("one worker on SQLite")
    people = [f"+4790000{n:03}" for n in range(40)]
    for n in range(10):
        await store.receive([incoming(f"m{n}", f"{who}-{n}", who) for who in people], NOW)

    async def work() -> int:
        count, idle = 0, 0
        while idle < 5:
            result = await store.run_batch(decide, NOW, limit=16)
            count += result.count
            idle = 0 if result.count else idle + 1
            await asyncio.sleep(0)
        return count

    counts = await asyncio.gather(*(work() for _ in range(4)))
    assert sum(counts) == 400
    states = await rows(store, conversations, "state")
    seen = [heard(load(state)) for state in states]
    assert seen == [[f"m{n}" for n in range(10)]] * 40


async def test_times_come_back_aware_and_in_utc(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW.astimezone(datetime.now().astimezone().tzinfo))
    received_at = (await rows(store, inbox, "received_at"))[0]
    assert received_at == NOW
    assert received_at.tzinfo is UTC


async def test_what_waits_is_told_with_its_age(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW)
    depth = await store.depth(after(minutes=2))
    assert (depth.waiting, depth.oldest_waiting.total_seconds()) == (1, 120)
    await handle_all(store)
    depth = await store.depth(after(minutes=3))
    assert (depth.waiting, depth.queued) == (0, 1)
    assert depth.oldest_queued.total_seconds() == 180
    await store.ping()


async def test_an_odd_failure_of_one_message_does_not_stop_the_others_for_ever(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write_but_one(connection: AsyncConnection, writes: Writes) -> None:
        if any(number == 2 for numbers in writes.done.values() for number in numbers):
            raise OSError("odd")
        await write(connection, writes)

    await store.receive(
        [incoming(word, word, f"+479000000{n}") for n, word in enumerate("abc")], NOW
    )
    monkeypatch.setattr(batch, "write", write_but_one)
    for _ in range(3):
        with pytest.raises(OSError, match="odd"):
            await store.run_batch(decide, NOW, on_failure=on_failure)
    result = await store.run_batch(decide, NOW, on_failure=on_failure)
    assert (result.count, result.dead) == (3, 1)
    assert sorted(texts(await send_all(store))) == ["1: a", "1: c", "Noko gjekk gale."]


async def test_one_phone_with_many_messages_delays_nobody(store: Store) -> None:
    """A few of one phone go in a batch, however many wait; whoever writes later is in it too."""
    await store.receive([incoming(str(n), f"flood{n}") for n in range(1_000)], NOW)
    others = [incoming("hei", f"m{n}", f"+47900001{n:02}") for n in range(20)]
    await store.receive(others, NOW)
    first = await store.run_batch(decide, NOW, limit=64)
    flooding = Counter(one.conversation_id for one in first.handled).most_common()
    assert [count for _, count in flooding] == [MOST_OF_ONE] + [1] * 20
