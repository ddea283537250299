"""The whole way of a message through the store, beside a bare SQLAlchemy loop.

    python tests/benchmarks/way.py [--messages 6000] [--runs 3] [--database sqlite] [--real]

A message is received (committed), decided in a batch (committed), claimed by a sender
that answers at once, and its outcome recorded (committed); intake, worker and sender
run at the same time in one process, with 1,000 conversations. The floor is a loop that
claims from one table, reads and writes a state and an outbox row, and commits, in
batches of 64: no deduplication, no encryption, no sender. Runs alternate, so that a
busy machine is busy for both. Files are in the system's temporary folder.
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
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from dialogue.conversation import Conversation
from dialogue.decision import Decide, Decision
from dialogue.messages import Incoming, Numbered, PersonMessage
from dialogue.replies import Reply
from dialogue.store.engine import Database, open_database
from dialogue.store.migrate import upgrade
from dialogue.store.outbox import Outcome
from dialogue.store.store import Store
from dialogue.store.vault import Vault
from dialogue.store.wake import OUTBOX
from dialogue.store.worker import Worker

PEOPLE = 1_000
BATCH = 64
TEXTS = ("kor tid bler boss henta på tau", "Når er legevakta open?", "takk for hjelpa")


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
    return [
        Incoming(
            channel="sms",
            address=f"+4790{n % PEOPLE:06}",
            message_id=f"SM{n}",
            body=PersonMessage(text=TEXTS[n % len(TEXTS)]),
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

    def __init__(self, decide: Decide, count: int) -> None:
        self.decide = decide
        self.count = count

    async def stages(self, store: Store) -> dict[str, float]:
        messages = script(self.count)
        rates = {"intake": await self._rate(intake(store, messages))}
        rates["handled"] = await self._rate(self._work(store))
        replies = (await store.depth(now())).queued
        rates["sent"] = await self._rate(send(store, at_once), replies)
        return rates

    async def all_at_once(self, store: Store) -> float:
        await intake(store, script(PEOPLE))  # conversations that exist already
        await self._work(store)
        await send(store, at_once)
        worker = Worker(store, self.decide, now, limit=BATCH * 4)
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

    async def _work(self, store: Store) -> None:
        while (await store.run_batch(self.decide, now(), limit=BATCH)).handled:
            pass

    async def _rate(self, work: Awaitable[object], count: int | None = None) -> float:
        began = time.perf_counter()
        await work
        return (count or self.count) / (time.perf_counter() - began)


metadata = sa.MetaData()
floor_messages = sa.Table(
    "floor_messages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Integer),
    sa.Column("done", sa.Boolean, index=True),
    sa.Column("body", sa.Text),
)
floor_states = sa.Table(
    "floor_states",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text),
)
floor_outbox = sa.Table(
    "floor_outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Integer),
    sa.Column("body", sa.Text),
)


async def floor(database: Database, count: int) -> float:
    """The bare loop; messages/s."""
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        people = [{"id": n, "state": "{}"} for n in range(PEOPLE)]
        await connection.execute(sa.insert(floor_states), people)
        messages = [{"person": n % PEOPLE, "done": False, "body": "hei"} for n in range(count)]
        await connection.execute(sa.insert(floor_messages), messages)
    began = time.perf_counter()
    while await _floor_batch(database):
        pass
    return count / (time.perf_counter() - began)


async def _floor_batch(database: Database) -> bool:
    waiting = sa.select(floor_messages).where(~floor_messages.c.done).limit(BATCH)
    async with database.write() as connection:
        taken = (await connection.execute(waiting)).all()
        if not taken:
            return False
        people = [row.person for row in taken]
        chosen = sa.select(floor_states).where(floor_states.c.id.in_(people))
        states = dict((await connection.execute(chosen)).all())  # type: ignore[arg-type]
        await connection.execute(
            sa.update(floor_states).where(floor_states.c.id == sa.bindparam("person")),
            [{"person": one, "state": f"{states[one][:40]}x"} for one in people],
        )
        replies = [{"person": one, "body": "svar"} for one in people]
        await connection.execute(sa.insert(floor_outbox), replies)
        done = sa.update(floor_messages).where(floor_messages.c.id.in_([row.id for row in taken]))
        await connection.execute(done.values(done=True))
    return True


async def measure(make: Callable[[], Awaitable[str]], way: Way) -> dict[str, float]:
    """One run of everything, each on a fresh database."""
    bare = open_database(await make())
    rates = {"floor": await floor(bare, way.count)}
    await bare.close()
    for part in ("stages", "way"):
        url = await make()
        await upgrade(url)
        async with await Store.open(url, Vault("a secret for benchmarks")) as store:
            if part == "stages":
                rates |= await way.stages(store)
            else:
                rates["whole way"] = await way.all_at_once(store)
    return rates


STAGES = ("floor", "intake", "handled", "sent", "whole way")


async def run(arguments: argparse.Namespace, folder: Path) -> Table:
    way = Way(real() if arguments.real else trivial, arguments.messages)
    table = Table(title=f"messages/s, median (lowest-highest) of {arguments.runs} runs")
    for column in ("database", *STAGES):
        table.add_column(column, justify="right")
    for kind in arguments.database or ["sqlite", "postgresql"]:
        with databases(kind, folder) as make:
            results = [await measure(make, way) for _ in range(arguments.runs)]
        table.add_row(kind, *(_cell([one[name] for one in results]) for name in STAGES))
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
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    with tempfile.TemporaryDirectory(prefix="samsvar-way-") as folder:
        Console(width=110).print(asyncio.run(run(arguments, Path(folder))))


if __name__ == "__main__":
    main()
