"""What the store promises about the effects of a decision, on both databases."""

from __future__ import annotations

import asyncio

from small_decide import RULE, decide, incoming
from small_queries import CHANNELS, NOW, after, handle_all, rows, send_all, texts

from dialogue.store.encounters import Encounter
from dialogue.store.store import Store
from dialogue.store.tables import (
    conversations,
    encounters,
    inbox,
    outbox,
    ratings,
    ticket_history,
    tickets,
    timers,
)

MET = Encounter(
    unit="helse",
    service="legevakt",
    channel="sms",
    address="+4790000001",
    met_at=NOW,
    standard="nn",
    key="visit-1",
)


async def _say(store: Store, *words: str, address: str = "+4790000001") -> None:
    taken = len(await rows(store, inbox))
    messages = [incoming(one, f"{taken}-{n}", address) for n, one in enumerate(words)]
    await store.receive(messages, NOW)
    await handle_all(store)


async def test_a_ticket_keeps_all_that_was_decided(store: Store) -> None:
    await _say(store, "ticket")
    one = await store.get_ticket("S1")
    assert (one.unit, one.kind, one.status, one.rules) == (
        "barnehage",
        "complaint",
        "open",
        (RULE,),
    )
    assert one.facts == {"kind": "complaint"}
    assert one.opened_at == NOW
    assert one.edition == "test"
    assert [(entry.kind, entry.author) for entry in one.history] == [("opened", "person")]


async def test_a_person_adds_to_and_withdraws_only_their_own_ticket(store: Store) -> None:
    await _say(store, "ticket")
    await _say(store, "add S1 meir", "withdraw S1", address="+4790000002")
    one = await store.get_ticket("S1")
    assert (one.status, len(one.history)) == ("open", 1)
    await _say(store, "add S1 meir", "withdraw S1")
    one = await store.get_ticket("S1")
    assert one.status == "withdrawn"
    assert [(e.kind, e.text) for e in one.history[1:]] == [
        ("added", "S1 meir"),
        ("withdrawn", None),
    ]
    letters = [row for row in await rows(store, outbox, "unit", "body") if row[0]]
    assert [unit for unit, _ in letters] == ["barnehage"] * 3
    assert b"add_to_ticket" in letters[1][1]


async def test_an_escalation_marks_the_ticket_and_tells_who_is_above(store: Store) -> None:
    await _say(store, "ticket", "escalate S1")
    one = await store.get_ticket("S1")
    assert one.overdue_at == NOW
    assert one.history[-1].text == "kdir"
    assert [unit for unit in await rows(store, outbox, "unit") if unit] == ["barnehage", "kdir"]


async def test_who_is_asked_for_a_preliminary_answer_is_not_late(store: Store) -> None:
    await _say(store, "ticket", "interim S1")
    one = await store.get_ticket("S1")
    assert one.overdue_at is None
    assert (one.history[-1].kind, one.history[-1].text) == ("escalated", "barnehage.lead (interim)")
    letters = await rows(store, outbox, "unit", "body")
    assert [unit for unit, _ in letters if unit] == ["barnehage", "barnehage.lead"]


async def test_a_timer_comes_due_once_and_by_its_conversation(store: Store) -> None:
    await _say(store, "timer a")
    assert await store.fire_timers(after(minutes=59)) == 0
    assert await store.next_timer_at() == after(hours=1)
    fired = await asyncio.gather(*(store.fire_timers(after(hours=1)) for _ in range(4)))
    assert sum(fired) == 1
    assert await store.next_timer_at() is None
    await handle_all(store, after(hours=1))
    assert texts(await send_all(store, after(hours=1)))[-1] == "2: rating_reminder a"


async def test_the_same_key_replaces_a_timer_and_cancel_removes_it(store: Store) -> None:
    await _say(store, "timer a", "timer b")
    await store.receive(incoming("timer a", "later"), after(minutes=30))
    await handle_all(store)
    assert await rows(store, timers, "key", "due_at") == [
        ("a", after(minutes=90)),
        ("b", after(minutes=60)),
    ]
    await _say(store, "untimer a", "timer c", "untimer c", "untimer nothing")
    assert await rows(store, timers, "key") == ["b"]


async def test_a_timer_set_again_after_it_came_due_comes_due_again(store: Store) -> None:
    await _say(store, "timer a")
    await store.fire_timers(after(hours=1))
    await _say(store, "timer a")
    assert await store.fire_timers(after(hours=3)) == 1


async def test_stop_drops_what_waits_and_what_would_ask(store: Store) -> None:
    await _say(store, "timer a", "remind", "hei")
    await _say(store, "stop")
    assert await rows(store, outbox, "purpose", "status") == [
        ("answer", "cancelled"),
        ("reminder", "cancelled"),
        ("answer", "cancelled"),
        ("opt_out", "queued"),
    ]
    assert await rows(store, timers) == []
    assert await rows(store, conversations, "opted_out") == [True]
    await _say(store, "remind", "hei")
    assert texts(await send_all(store)) == ["Du får ikkje fleire meldingar.", "6: hei"]
    registered = await store.register_encounter(MET, after(hours=2), NOW)
    assert (registered.ask_at, registered.why) == (None, "opted_out")


async def test_start_lets_the_service_write_again(store: Store) -> None:
    await _say(store, "stop", "start", "remind")
    sent = texts(await send_all(store))
    assert "Minner om" in sent
    assert await rows(store, conversations, "opted_out") == [False]


async def test_a_rating_belongs_to_the_persons_own_encounter(store: Store) -> None:
    registered = await store.register_encounter(MET, after(hours=2), NOW)
    await _say(store, f"rate 5 {registered.id}", address="+4790000002")
    await _say(store, f"rate 4 {registered.id}", "rate 3 E99999", "rate 2 -")
    assert await rows(store, ratings, "value", "encounter_id") == [
        (5, None),
        (4, 1),
        (3, None),
        (2, None),
    ]
    assert await rows(store, encounters, "answered_at") == [NOW]
    listed = await store.list_ratings(unit="helse")
    assert [(one.value, one.encounter) for one in listed][2] == (4, registered.id)


async def test_a_reason_comes_after_what_the_rating_said_and_only_its_own_person_adds_it(
    store: Store,
) -> None:
    await _say(store, "rate 5 -")
    [number] = await rows(store, ratings, "message_number")
    await _say(store, f"because {number} dei kom i tide", f"because {number + 7} ikkje min")
    await _say(store, f"because {number} frå ein annan", address="+4790000002")
    assert await rows(store, ratings, "comment") == ["fint\ndei kom i tide"]


async def test_a_declined_rating_counts_as_asked_and_not_answered(store: Store) -> None:
    registered = await store.register_encounter(MET, after(hours=2), NOW)
    await store.fire_timers(after(hours=2))
    await handle_all(store, after(hours=2))
    await _say(store, f"decline {registered.id}")
    figures = await store.rating_figures(NOW, after(days=1))
    assert [(one.unit, one.asked, one.declined, one.count) for one in figures] == [
        ("helse", 1, 1, 0)
    ]


async def test_figures_count_each_value_of_a_unit(store: Store) -> None:
    await _say(store, "rate 5 -", "rate 5 -", "rate 2 -")
    one = (await store.rating_figures(NOW, after(days=1)))[0]
    assert (one.count, one.mean, one.by_value) == (3, 4.0, {2: 1, 5: 2})
    assert await store.rating_figures(after(days=1), after(days=2)) == []


async def test_the_forgotten_leave_tickets_and_ratings_but_no_way_back(store: Store) -> None:
    await store.register_encounter(MET, after(hours=2), NOW)
    await _say(store, "ticket", "rate 5 E1", "timer a", "remind", "hei")
    await send_all(store)
    await _say(store, "timer b", "remind", "forget")
    assert await rows(store, timers) == []
    assert {*await rows(store, inbox, "body")} == {b""}
    await store.tidy(NOW)
    assert len(await rows(store, conversations)) == 1  # the last answer has not gone out
    sent = await send_all(store)
    assert texts(sent)[-1].endswith("forget")
    assert "Minner om" not in texts(sent)
    await store.tidy(NOW)
    assert await rows(store, conversations) == []
    assert await rows(store, inbox) == []
    assert await rows(store, outbox, "recipient") == ["unit:barnehage"]
    assert await rows(store, ratings, "value", "conversation_id") == [(5, None)]
    assert await rows(store, tickets, "id", "conversation_id") == [("S1", None)]
    assert len(await rows(store, ticket_history)) == 1
    one = await store.get_ticket("S1")
    assert (one.reachable, one.channel) == (False, None)


async def test_a_deadline_outlives_the_person_who_is_forgotten(store: Store) -> None:
    await _say(store, "ticket", "ticket", "deadline S1", "deadline S2", "timer x", "forget")
    await send_all(store)
    await store.tidy(NOW)
    await store.close_ticket("S2", None, "styrar", NOW)
    assert await store.fire_timers(after(hours=1)) == 2
    assert (await store.get_ticket("S1")).overdue_at == after(hours=1)
    assert (await store.get_ticket("S2")).overdue_at is None
    assert [one.unit for one in await send_all(store, after(hours=1))] == ["kdir"]
    assert await rows(store, timers) == []


async def test_one_who_writes_after_being_forgotten_is_somebody_new(store: Store) -> None:
    await _say(store, "hei", "forget", "ticket")
    states = await rows(store, conversations, "state")
    assert b"hei" not in states[0]
    await send_all(store)
    await store.tidy(after(hours=2))
    assert len(await rows(store, conversations)) == 1  # a ticket of theirs is open
    assert (await store.get_ticket("S3")).reachable


async def test_thanks_after_being_forgotten_keep_nobody(store: Store) -> None:
    await _say(store, "hei", "forget", "takk")
    await send_all(store)
    await store.tidy(after(minutes=5))
    assert len(await rows(store, conversations)) == 1
    await store.tidy(after(hours=2))
    assert await rows(store, conversations) == []


async def test_units_hear_nothing_when_no_channel_to_them_is_on(database_url: str) -> None:
    from dialogue.store.vault import Vault

    async with await Store.open(database_url, Vault("a secret for tests only")) as store:
        await store.receive(incoming("ticket", "1"), NOW)
        await store.run_batch(decide, NOW)
        assert await rows(store, outbox, "unit") == [None]
        assert len(await store.claim_outgoing(CHANNELS, 10, NOW)) == 1
