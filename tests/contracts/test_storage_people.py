"""What the store promises each person: to see what is kept, and to be forgotten in time."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from small_decide import incoming
from small_queries import NOW, after, handle_all, rows, send_all

from dialogue.store import rotation
from dialogue.store.encounters import Encounter
from dialogue.store.errors import NotFoundError, WrongSecretError
from dialogue.store.store import Store
from dialogue.store.tables import (
    conversations,
    encounters,
    inbox,
    meta,
    outbox,
    ratings,
    tickets,
    unanswered,
)
from dialogue.store.vault import Vault

PHONE, OTHER = "+4790000001", "+4790000002"
OLD, NEW = "a secret for tests only", "another secret for tests"


async def live_a_little(store: Store, phone: str = PHONE) -> None:
    """A ticket, a rating of an encounter, an unanswered question, and all of it answered."""
    met = Encounter(unit="helse", service=None, channel="sms", address=phone, met_at=NOW)
    known = await store.register_encounter(met, after(hours=2), NOW)
    words = ["ticket", f"rate 4 {known.id}", "unanswered kor er nøkkelen"]
    await store.receive([incoming(text, f"{phone}{text}", phone) for text in words], NOW)
    await handle_all(store)
    await send_all(store)


async def test_an_export_holds_all_that_is_stored_about_one_person(store: Store) -> None:
    await live_a_little(store)
    await store.receive(incoming("noko anna", "x", OTHER), NOW)
    found = await store.upkeep.export_person("sms", PHONE)
    assert {name: len(found[name]) for name in found if isinstance(found[name], list)} == {
        "messages_in": 3, "messages_out": 3, "tickets": 1, "ticket_history": 1,
        "ratings": 1, "encounters": 1, "timers": 1, "unanswered": 1, "consents": 0,
    }  # fmt: skip
    assert found["address"] == PHONE
    assert found["messages_in"][0]["body"]["text"] == "ticket"
    assert found["tickets"][0]["rules"][0]["row"] == "U7"
    assert found["conversation"]["state"]["channel"] == "sms"
    assert OTHER not in str(found)
    assert "noko anna" not in json.dumps(found, default=str)


@pytest.mark.parametrize("phone", [OTHER, ""])
async def test_nothing_is_exported_or_forgotten_of_a_stranger(store: Store, phone: str) -> None:
    await live_a_little(store)
    with pytest.raises(NotFoundError):
        await store.upkeep.export_person("sms", phone)
    with pytest.raises(NotFoundError):
        await store.upkeep.forget_person("sms", phone, NOW)


async def test_an_operator_forgets_a_person_and_tickets_stay(store: Store) -> None:
    await live_a_little(store)
    await store.upkeep.forget_person("sms", PHONE, NOW)
    assert await rows(store, conversations) == []
    assert await rows(store, inbox) == []
    assert await rows(store, tickets, "conversation_id") == [None]
    assert await rows(store, ratings, "conversation_id") == [None]
    with pytest.raises(NotFoundError):
        await store.upkeep.export_person("sms", PHONE)


async def test_what_is_on_its_way_is_sent_before_a_person_is_gone(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW)
    await handle_all(store)
    await store.upkeep.forget_person("sms", PHONE, NOW)
    assert len(await rows(store, conversations)) == 1
    assert len(await send_all(store)) == 1
    await store.tidy(after(minutes=1))
    assert await rows(store, conversations) == []


async def test_words_are_kept_for_90_days_and_figures_stay(store: Store) -> None:
    await live_a_little(store)
    await store.tidy(after(days=89))
    assert all(await rows(store, inbox, "body"))
    assert all(await rows(store, outbox, "body"))
    await keep(store, 91)
    assert set(await rows(store, inbox, "body")) == {b""}
    assert set(await rows(store, outbox, "body")) == {b""}
    assert await rows(store, unanswered, "text", "conversation_id") == [("", None)]
    assert await rows(store, ratings, "value", "comment") == [(4, None)]
    assert await rows(store, inbox, "edition") == ["test"] * 3
    [ticket] = await store.list_tickets()
    assert ticket.text  # the archive law's, not ours to delete
    assert len(await rows(store, conversations)) == 1  # the ticket is open: it can be answered


async def test_a_rating_is_unlinked_after_30_days(store: Store) -> None:
    await live_a_little(store)
    await store.tidy(after(days=29))
    assert None not in await rows(store, ratings, "conversation_id")
    await keep(store, 31)
    assert await rows(store, ratings, "conversation_id", "value") == [(None, 4)]
    assert await rows(store, encounters, "conversation_id") == [None]


async def test_one_who_has_been_quiet_for_long_is_kept_no_longer(store: Store) -> None:
    await store.receive([incoming("hei", "1", PHONE), incoming("stop", "2", OTHER)], NOW)
    await handle_all(store)
    await send_all(store)
    await keep(store, 91)
    [left] = await rows(store, conversations, "opted_out", "state")
    assert left == (True, None)  # that they said STOPP is all that is known of them
    await store.receive(incoming("hei igjen", "3", PHONE), after(days=92))
    assert await handle_all(store, after(days=92)) == 1


async def test_a_message_in_doubt_is_given_up_with_its_words(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW)
    await handle_all(store)
    assert await store.claim_outgoing(["sms"], 1, NOW)
    await keep(store, 91)
    await keep(store, 92)
    assert await store.claim_in_doubt(["sms"], 10) == []


async def test_what_is_not_handled_yet_keeps_its_words(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW)
    await keep(store, 91)
    assert await handle_all(store, after(days=91)) == 1


async def keep(store: Store, days: int) -> None:
    """Tidy on that day until all that is due is done."""
    for step in range(20):
        await store.tidy(after(days=days, seconds=step * 15))


async def test_a_new_secret_takes_the_place_of_the_earlier_one(database_url: str) -> None:
    people = [f"+47900000{n:02}" for n in range(23)]
    async with await Store.open(database_url, Vault(OLD)) as store:
        await store.receive([incoming("hei", who, who) for who in people], NOW)
        await handle_all(store)
    vault = Vault(NEW, [OLD])
    async with await Store.open(database_url, vault) as store:
        await store.receive(incoming("hei", "between", "+4790000099"), NOW)
        assert await rotation.rotate_keys(store.database, vault, batch=10) == 23
        assert await store.upkeep.rotate_keys() == 0
    with pytest.raises(WrongSecretError):
        await Store.open(database_url, Vault(OLD))
    async with await Store.open(database_url, Vault(NEW)) as store:
        await store.receive(incoming("igjen", "again", people[5]), NOW)
        assert len(await rows(store, conversations)) == 24
        await handle_all(store)
        assert {each.address for each in await send_all(store)} == {*people, "+4790000099"}


async def test_retention_goes_on_where_it_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialogue.store.retention.AT_ONCE", 3)
    await store.receive([incoming("hei", str(n), f"+479000010{n}") for n in range(7)], NOW)
    await handle_all(store)
    await send_all(store)
    await store.tidy(after(days=91))
    left = sa.select(sa.func.count()).where(inbox.c.body != b"")
    async with store.database.read() as connection:
        assert 0 < (await connection.execute(left)).scalar_one() < 7
    await keep(store, 91)
    assert await rows(store, conversations) == []
    marks = dict(await rows(store, meta, "key", "value"))
    assert int(marks["words_kept_after:inbox"]) > 0
