"""Exact counts: many messages, some delivered twice, through worker processes on PostgreSQL.

    python tests/benchmarks/exactly_once.py [--messages 200000] [--workers 4] [--minutes 10]

The messages of 1,000 people come in while the workers work, 5 % of them a second time
some hundred messages later; this process feeds and sends. At the end there must be
each message once, handled; to each person the answers 1, 2, 3, … in this order, each
handed to the sender once. Ends with status 1 if anything differs.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import random
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import sqlalchemy as sa
import way
from workers import VAULT, Workers, over

from dialogue.messages import Incoming
from dialogue.replies import Reply
from dialogue.store.migrate import upgrade
from dialogue.store.store import Store
from dialogue.store.tables import inbox, outbox

TWICE = 0.05
LATER = 300  # messages between the first delivery and the second


def deliveries(count: int, seed: int) -> list[Incoming]:
    """Each message, and one in twenty again after others."""
    once = way.script(count)
    chance = random.Random(seed)
    again = chance.sample(range(count), int(count * TWICE))
    order = [(n, n) for n in range(count)] + [(n + chance.randint(1, LATER), n) for n in again]
    return [once[n] for _, n in sorted(order)]


async def faults(store: Store, count: int, sent: int) -> list[str]:
    """What is not as it must be."""
    async with store.database.read() as connection:
        statuses = await connection.execute(
            sa.select(inbox.c.status, sa.func.count()).group_by(inbox.c.status)
        )
        found = {row[0]: row[1] for row in statuses}
        rows = await connection.execute(
            sa.select(outbox.c.recipient, outbox.c.status, outbox.c.body).order_by(outbox.c.id)
        )
        answers: dict[str, list[str]] = collections.defaultdict(list)
        unsent = 0
        for recipient, status, body in rows:
            answers[recipient].append(msgspec.json.decode(body, type=Reply).text)
            unsent += status != "sent"
    odd = [f"the inbox holds {found}"] if found != {"done": count} else []
    if sent != count or unsent:
        odd.append(f"{sent} handed to the sender, {unsent} rows not sent")
    for recipient, texts in answers.items():
        if texts != [f"Svar {n + 1}" for n in range(len(texts))]:
            odd.append(f"{recipient}: answers out of order, lacking or doubled")
    return odd


async def run(arguments: argparse.Namespace, url: str) -> list[str]:
    await upgrade(url)
    count = arguments.messages
    async with await Store.open(url, VAULT) as store:
        workers = Workers(url, arguments.workers, trivial=True)
        await workers.start()
        workers.tell()
        began = time.perf_counter()
        fed = deliveries(count, arguments.seed)
        feeding = asyncio.create_task(feed(store, fed))

        async def done() -> bool:
            return feeding.done() and await over(store)

        sent = await way.send(store, done)
        await feeding
        took = time.perf_counter() - began
        workers.tell()
        cpu, _ = await workers.ended()
        print(
            f"{count} messages, {len(fed)} deliveries, {arguments.workers} workers,"
            f" seed {arguments.seed}: {took:.0f} s, workers' CPU {cpu:.0f} s"
        )
        return await faults(store, count, sent)


async def feed(store: Store, fed: list[Incoming]) -> None:
    """As webhooks would, but never so far ahead that the store is full."""
    for start in range(0, len(fed), 2_560):
        while (await store.depth(way.now())).waiting > 10_000:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await way.intake(store, fed[start : start + 2_560])


async def bounded(arguments: argparse.Namespace, folder: Path) -> list[str]:
    with way.databases("postgresql", folder) as make:
        async with asyncio.timeout(arguments.minutes * 60):
            return await run(arguments, await make())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=20261124)
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    with tempfile.TemporaryDirectory(prefix="samsvar-exactly-once-") as folder:
        Path(folder).chmod(0o755)
        odd = asyncio.run(bounded(arguments, Path(folder)))
    print("\n".join(odd) or "exact")
    sys.exit(bool(odd))


if __name__ == "__main__":
    main()
