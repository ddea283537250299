"""Clocks that jump, and the nights when they are changed: nothing is lost or done twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from small_decide import decide, incoming
from small_queries import CHANNELS, NOW, after, handle_all, rows, send_all, texts

from dialogue.conversation import Conversation
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import SetTimer
from dialogue.messages import Numbered, PersonMessage
from dialogue.replies import Reply
from dialogue.store.outbox import Outcome
from dialogue.store.store import Store
from dialogue.store.tables import inbox, outbox, timers

OSLO = ZoneInfo("Europe/Oslo")
BACK = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight before 25 October: 03 becomes 02
FORWARD = datetime(2027, 3, 27, 23, tzinfo=UTC)  # midnight before 28 March: 02 becomes 03
NIGHT = timedelta(hours=6)


def at_each_time(conversation: Conversation, message: Numbered) -> Decision:
    """A timer for each local time of day that is named; when one fires, its name is said."""
    if not isinstance(message.body, PersonMessage):
        return Decision(conversation=conversation, replies=(Reply(text=message.body.data["t"]),))
    timed = [datetime.fromisoformat(word) for word in message.body.text.split()]
    effects = tuple(
        SetTimer(key=str(n), name="rating_reminder", due_at=due, data={"t": f"{due:%H:%M%z}"})
        for n, due in enumerate(timed)
    )
    return Decision(conversation=conversation, effects=effects)


@pytest.mark.parametrize("midnight", [BACK, FORWARD], ids=["25 October", "28 March"])
async def test_each_timer_of_such_a_night_comes_due_once_at_its_time(
    store: Store, midnight: datetime
) -> None:
    """A timer each half hour, through the hour that comes twice or the one that never comes."""
    moments = [midnight + timedelta(minutes=30 * n) for n in range(2, 10)]
    words = " ".join(one.astimezone(OSLO).isoformat() for one in moments)
    await store.receive(incoming(words, "1"), midnight - NIGHT)
    await store.run_batch(at_each_time, midnight - NIGHT)
    assert await rows(store, timers, "due_at") == moments
    said: list[str] = []
    for due in moments:
        assert await store.fire_timers(due - timedelta(seconds=1)) == 0
        assert await store.fire_timers(due) == 1
        await store.run_batch(at_each_time, due)
        said += texts(await send_all(store, due))
    assert said == [f"{one.astimezone(OSLO):%H:%M%z}" for one in moments]


async def test_both_half_past_twos_of_the_long_night_are_kept_apart(store: Store) -> None:
    twice = [datetime(2026, 10, 25, 2, 30, tzinfo=OSLO, fold=fold) for fold in (0, 1)]
    await store.receive(incoming(" ".join(one.isoformat() for one in twice), "1"), BACK)
    await store.run_batch(at_each_time, BACK)
    first, second = await rows(store, timers, "due_at")
    assert second - first == timedelta(hours=1)
    assert await store.fire_timers(first) == 1


@pytest.mark.parametrize("midnight", [BACK, FORWARD], ids=["25 October", "28 March"])
async def test_a_rating_is_asked_for_by_the_clock_on_the_wall_after_such_a_night(
    edition: Edition, midnight: datetime
) -> None:
    """Met on the evening before: asked at the same time of day as after any other night."""
    evening = midnight - timedelta(hours=2)
    asked = edition.plan_rating(evening, None, "sms", "nn")
    usual = edition.plan_rating(evening - timedelta(days=7), None, "sms", "nn")
    assert asked is not None
    assert usual is not None
    assert asked.astimezone(OSLO).time() == usual.astimezone(OSLO).time()


async def test_a_clock_set_back_stops_nothing_that_comes_in(store: Store) -> None:
    await store.receive(incoming("hei", "1"), NOW)
    await handle_all(store)
    assert texts(await send_all(store)) == ["1: hei"]
    earlier = after(hours=-5)
    await store.receive([incoming("to", "2"), incoming("tre", "3", "+4790000002")], earlier)
    await handle_all(store, earlier)
    assert sorted(texts(await send_all(store, earlier))) == ["1: tre", "2: to"]


async def test_what_was_queued_before_a_clock_was_set_back_goes_out_in_order(store: Store) -> None:
    """It may wait until that time has come once more; what follows waits behind it."""
    await store.receive([incoming("two", "1"), incoming("timer a", "2")], NOW)
    await handle_all(store)
    earlier = after(hours=-1)
    await store.receive(incoming("etter", "3"), earlier)
    await handle_all(store, earlier)
    sent = [*await send_all(store, earlier), *await send_all(store, after(seconds=1))]
    assert texts(sent) == ["one", "two", "2: timer a", "3: etter"]
    assert await store.fire_timers(earlier) == 0
    assert await store.fire_timers(after(hours=1)) == 1
    assert await store.fire_timers(after(hours=1)) == 0


async def test_a_clock_that_leaps_forward_sends_nothing_twice(store: Store) -> None:
    """The lease of a send that is under way is over at once; its outcome still counts."""
    await store.receive(incoming("two", "1"), NOW)
    await handle_all(store)
    [under_way] = await store.claim_outgoing(CHANNELS, 10, NOW)
    leapt = after(hours=3)
    await store.tidy(leapt)
    assert await store.claim_outgoing(CHANNELS, 10, leapt) == []
    outcome = Outcome(outbox_id=under_way.outbox_id, status="sent", provider_id="P")
    await store.record_outcomes([outcome], leapt)
    assert texts(await send_all(store, leapt)) == ["two"]
    assert await rows(store, outbox, "status") == ["sent", "sent"]


async def test_a_timer_is_not_told_again_when_the_clock_is_set_back(store: Store) -> None:
    await store.receive(incoming("timer a", "1"), NOW)
    await store.run_batch(decide, NOW)
    assert await store.fire_timers(after(days=400)) == 1
    assert await store.fire_timers(after(hours=2)) == 0
    assert len(await rows(store, inbox)) == 2
