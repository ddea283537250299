"""The whole way of a message through the store, beside a bare SQLAlchemy loop.

    python tests/benchmarks/way.py [--messages 6000] [--runs 3] [--database sqlite]
                                   [--real] [--deciders 2]

A message is received (committed), decided in a batch (committed), claimed by a sender
that answers at once, and its outcome recorded (committed); intake, worker and sender
run at the same time in one process, with 1,000 conversations. The floor is a loop that
claims from one table, reads and writes a state and an outbox row, and commits, in
batches of 64: no deduplication, no encryption, no sender. Runs alternate, so that a
busy machine is busy for both. Files are in the system's temporary folder.

`--real` decides as the service does, on varied texts (`varied_texts.py`). `--deciders N`,
which may be given several times, shares the decisions with so many processes; each number
is measured in each run, beside the others.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import varied_texts
from bare_loop import BATCH, PEOPLE, floor
from rich.console import Console
from rich.table import Table

from dialogue.conversation import Conversation
from dialogue.decision import Decide, Decision
from dialogue.messages import Incoming, Numbered, PersonMessage
from dialogue.replies import Reply
from dialogue.store.deciders import Deciders
from dialogue.store.engine import open_database
from dialogue.store.migrate import upgrade
from dialogue.store.outbox import Outcome
from dialogue.store.store import Store
from dialogue.store.vault import Vault
from dialogue.store.wake import OUTBOX
from dialogue.store.worker import Worker


def now() -> datetime:
    return datetime.now(UTC)


def trivial(conversation: Conversation, message: Numbered) -> Decision:
    count = conversation.prompt_count + 1
    state = msgspec.structs.replace(conversation, prompt_count=count)
    return Decision(conversation=state, replies=(Reply(text=f"Svar {count}"),), edition="b")


def real() -> Decide:
    """The real decision on the example municipality."""
    from dialogue.decide import decide
    from dialogue.edition import load_edition

    edition = load_edition(Path(__file__).parents[2] / "knowledge" / "example")
    return partial(decide, edition)


def script(count: int) -> list[Incoming]:
    texts = varied_texts.endless()
    return [
        Incoming(
            channel="sms",
            address=f"+4790{n % PEOPLE:06}",
            message_id=f"SM{n}",
            body=PersonMessage(text=next(texts)),
        )
        for n in range(count)
    ]


async def intake(store: Store, messages: list[Incoming], in_flight: int = 256) -> None:
    """As so many webhook requests in flight would."""
    for start in range(0, len(messages), in_flight):
        chunk = messages[start : start + in_flight]
        await asyncio.gather(*(store.receive(one, now()) for one in chunk))


async def send(store: Store, until: Callable[[], Awaitable[bool]]) -> int:
    """A provider that answers at once, until nothing is left and `until` is true."""
    sent = 0
    while True:
        claimed = await store.claim_outgoing(["sms"], 256, now())
        outcomes = [
            Outcome(outbox_id=one.outbox_id, status="sent", provider_id=f"P{one.outbox_id}")
            for one in claimed
        ]
        await store.record_outcomes(outcomes, now())
        sent += len(claimed)
        if not claimed:
            if await until():
                return sent
            await store.wake.wait(OUTBOX, 0.05)


async def at_once() -> bool:
    return True


class Way:
    """The stages one by one, and all of them at once."""

    def __init__(self, decide: Decide, count: int, limit: int = BATCH * 4) -> None:
        self.decide = decide
        self.count = count
        self.limit = limit

    async def stages(self, store: Store) -> dict[str, float]:
        messages = script(self.count)
        rates = {"intake": await self._rate(intake(store, messages))}
        rates["handled"] = await self._rate(self._work(store))
        replies = (await store.depth(now())).queued
        rates["sent"] = await self._rate(send(store, at_once), replies)
        return rates

    async def all_at_once(self, store: Store, deciders: int) -> float:
        pool = Deciders(self.decide, None, deciders)
        await pool.start()
        try:
            rate = await self._all_at_once(store, pool)
        finally:
            await pool.close()
        return rate

    async def _all_at_once(self, store: Store, pool: Deciders) -> float:
        await intake(store, script(PEOPLE))  # conversations that exist already
        await self._work(store, pool)
        await send(store, at_once)
        worker = Worker(store, self.decide, now, limit=self.limit, deciders=pool)
        running = asyncio.create_task(worker.run())
        messages = [
            msgspec.structs.replace(one, message_id=f"way{one.message_id}")
            for one in script(self.count)
        ]
        began = time.perf_counter()
        coming = asyncio.create_task(intake(store, messages))

        async def is_over() -> bool:
            return coming.done() and await self._is_over(store)

        await asyncio.gather(coming, send(store, is_over))
        took = time.perf_counter() - began
        await worker.stop()
        await running
        return self.count / took

    async def _is_over(self, store: Store) -> bool:
        """Whether nothing waits: all was received before this is asked for the last time."""
        depth = await store.depth(now())
        return depth.waiting == 0 and depth.queued == 0

    async def _work(self, store: Store, pool: Deciders | None = None) -> None:
        while (await store.run_batch(self.decide, now(), limit=BATCH, deciders=pool)).handled:
            pass

    async def _rate(self, work: Awaitable[object], count: int | None = None) -> float:
        began = time.perf_counter()
        await work
        return (count or self.count) / (time.perf_counter() - began)


async def measure(
    make: Callable[[], Awaitable[str]], way: Way, deciders: Sequence[int]
) -> dict[str, float]:
    """One run of everything, each on a fresh database."""
    bare = open_database(await make())
    rates = {"floor": await floor(bare, way.count)}
    await bare.close()
    async with new_store(make) as store:
        rates |= await way.stages(store)
    for count in deciders:
        async with new_store(make) as store:
            rates[whole_way(count)] = await way.all_at_once(store, count)
    return rates


@contextlib.asynccontextmanager
async def new_store(make: Callable[[], Awaitable[str]]) -> AsyncIterator[Store]:
    url = await make()
    await upgrade(url)
    async with await Store.open(url, Vault("a secret for benchmarks")) as store:
        yield store


STAGES = ("floor", "intake", "handled", "sent")


def whole_way(deciders: int) -> str:
    return f"whole way, {deciders} deciders" if deciders else "whole way"


async def run(arguments: argparse.Namespace, folder: Path) -> Table:
    deciders = arguments.deciders or [0]
    columns = (*STAGES, *map(whole_way, deciders))
    way = Way(real() if arguments.real else trivial, arguments.messages, arguments.limit)
    table = Table(title=f"messages/s, median (lowest-highest) of {arguments.runs} runs")
    for column in ("database", *columns):
        table.add_column(column, justify="right")
    for kind in arguments.database or ["sqlite", "postgresql"]:
        with databases(kind, folder) as make:
            results = [await measure(make, way, deciders) for _ in range(arguments.runs)]
        table.add_row(kind, *(_cell([one[name] for one in results]) for name in columns))
    return table


@contextlib.contextmanager
def databases(kind: str, folder: Path) -> Iterator[Callable[[], Awaitable[str]]]:
    """How a new database of a kind is made, with its server while it is needed."""
    import postgres  # of tests/support

    numbers = itertools.count()

    async def make_file() -> str:
        return f"sqlite:///{folder}/{next(numbers)}.db"

    async def make_database() -> str:
        return (await server.create()).render_as_string(hide_password=False)

    if kind == "sqlite":
        yield make_file
        return
    folder.chmod(0o755)
    server = postgres.start(folder / "server", postgres.DURABLE)
    try:
        yield make_database
    finally:
        server.stop()


def _cell(values: list[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}-{max(values):,.0f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--messages", type=int, default=6_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"])
    parser.add_argument("--real", action="store_true", help="decide as the service does")
    parser.add_argument("--deciders", action="append", type=int, help="default: 0")
    parser.add_argument("--limit", type=int, default=BATCH * 4, help="messages in a batch")
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    with tempfile.TemporaryDirectory(prefix="samsvar-way-") as folder:
        Console(width=110).print(asyncio.run(run(arguments, Path(folder))))


if __name__ == "__main__":
    main()
