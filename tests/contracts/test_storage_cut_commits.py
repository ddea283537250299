"""The connection is cut in the middle of COMMIT: nothing is lost, nothing happens twice.

Whether a COMMIT that nobody answered was carried out can't be known; what follows must be
right in both cases, so each step of a message's way is cut in both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import postgres
import pytest
from gate import Cut, Gate, gate_before
from small_decide import decide, incoming, on_failure
from small_queries import CHANNELS, NOW, after, rows, send_all, texts

from dialogue.store.errors import AwayError
from dialogue.store.outbox import Outcome
from dialogue.store.store import Store
from dialogue.store.tables import inbox, outbox, tickets, timers
from dialogue.store.vault import Vault

VAULT = Vault("a secret for tests only")


@pytest.fixture(params=["lost", "unanswered"])
def cut(request: pytest.FixtureRequest) -> Cut:
    """What happens with the COMMIT."""
    named: Cut = request.param
    return named


@pytest.fixture
async def gate(
    postgres_server: postgres.Server, postgres_template: str
) -> AsyncIterator[tuple[Gate, Store]]:
    async with (
        gate_before(postgres_server, postgres_template) as (made, url),
        await Store.open(url, VAULT) as store,
    ):
        yield made, store


async def cut_in(gate: Gate, cut: Cut, act: Callable[[], Awaitable[object]]) -> bool:
    """Act while the next COMMIT is cut; whether it failed for the one who acts."""
    before, gate.cut = gate.cuts, cut
    try:
        await act()
    except Exception:
        return True
    finally:
        assert gate.cuts == before + 1
    return False


async def test_a_message_is_taken_in_once(gate: tuple[Gate, Store], cut: Cut) -> None:
    door, store = gate
    await store.receive(incoming("hei", "1"), NOW)
    await cut_in(door, cut, lambda: store.receive(incoming("ticket", "2"), NOW))
    await store.receive(incoming("ticket", "2"), NOW)  # the provider comes again
    assert await rows(store, inbox, "message_id") == ["1", "2"]


async def test_a_batch_is_handled_once(gate: tuple[Gate, Store], cut: Cut) -> None:
    door, store = gate
    words = ["hei", "ticket", "timer a", "boom", "two"]
    await store.receive([incoming(word, word) for word in words], NOW)

    async def work() -> None:
        while (await store.run_batch(decide, NOW, on_failure=on_failure)).count:
            pass

    assert await cut_in(door, cut, work)
    await work()
    expected = ["1: hei", "2: ticket", "3: timer a", "Noko gjekk gale.", "one", "two"]
    assert texts(await send_all(store)) == expected
    assert len(await rows(store, tickets)) == 1
    assert len(await rows(store, timers)) == 1
    assert await rows(store, inbox, "status") == ["done", "done", "done", "dead", "done"]


async def test_what_was_claimed_is_sent_once(gate: tuple[Gate, Store], cut: Cut) -> None:
    """Also where no provider can be asked: who claimed it knows that nothing was sent."""
    door, store = gate
    await store.receive([incoming("two", "1"), incoming("hei", "2", "+4790000002")], NOW)
    await store.run_batch(decide, NOW)
    assert await cut_in(door, cut, lambda: store.claim_outgoing(CHANNELS, 10, NOW))
    assert sorted(texts(await send_all(store, after(seconds=1)))) == ["1: hei", "one", "two"]
    assert {*await rows(store, outbox, "status", "attempts")} == {("sent", 1)}


async def test_an_outcome_is_recorded_once(gate: tuple[Gate, Store], cut: Cut) -> None:
    door, store = gate
    await store.receive(incoming("two", "1"), NOW)
    await store.run_batch(decide, NOW)
    [first] = await store.claim_outgoing(CHANNELS, 10, NOW)
    outcomes = [Outcome(outbox_id=first.outbox_id, status="sent", provider_id="P1")]
    assert await cut_in(door, cut, lambda: store.record_outcomes(outcomes, NOW))
    await store.record_outcomes(outcomes, NOW)  # as the sender does, until it can
    assert texts(await send_all(store)) == ["two"]
    assert await rows(store, outbox, "status") == ["sent", "sent"]


async def test_a_receipt_is_recorded(gate: tuple[Gate, Store], cut: Cut) -> None:
    door, store = gate
    await store.receive(incoming("hei", "1"), NOW)
    await store.run_batch(decide, NOW)
    [sent] = await send_all(store)

    async def receive() -> None:
        await store.record_receipt("sms", f"P{sent.outbox_id}", "delivered", None, NOW)

    door.cut = cut
    with pytest.raises(AwayError):
        await receive()
    await receive()
    assert await rows(store, outbox, "status") == ["delivered"]


async def test_a_timer_comes_due_once(gate: tuple[Gate, Store], cut: Cut) -> None:
    door, store = gate
    await store.receive(incoming("timer a", "1"), NOW)
    await store.run_batch(decide, NOW)
    due = after(hours=2)
    assert await cut_in(door, cut, lambda: store.fire_timers(due))
    await store.fire_timers(due)
    await store.run_batch(decide, due)
    assert texts(await send_all(store, due)) == ["1: timer a", "2: rating_reminder a"]
