"""The sender on a real store: order, limits, failures, and stopping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import pytest
import small_decide
from served import NOW
from small_decide import incoming

from connectors.channel import (
    InDoubt,
    Outgoing,
    Rejected,
    SendOutcome,
    Sent,
    Throttled,
    Unreachable,
)
from connectors.channels.simulated_phone import SimulatedPhone
from connectors.metrics import Metrics
from connectors.sender import Sender
from dialogue.effects import Effect, OpenTicket
from dialogue.messages import Incoming
from dialogue.store.store import Store

FAST = {"sms": 10_000.0, "telegram": 10_000.0, "unit_mail": 10_000.0}
PEOPLE = [f"+479000000{number}" for number in range(1, 6)]


class Unit:
    """Keeps the letters."""

    name = "unit_mail"

    def __init__(self) -> None:
        self.letters: list[tuple[Effect, str]] = []

    def render(self, effect: Effect, unit: str) -> Outgoing | None:
        self.letters.append((effect, unit))
        return Outgoing(address=f"{unit}@eksempelvag.example", text="Ny sak")

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        return Sent("mail-1")


async def handle(store: Store, *messages: Incoming, at: datetime = NOW) -> None:
    await store.receive(messages, at)
    while (await store.run_batch(small_decide.decide, at)).handled:
        pass


def texts(phone: SimulatedPhone, address: str) -> list[str]:
    return [each.text for each in phone.sent if each.address == address]


async def statuses(store: Store) -> dict[str, int]:
    depth = await store.depth(NOW)
    return {"queued": depth.queued, "in_doubt": depth.in_doubt}


async def test_what_is_in_the_outbox_is_sent_in_order_for_each_person(store: Store) -> None:
    messages = [
        incoming(str(number), f"{person}-{number}", person)
        for number in range(4)
        for person in PEOPLE
    ]
    await handle(store, *messages)
    phone = SimulatedPhone("sms")
    sender = Sender(store, [phone], rates=FAST)
    while await sender.run_once(NOW):
        pass
    for person in PEOPLE:
        assert texts(phone, person) == [f"{number + 1}: {number}" for number in range(4)]
    assert await statuses(store) == {"queued": 0, "in_doubt": 0}


async def test_a_unit_is_told_of_its_ticket(store: Store) -> None:
    await handle(store, incoming("ticket", "m1"))
    unit = Unit()
    await Sender(store, [SimulatedPhone("sms")], [unit], rates=FAST).run_once(NOW)
    [(effect, told)] = unit.letters
    assert isinstance(effect, OpenTicket)
    assert told == effect.unit == "barnehage"


async def test_a_channel_that_is_off_keeps_its_messages(store: Store) -> None:
    await handle(store, incoming("hei", "m1", "1001", "telegram"))
    sender = Sender(store, [SimulatedPhone("sms")], rates=FAST)
    assert await sender.run_once(NOW) == 0
    assert (await statuses(store))["queued"] == 1


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (Throttled(timedelta(seconds=7), "busy"), {"queued": 1, "in_doubt": 0}),
        (Rejected("no", "400"), {"queued": 0, "in_doubt": 0}),
        (Unreachable("gone", "21610", opted_out=True), {"queued": 0, "in_doubt": 0}),
        (InDoubt("cut"), {"queued": 0, "in_doubt": 1}),
    ],
)
async def test_a_failure_is_recorded_as_what_it_is(
    store: Store, outcome: SendOutcome, left: dict[str, int]
) -> None:
    await handle(store, incoming("hei", "m1"))
    phone = SimulatedPhone("sms")
    phone.answer_with = lambda outgoing: outcome
    metrics = Metrics()
    await Sender(store, [phone], rates=FAST, metrics=metrics).run_once(NOW)
    assert await statuses(store) == left
    assert b"samsvar_sends_total" in metrics.text()


async def test_what_is_throttled_goes_out_later_and_nothing_before_it(store: Store) -> None:
    await handle(store, incoming("two", "m1"))
    phone = SimulatedPhone("sms")
    answers: list[SendOutcome | None] = [Throttled(timedelta(seconds=20)), None, None]
    phone.answer_with = lambda outgoing: answers.pop(0)
    sender = Sender(store, [phone], rates=FAST)
    assert await sender.run_once(NOW) == 1
    assert await sender.run_once(NOW + timedelta(seconds=19)) == 0
    later = NOW + timedelta(seconds=21)
    while await sender.run_once(later):
        pass
    assert [each.text for each in phone.sent] == ["one", "two"]


async def test_a_throttled_channel_rests_and_the_others_go_on(store: Store) -> None:
    await handle(
        store,
        *(incoming("hei", f"s{person}", person) for person in PEOPLE),
        incoming("hei", "t1", "1001", "telegram"),
    )
    sms, telegram = SimulatedPhone("sms"), SimulatedPhone("telegram")
    sms.answer_with = lambda outgoing: Throttled(timedelta(seconds=30))
    sender = Sender(store, [sms, telegram], rates=FAST)
    await sender.run_once(NOW, limit=1)
    sms.answer_with = lambda outgoing: None
    assert await sender.run_once(NOW + timedelta(seconds=1)) == 1
    assert (len(sms.sent), len(telegram.sent)) == (0, 1)


async def test_a_channel_rests_no_longer_because_the_clock_is_set_back(store: Store) -> None:
    await handle(store, incoming("hei", "s1"))
    sms = SimulatedPhone("sms")
    sms.answer_with = lambda outgoing: Throttled(timedelta(seconds=30))
    sender = Sender(store, [sms], rates=FAST)
    await sender.run_once(NOW)
    sms.answer_with = lambda outgoing: None
    earlier = NOW - timedelta(hours=3)
    await handle(store, incoming("hei", "s2", PEOPLE[1]), at=earlier)
    assert await sender.run_once(earlier) == 1


async def test_a_fault_of_ours_stops_no_other_message(store: Store) -> None:
    await handle(store, *(incoming("hei", f"m{person}", person) for person in PEOPLE))
    phone = SimulatedPhone("sms")

    def fail(outgoing: Outgoing) -> SendOutcome | None:
        if outgoing.address == PEOPLE[0]:
            raise RuntimeError("a fault")
        return None

    phone.answer_with = fail
    await Sender(store, [phone], rates=FAST).run_once(NOW)
    assert len(phone.sent) == len(PEOPLE) - 1
    assert await statuses(store) == {"queued": 0, "in_doubt": 1}


async def test_a_message_that_cannot_be_rendered_is_put_aside(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await handle(store, incoming("hei", "m1"))
    phone = SimulatedPhone("sms")
    monkeypatch.setattr(phone, "render", lambda reply, address: 1 / 0)
    await Sender(store, [phone], rates=FAST).run_once(NOW)
    assert await statuses(store) == {"queued": 0, "in_doubt": 0}
    assert phone.sent == []


class Slow(SimulatedPhone):
    """Takes a while for each message, and counts how many at once."""

    def __init__(self, takes: float) -> None:
        super().__init__("sms")
        self.takes = takes
        self.at_once = self.most_at_once = 0

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.takes)
        self.at_once -= 1
        return await super().send(outgoing)


async def running(sender: Sender, until: Callable[[], bool], seconds: float = 10.0) -> None:
    """Run the sender until something holds, then stop it."""
    task = asyncio.create_task(sender.run())
    async with asyncio.timeout(seconds):
        while not until():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        sender.stop()
        await task


async def test_people_are_served_at_the_same_time_and_each_in_order(store: Store) -> None:
    messages = [incoming(str(n), f"{p}-{n}", p) for n in range(3) for p in PEOPLE]
    await handle(store, *messages)
    phone = Slow(0.05)
    sender = Sender(store, [phone], clock=lambda: NOW, rates=FAST)
    await running(sender, lambda: len(phone.sent) == len(messages))
    assert 1 < phone.most_at_once <= len(PEOPLE)
    for person in PEOPLE:
        assert texts(phone, person) == [f"{n + 1}: {n}" for n in range(3)]
    assert await statuses(store) == {"queued": 0, "in_doubt": 0}


async def test_stopping_waits_for_what_is_under_way_and_records_it(store: Store) -> None:
    await handle(store, incoming("hei", "m1"))
    phone = Slow(0.3)
    sender = Sender(store, [phone], clock=lambda: NOW, rates=FAST)
    await running(sender, lambda: phone.at_once == 1)
    assert len(phone.sent) == 1
    assert await statuses(store) == {"queued": 0, "in_doubt": 0}


async def test_what_waits_for_its_turn_when_the_service_stops_is_sent_later(store: Store) -> None:
    people = [f"+47900002{number:02}" for number in range(8)]
    await handle(store, *(incoming("hei", f"m{person}", person) for person in people))
    phone = SimulatedPhone("sms")
    sender = Sender(store, [phone], clock=lambda: NOW, rates={"sms": 2.0})
    began = time.perf_counter()
    await running(sender, lambda: len(phone.sent) == 2)
    assert time.perf_counter() - began < 1.0
    assert await statuses(store) == {"queued": 6, "in_doubt": 0}
    later = NOW + timedelta(minutes=1)
    while await Sender(store, [phone], rates=FAST).run_once(later):
        pass
    assert sorted(each.address for each in phone.sent) == people


async def test_a_rate_limit_holds(store: Store) -> None:
    people = [f"+47900001{number:02}" for number in range(12)]
    await handle(store, *(incoming("hei", f"m{person}", person) for person in people))
    phone = SimulatedPhone("sms")
    sender = Sender(store, [phone], rates={"sms": 10.0})
    began = time.perf_counter()
    await sender.run_once(NOW)
    assert len(phone.sent) == 12
    assert time.perf_counter() - began >= 0.15


async def test_a_database_that_is_away_for_a_moment_is_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.sender.LOOK_AGAIN_AFTER", 0.02)
    await handle(store, incoming("hei", "m1"))
    phone = SimulatedPhone("sms")
    failing = iter([OSError("away"), OSError("away")])
    record = store.record_outcomes
    recorded: list[object] = []

    async def sometimes(outcomes: object, now: datetime) -> None:
        for error in failing:
            raise error
        await record(outcomes, now)  # type: ignore[arg-type]
        recorded.append(outcomes)

    monkeypatch.setattr(store, "record_outcomes", sometimes)
    sender = Sender(store, [phone], clock=lambda: NOW, rates=FAST)
    await running(sender, lambda: bool(recorded))
    assert len(phone.sent) == 1


def test_every_effect_that_a_letter_can_hold_is_read() -> None:
    effect = small_decide.ticket("S1")
    assert msgspec.json.decode(msgspec.json.encode(effect), type=Effect) == effect
