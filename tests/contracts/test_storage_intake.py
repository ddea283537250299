"""What the store promises about what comes in, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from small_decide import decide, incoming
from small_queries import NOW, handle_all, rows, send_all, texts

from dialogue.messages import Incoming, PersonMessage
from dialogue.store.errors import FullError, WorkerTakenError, WrongSecretError
from dialogue.store.store import Store
from dialogue.store.tables import conversations, inbox, outbox
from dialogue.store.vault import Vault


async def test_a_message_delivered_twice_is_stored_once(store: Store) -> None:
    first = await store.receive(incoming("hei", "SM1"), NOW)
    again = await store.receive(incoming("hei", "SM1"), NOW)
    assert first[0] is not None
    assert again == [None]
    assert await handle_all(store) == 1


async def test_a_repeat_within_one_group_is_stored_once_and_the_first_is_new(store: Store) -> None:
    numbers = await store.receive([incoming("a", "1"), incoming("b", "2"), incoming("a", "1")], NOW)
    assert numbers[2] is None
    assert numbers[0] is not None
    assert numbers[1] is not None
    assert numbers[0] < numbers[1]


async def test_the_same_id_on_another_channel_is_another_message(store: Store) -> None:
    await store.receive(incoming("a", "1"), NOW)
    numbers = await store.receive(incoming("a", "1", "1001", "telegram"), NOW)
    assert numbers[0] is not None


async def test_calls_at_the_same_time_share_commits_and_keep_their_order(store: Store) -> None:
    calls = [store.receive(incoming(str(n), f"id{n}"), NOW) for n in range(100)]
    numbers = [one[0] for one in await asyncio.gather(*calls)]
    assert len({*numbers}) == 100
    assert numbers == sorted(numbers, key=lambda number: number or 0)
    assert len(await rows(store, conversations)) == 1


async def test_an_address_is_neither_stored_in_clear_nor_found_twice(store: Store) -> None:
    await store.receive([incoming("a", "1"), incoming("b", "2")], NOW)
    await store.receive(incoming("c", "3"), NOW)
    stored = await rows(store, conversations)
    assert len(stored) == 1
    assert b"4790000001" not in repr(stored).encode()


async def test_identity_numbers_are_masked_before_they_are_stored(store: Store) -> None:
    await store.receive(incoming("fødselsnummeret mitt er 01010750160 takk", "1"), NOW)
    body = (await rows(store, inbox, "body"))[0]
    assert b"01010750160" not in body


async def test_text_that_no_database_can_hold_is_mended(store: Store) -> None:
    await store.receive(incoming("hei\0 du\ud83d", "1"), NOW)
    await handle_all(store)
    assert texts(await send_all(store)) == ["1: hei du?"]


async def test_too_many_waiting_messages_are_refused_not_kept(database_url: str) -> None:
    async with await Store.open(
        database_url, Vault("a secret for tests only"), most_waiting=3
    ) as store:
        await store.receive([incoming(str(n), str(n)) for n in range(3)], NOW)
        with pytest.raises(FullError):
            await store.receive(incoming("one more", "x"), NOW)
        assert await handle_all(store) == 3


async def test_intake_opens_again_when_messages_have_been_handled(database_url: str) -> None:
    async with await Store.open(
        database_url, Vault("a secret for tests only"), most_waiting=3
    ) as store:
        await store.receive([incoming(str(n), str(n)) for n in range(3)], NOW)
        await handle_all(store)
        await asyncio.sleep(0.3)  # the count is refreshed a few times a second
        assert await store.receive(incoming("one more", "x"), NOW) != [None]


async def test_messages_of_a_conversation_are_handled_in_order(store: Store) -> None:
    for n in range(20):
        await store.receive(incoming(f"m{n}", str(n)), NOW)
    await handle_all(store, limit=5)
    expected = [f"{n + 1}: m{n}" for n in range(20)]
    assert texts(await send_all(store)) == expected


async def test_one_who_writes_much_does_not_delay_the_others(store: Store) -> None:
    await store.receive([incoming(f"m{n}", f"a{n}") for n in range(200)], NOW)
    others = [incoming("hei", f"b{n}", f"+479000{n:04}") for n in range(100, 130)]
    await store.receive(others, NOW)
    result = await store.run_batch(decide, NOW, limit=64)
    people = [one.conversation_id for one in result.handled]
    assert len({*people}) == 31
    assert max(people.count(one) for one in people) <= 8


async def test_batches_of_one_and_of_64_lead_to_the_same(store: Store) -> None:
    words = ["hei", "ticket", "boom", "stop", "to", "start", "rate 5 -", "two", "timer x"]
    for limit, who in ((1, 1), (1, 2), (3, 3), (64, 4), (64, 5)):
        messages = [
            incoming(word, f"{who}-{n}", f"+479000000{who}") for n, word in enumerate(words)
        ]
        await store.receive(messages, NOW)
        await handle_all(store, limit=limit)
    states = await rows(store, conversations, "state", "opted_out")
    assert len(states) == 5
    assert len({*states}) == 1
    by_person: dict[str, list[tuple[str, str]]] = {}
    for recipient, status, purpose in await rows(store, outbox, "recipient", "status", "purpose"):
        by_person.setdefault(recipient, []).append((status, purpose))
    assert by_person.pop("unit:barnehage") == [("queued", "unit")] * 5
    assert len({tuple(one) for one in by_person.values()}) == 1


async def test_a_second_worker_on_sqlite_is_refused(database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("on PostgreSQL any number of workers run")
    vault = Vault("a secret for tests only")
    async with (
        await Store.open(database_url, vault) as first,
        await Store.open(database_url, vault) as second,
    ):
        await first.run_batch(decide, NOW)
        with pytest.raises(WorkerTakenError, match="another process already works"):
            await second.run_batch(decide, NOW)
        await second.receive(incoming("hei", "1"), NOW)
    async with await Store.open(database_url, vault) as third:
        assert (await third.run_batch(decide, NOW)).count == 1


async def test_another_secret_is_noticed_when_the_store_opens(database_url: str) -> None:
    async with await Store.open(database_url, Vault("the first secret of all")):
        pass
    with pytest.raises(WrongSecretError):
        await Store.open(database_url, Vault("quite another secret"))
    earlier = Vault("quite another secret", earlier=["the first secret of all"])
    async with await Store.open(database_url, earlier):
        pass


async def test_an_earlier_secret_still_finds_and_reaches_the_person(database_url: str) -> None:
    async with await Store.open(database_url, Vault("the first secret of all")) as store:
        await store.receive(incoming("hei", "1"), NOW)
    ring = Vault("quite another secret", earlier=["the first secret of all"])
    async with await Store.open(database_url, ring) as store:
        await store.receive(incoming("igjen", "2"), NOW)
        assert len(await rows(store, conversations)) == 1
        await handle_all(store)
        claimed = await store.claim_outgoing(["sms"], 10, NOW)
        assert claimed[0].address == "+4790000001"


async def test_a_body_of_every_kind_comes_back_as_it_went_in(store: Store) -> None:
    body = PersonMessage(kind="button", text="Ja", payload="/affirm", language_hint="nn")
    await store.receive(
        Incoming(channel="telegram", address="1001", message_id="7", body=body), NOW
    )
    result = await store.run_batch(decide, NOW)
    message = result.handled[0].message
    assert message is not None
    assert message.body == body
    assert message.received_at == NOW
