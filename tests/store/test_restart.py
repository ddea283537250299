"""PostgreSQL itself is stopped and started again while messages come and go."""

from __future__ import annotations

import asyncio
import itertools
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import postgres
import pytest
from small_decide import decide, heard, incoming, on_failure
from small_queries import CHANNELS, rows
from sqlalchemy.engine import URL

from connectors.channels.simulated_phone import SimulatedPhone
from connectors.intake import StoreIntake
from connectors.metrics import Metrics
from connectors.sender import Sender
from connectors.spool import Spool
from dialogue.conversation import load
from dialogue.store.migrate import upgrade
from dialogue.store.store import Store
from dialogue.store.tables import conversations, inbox, outbox
from dialogue.store.vault import Vault
from dialogue.store.wake import OUTBOX
from dialogue.store.worker import Worker

VAULT = Vault("a secret for tests only")
PEOPLE = [f"+479000{n:04}" for n in range(20)]
WORDS = [f"m{n}" for n in range(30)]
STOPS = (signal.SIGINT, signal.SIGQUIT)  # decently, and as a crash
FAST = {"sms": 10_000.0}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    """A server of this test alone, for others' connections would be cut too."""
    with postgres.running() as server:
        yield server


async def feed(intake: StoreIntake) -> None:
    """Everybody says everything; each message is delivered until it was acknowledged."""
    for number, word in enumerate(WORDS):
        await asyncio.gather(
            *(intake.receive(incoming(word, f"{who}-{number}", who)) for who in PEOPLE)
        )
        await asyncio.sleep(0.06)


async def everything(url: URL, server: postgres.Server, folder: Path) -> SimulatedPhone:
    """The service's parts at work while the server stops twice; who got what."""
    phone, spool = SimulatedPhone("sms"), Spool(folder, VAULT)
    spool.open()
    async with await Store.open(url, VAULT) as store:
        intake = StoreIntake(store, now, Metrics(), spool)
        worker = Worker(store, decide, now, on_failure=on_failure)
        sender = Sender(store, [phone], clock=now, rates=FAST, wait=lambda s: wait(store, s))
        parts = [asyncio.create_task(one.run()) for one in (intake, worker, sender)]
        coming = asyncio.create_task(feed(intake))
        for how in STOPS:
            await asyncio.sleep(0.3)
            await asyncio.to_thread(server.halt, how)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(server.start_again)
        await coming
        async with asyncio.timeout(60):
            while spool.waits or not await is_done(store):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        intake.stop()
        sender.stop()
        await worker.stop()
        await asyncio.gather(*parts)
        await compare(store)
    return phone


async def wait(store: Store, seconds: float) -> None:
    await store.wake.wait(OUTBOX, seconds)


async def is_done(store: Store) -> bool:
    """Whether all has been handled, and sent."""
    with suppress(Exception):
        if await store.claim_in_doubt(CHANNELS, 1):
            raise AssertionError("in doubt, though nobody died while sending")
        depth = await store.depth(now())
        states = await rows(store, outbox, "status")
        return depth.waiting == 0 and len(states) == len(PEOPLE) * len(WORDS) == states.count(
            "sent"
        )
    return False


async def compare(store: Store) -> None:
    """Each message is there once, and has been heard once, in order."""
    assert Counter(await rows(store, inbox, "status")) == {"done": len(PEOPLE) * len(WORDS)}
    states = await rows(store, conversations, "state")
    assert [heard(load(state)) for state in states] == [WORDS] * len(PEOPLE)


async def test_a_server_that_stops_and_starts_loses_nothing_and_doubles_nothing(
    own_server: postgres.Server, tmp_path: Path
) -> None:
    if own_server.launch is None:
        pytest.skip("the machine's own server is not ours to stop")
    url = await own_server.create()
    await upgrade(url)
    phone = await everything(url, own_server, tmp_path)
    for who in PEOPLE:
        got = [each.text for each in phone.sent if each.address == who]
        assert got == [f"{n}: {word}" for n, word in zip(itertools.count(1), WORDS, strict=False)]
