"""What the store promises to units: tickets, answers, encounters; on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest
from small_decide import incoming
from small_queries import NOW, after, handle_all, rows, send_all, texts

from dialogue.store.encounters import Encounter
from dialogue.store.errors import AlreadyClosedError, NoConversationError, NotFoundError
from dialogue.store.store import Store
from dialogue.store.tables import conversations, encounters, inbox, ticket_history, timers

MET = Encounter(
    unit="helse",
    service="legevakt",
    channel="sms",
    address="+4790000001",
    met_at=NOW,
    standard="nn",
    key="visit-1",
)


async def _open(store: Store, words: str = "ticket") -> str:
    numbers = await store.receive(incoming(words, f"m{words}"), NOW)
    await handle_all(store)
    await send_all(store)
    return f"S{numbers[0]}"


async def test_a_reply_reaches_the_person_in_their_channel(store: Store) -> None:
    ticket = await _open(store)
    assert await store.reply_to_ticket(ticket, "Vi skrur opp varmen.", "styrar", after(hours=1))
    await handle_all(store, after(hours=1))
    sent = await send_all(store, after(hours=1))
    assert [(one.address, one.purpose) for one in sent] == [("+4790000001", "ticket")]
    assert texts(sent) == ["Vi skrur opp varmen."]
    one = await store.get_ticket(ticket)
    assert (one.status, one.first_answer_at) == ("answered", after(hours=1))
    assert [(e.kind, e.author) for e in one.history][-1] == ("replied", "styrar")


async def test_a_second_answer_leaves_the_time_of_the_first(store: Store) -> None:
    ticket = await _open(store)
    await store.reply_to_ticket(ticket, "a", "x", after(hours=1))
    await store.reply_to_ticket(ticket, "b", "x", after(hours=2))
    assert (await store.get_ticket(ticket)).first_answer_at == after(hours=1)


async def test_closing_tells_the_person_once_and_for_all(store: Store) -> None:
    ticket = await _open(store)
    await store.close_ticket(ticket, "Det er ordna.", "styrar", after(hours=1))
    with pytest.raises(AlreadyClosedError):
        await store.close_ticket(ticket, "Igjen", "styrar", after(hours=2))
    with pytest.raises(AlreadyClosedError):
        await store.reply_to_ticket(ticket, "Igjen", "styrar", after(hours=2))
    await handle_all(store, after(hours=1))
    assert texts(await send_all(store, after(hours=1))) == ["2: ticket_closed Det er ordna."]
    assert (await store.get_ticket(ticket)).closed_at == after(hours=1)


async def test_asking_twice_with_the_same_key_does_it_once(store: Store) -> None:
    ticket = await _open(store)
    assert await store.reply_to_ticket(ticket, "a", "x", NOW, key="k1") is True
    assert await store.reply_to_ticket(ticket, "a", "x", NOW, key="k1") is False
    assert await store.close_ticket(ticket, "b", "x", NOW, key="k2") is True
    assert await store.close_ticket(ticket, "b", "x", NOW, key="k2") is False
    assert len(await rows(store, ticket_history)) == 3
    assert len(await rows(store, inbox)) == 3


async def test_the_same_key_at_the_same_time_does_it_once(store: Store) -> None:
    ticket = await _open(store)
    done = await asyncio.gather(
        *(store.reply_to_ticket(ticket, "a", "x", NOW, key="k") for _ in range(4))
    )
    assert sorted(done) == [False, False, False, True]


async def test_nobody_can_be_told_about_an_anonymous_ticket(store: Store) -> None:
    ticket = await _open(store, "anonymous")
    with pytest.raises(NoConversationError, match="anonymous"):
        await store.reply_to_ticket(ticket, "a", "x", NOW)
    await store.close_ticket(ticket, "ferdig", "x", NOW)
    assert (await store.get_ticket(ticket)).status == "closed"
    assert len(await rows(store, inbox)) == 1


async def test_the_forgotten_can_not_be_told(store: Store) -> None:
    ticket = await _open(store)
    await _open(store, "forget")
    with pytest.raises(NoConversationError, match="forgotten"):
        await store.reply_to_ticket(ticket, "a", "x", NOW)
    await store.close_ticket(ticket, None, "x", NOW)


async def test_another_units_ticket_is_not_found(store: Store) -> None:
    ticket = await _open(store)
    assert (await store.get_ticket(ticket, unit="barnehage")).id == ticket
    with pytest.raises(NotFoundError):
        await store.get_ticket(ticket, unit="helse")
    with pytest.raises(NotFoundError):
        await store.get_ticket("S999")
    for act in (store.reply_to_ticket, store.close_ticket):
        with pytest.raises(NotFoundError):
            await act("S999", "a", "x", NOW)


async def test_tickets_are_listed_newest_first_and_page_by_page(store: Store) -> None:
    await store.receive([incoming("ticket", str(n)) for n in range(5)], NOW)
    await handle_all(store)
    first = await store.list_tickets(limit=2)
    assert [one.id for one in first] == ["S5", "S4"]
    rest = await store.list_tickets(before=first[-1].number)
    assert [one.id for one in rest] == ["S3", "S2", "S1"]
    await store.close_ticket("S3", "x", "x", NOW)
    assert [one.id for one in await store.list_tickets(status="closed")] == ["S3"]
    assert await store.list_tickets(unit="helse") == []


async def test_a_ticket_as_units_see_it_holds_no_address(store: Store) -> None:
    ticket = await _open(store)
    assert b"4790000001" not in msgspec.json.encode(await store.get_ticket(ticket))


async def test_identity_numbers_in_a_units_answer_are_masked(store: Store) -> None:
    ticket = await _open(store)
    await store.reply_to_ticket(ticket, "Gjeld 01010750160", "x", NOW)
    assert "01010750160" not in str((await store.get_ticket(ticket)).history[-1].text)


async def test_an_encounter_leads_to_a_rating_request_at_its_time(store: Store) -> None:
    registered = await store.register_encounter(MET, after(hours=2), NOW)
    assert registered.new
    assert registered.ask_at == after(hours=2)
    assert await rows(store, conversations, "standard") == ["nn"]
    assert await store.fire_timers(after(hours=2)) == 1
    result = await handle_all(store, after(hours=2))
    assert result == 1
    sent = await send_all(store, after(hours=2))
    assert [(one.address, one.purpose) for one in sent] == [("+4790000001", "rating_request")]
    assert await rows(store, encounters, "asked_at") == [after(hours=2)]


async def test_the_same_encounter_told_twice_is_registered_once(store: Store) -> None:
    told = [store.register_encounter(MET, after(hours=2), NOW) for _ in range(4)]
    answers = await asyncio.gather(*told)
    assert len({one.id for one in answers}) == 1
    assert sorted(one.new for one in answers) == [False, False, False, True]
    assert len(await rows(store, timers)) == 1


async def test_nobody_is_asked_again_within_the_quarantine(store: Store) -> None:
    month = timedelta(days=30)
    keys = [msgspec.structs.replace(MET, key=f"v{n}") for n in range(3)]
    first = await store.register_encounter(keys[0], after(hours=2), NOW, month)
    second = await store.register_encounter(keys[1], after(days=29), NOW, month)
    third = await store.register_encounter(keys[2], after(days=31), NOW, month)
    assert (first.why, second.why, third.why) == (None, "recent", None)
    assert second.ask_at is None
    assert len(await rows(store, timers)) == 2


async def test_two_encounters_without_key_are_two(store: Store) -> None:
    anonymous = msgspec.structs.replace(MET, key=None)
    one = await store.register_encounter(anonymous, after(hours=2), NOW)
    two = await store.register_encounter(anonymous, after(hours=3), NOW)
    assert one.id != two.id
    assert len(await rows(store, timers)) == 2
