"""What the store promises about sending, on both databases."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from small_decide import decide, incoming
from small_queries import CHANNELS, NOW, after, handle_all, rows, send_all, texts

from dialogue.store.encounters import Encounter
from dialogue.store.outbox import Outcome, OutcomeStatus
from dialogue.store.store import Store
from dialogue.store.tables import conversations, early_receipts, outbox


async def _say(store: Store, *words: str, address: str = "+4790000001") -> None:
    taken = len(await rows(store, outbox))
    messages = [incoming(one, f"{address}-{taken}-{n}", address) for n, one in enumerate(words)]
    await store.receive(messages, NOW)
    await handle_all(store)


async def test_the_next_waits_until_the_one_before_has_been_sent(store: Store) -> None:
    await _say(store, "two")
    first = await store.claim_outgoing(CHANNELS, 10, NOW)
    assert texts(first) == ["one"]
    assert await store.claim_outgoing(CHANNELS, 10, NOW) == []
    await store.record_outcomes([Outcome(outbox_id=first[0].outbox_id, status="sent")], NOW)
    assert texts(await store.claim_outgoing(CHANNELS, 10, NOW)) == ["two"]


async def test_one_persons_wait_holds_up_nobody_else(store: Store) -> None:
    await _say(store, "two")
    await _say(store, "hei", address="+4790000002")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    assert sorted(texts(claimed)) == ["1: hei", "one"]


async def test_only_the_channels_asked_for_are_claimed(store: Store) -> None:
    await _say(store, "ticket")
    assert await store.claim_outgoing(["telegram"], 10, NOW) == []
    letters = await store.claim_outgoing(["unit_mail"], 10, NOW)
    assert [(one.unit, one.reply, one.address) for one in letters] == [("barnehage", None, None)]
    assert letters[0].letter is not None
    assert b'"open_ticket"' in letters[0].letter


async def test_an_answer_goes_before_what_nobody_asked_for(store: Store) -> None:
    await _say(store, "remind")
    await _say(store, "remind", address="+4790000002")
    await _say(store, "hei")
    assert texts(await send_all(store)) == ["2: hei", "Minner om", "Minner om"]


async def test_a_failed_attempt_is_tried_again_later_and_later(store: Store) -> None:
    await _say(store, "hei")
    now, waits = NOW, []
    for _ in range(6):
        claimed = await store.claim_outgoing(CHANNELS, 10, now)
        await store.record_outcomes([_outcome(claimed[0].outbox_id, "retry")], now)
        assert await store.claim_outgoing(CHANNELS, 10, now) == []
        again = await store.next_attempt_at(CHANNELS, now)
        assert again is not None
        waits.append((again - now).total_seconds())
        now = again
    assert all(later > 1.2 * earlier for earlier, later in itertools.pairwise(waits))
    assert 1.5 <= waits[0] <= 2.5
    claimed = await store.claim_outgoing(CHANNELS, 10, now)
    assert claimed[0].attempts == 7


async def test_the_providers_own_wait_is_honoured(store: Store) -> None:
    await _say(store, "hei")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    later = after(seconds=33)
    outcome = Outcome(outbox_id=claimed[0].outbox_id, status="retry", retry_at=later)
    await store.record_outcomes([outcome], NOW)
    assert await store.claim_outgoing(CHANNELS, 10, after(seconds=32)) == []
    assert len(await store.claim_outgoing(CHANNELS, 10, later)) == 1


@pytest.mark.parametrize(("words", "hours"), [("hei", 24), ("remind", 4)])
async def test_what_can_not_be_sent_in_time_is_given_up(
    store: Store, words: str, hours: int
) -> None:
    await _say(store, words)
    assert len(await store.claim_outgoing(CHANNELS, 10, after(hours=hours))) == 0
    await store.tidy(after(hours=hours))
    assert await rows(store, outbox, "status") == ["expired"]


async def test_a_message_that_is_given_up_does_not_hold_the_next(store: Store) -> None:
    await _say(store, "hei")
    await store.receive(incoming("seinare", "x"), after(hours=30))
    await store.run_batch(decide, after(hours=30))
    assert texts(await send_all(store, after(hours=30))) == ["2: seinare"]


async def test_what_a_dead_sender_had_claimed_is_in_doubt_and_not_sent_again(store: Store) -> None:
    await _say(store, "two")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    await store.tidy(after(seconds=59))
    assert await rows(store, outbox, "status") == ["sending", "queued"]
    await store.tidy(after(seconds=61))
    assert await rows(store, outbox, "status") == ["in_doubt", "queued"]
    assert await store.claim_outgoing(CHANNELS, 10, after(seconds=120)) == []
    assert texts(await store.claim_outgoing(CHANNELS, 10, after(seconds=122))) == ["two"]
    assert (await store.depth(after(seconds=122))).in_doubt == 1
    doubtful = await store.claim_in_doubt(CHANNELS, 10)
    assert [one.outbox_id for one in doubtful] == [claimed[0].outbox_id]


@pytest.mark.parametrize(("status", "then"), [("not_sent", "queued"), ("sent", "sent")])
async def test_doubt_is_settled_by_asking_the_provider(
    store: Store, status: OutcomeStatus, then: str
) -> None:
    await _say(store, "hei")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    await store.record_outcomes([_outcome(claimed[0].outbox_id, "in_doubt")], NOW)
    await store.record_outcomes([_outcome(claimed[0].outbox_id, status)], NOW)
    assert await rows(store, outbox, "status") == [then]


async def test_a_late_outcome_changes_nothing_that_is_settled(store: Store) -> None:
    await _say(store, "hei")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    number = claimed[0].outbox_id
    await store.record_outcomes([_outcome(number, "sent", "SM1")], NOW)
    await store.record_outcomes([_outcome(number, "retry"), _outcome(number, "rejected")], NOW)
    assert await rows(store, outbox, "status") == ["sent"]


async def test_receipts_in_any_order_end_at_the_same_status(store: Store) -> None:
    orders = [*itertools.permutations(["sent", "delivered", "read", "failed"])]
    people = [f"+4790000{n:03}" for n in range(len(orders))]
    await store.receive([incoming("hei", who, who) for who in people], NOW)
    await handle_all(store)
    sent = await send_all(store)
    for one, order in zip(sent, orders, strict=True):
        for status in order:
            await store.record_receipt("sms", f"P{one.outbox_id}", status, None, NOW)
    assert {*await rows(store, outbox, "status")} == {"read"}


async def test_a_receipt_that_overtakes_its_send_is_kept(store: Store) -> None:
    await _say(store, "hei")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    await store.record_receipt("sms", "SM9", "delivered", None, NOW)
    assert await rows(store, outbox, "status") == ["sending"]
    await store.record_outcomes([_outcome(claimed[0].outbox_id, "sent", "SM9")], NOW)
    assert await rows(store, outbox, "status") == ["delivered"]
    assert await rows(store, early_receipts) == []


async def test_a_receipt_that_crossed_its_send_is_settled_later(store: Store) -> None:
    await _say(store, "hei")
    await send_all(store)
    async with store.database.write() as connection:
        lost = {"channel": "sms", "provider_id": "P1", "status": "failed", "received_at": NOW}
        await connection.execute(early_receipts.insert(), lost | {"code": "30005"})
        await connection.execute(early_receipts.insert(), lost | {"provider_id": "nobody"})
    await store.tidy(NOW)
    assert await rows(store, outbox, "status", "error_code") == [("failed", "30005")]
    assert await rows(store, early_receipts, "provider_id") == ["nobody"]
    await store.tidy(after(days=3))
    assert await rows(store, early_receipts) == []


async def test_a_status_that_means_nothing_is_ignored(store: Store) -> None:
    await store.record_receipt("sms", "SM1", "queued", None, NOW)
    assert await rows(store, early_receipts) == []


async def test_who_stopped_at_the_provider_gets_nothing_more(store: Store) -> None:
    await _say(store, "two")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    stopped = Outcome(
        outbox_id=claimed[0].outbox_id, status="unreachable", code="21610", opted_out=True
    )
    await store.record_outcomes([stopped], NOW)
    assert await rows(store, outbox, "status") == ["failed", "cancelled"]
    assert await rows(store, conversations, "opted_out", "blocked_reason") == [(True, "21610")]
    await _say(store, "remind", "hei")
    assert texts(await send_all(store)) == ["3: hei"]
    assert await rows(store, conversations, "opted_out", "blocked_reason") == [(True, None)]


async def test_who_blocked_us_is_not_asked_for_a_rating(store: Store) -> None:
    await _say(store, "hei")
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    await store.record_outcomes([_outcome(claimed[0].outbox_id, "unreachable")], NOW)
    met = Encounter(unit="helse", service=None, channel="sms", address="+4790000001", met_at=NOW)
    registered = await store.register_encounter(met, after(hours=2), NOW)
    assert (registered.ask_at, registered.why) == (None, "blocked")


async def test_two_senders_never_claim_the_same(store: Store, database_kind: str) -> None:
    for n in range(30):
        await _say(store, "hei", address=f"+4790000{n:03}")
    lists = await asyncio.gather(*(store.claim_outgoing(CHANNELS, 10, NOW) for _ in range(6)))
    numbers = [one.outbox_id for claimed in lists for one in claimed]
    assert len(numbers) == len({*numbers})
    if database_kind == "sqlite":
        assert len(numbers) == 30


async def test_an_address_that_can_not_be_read_holds_up_nothing(store: Store) -> None:
    await _say(store, "hei")
    await _say(store, "hei", address="+4790000002")
    async with store.database.write() as connection:
        broken = conversations.update().where(conversations.c.id == 1)
        await connection.execute(broken.values(address_cipher=b"\x01broken and short"))
    claimed = await store.claim_outgoing(CHANNELS, 10, NOW)
    assert [one.address for one in claimed] == ["+4790000002"]
    assert await rows(store, outbox, "status", "error_code") == [
        ("failed", "address_unreadable"),
        ("sending", None),
    ]


def _outcome(number: int, status: OutcomeStatus, provider_id: str | None = None) -> Outcome:
    return Outcome(outbox_id=number, status=status, provider_id=provider_id)
