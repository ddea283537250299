"""How the rate holds when a million people have written before.

    python tests/benchmarks/growth.py [--scale 0.1] [--database sqlite] [--messages 4000]

Two databases of a kind: one in which only 1,000 people have written, and one with
1,000,000 conversations and 10,000,000 old messages (half in, half out), times `--scale`.
The same 1,000 people, spread over all numbers, write in both; intake, worker and sender
run at once as in `way.py`, with a trivial decision, alternating between the two. Then
the plans of the statements that claim, and what a look for retention costs. At scale 1
the two need about 8 GB of disk and some minutes to fill; 0.1 stays under two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import way
from grown_database import fill, plans
from rich.console import Console
from rich.table import Table

from dialogue.messages import Incoming
from dialogue.store import retention
from dialogue.store.engine import open_database
from dialogue.store.migrate import upgrade
from dialogue.store.store import Store
from dialogue.store.tables import conversations
from dialogue.store.vault import Vault
from dialogue.store.worker import Worker

VAULT = Vault("a secret for benchmarks")
PEOPLE, MESSAGES = 1_000_000, 10_000_000


async def name_the_active(store: Store, people: int, active: list[str]) -> None:
    """Give the active people's addresses to conversations that lie far apart."""
    step = max(people // len(active), 1)
    rows = [
        {
            "the_id": 1 + place * step,
            "address_hash": VAULT.hash("sms", address),
            "address_cipher": VAULT.encrypt("sms", address),
        }
        for place, address in enumerate(active)
    ]
    change = sa.update(conversations).where(conversations.c.id == sa.bindparam("the_id"))
    async with store.database.write() as connection:
        await connection.execute(change, rows)


async def over(store: Store) -> bool:
    depth = await store.depth(way.now())
    return depth.waiting == 0 and depth.queued == 0


async def rate(store: Store, messages: list[Incoming]) -> float:
    """Messages/s of the whole way, all stages at once."""
    worker = Worker(store, way.trivial, way.now, limit=way.BATCH * 4)
    running = asyncio.create_task(worker.run())
    began = time.perf_counter()
    coming = asyncio.create_task(way.intake(store, messages))

    async def is_over() -> bool:
        return coming.done() and await over(store)

    await asyncio.gather(coming, way.send(store, is_over))
    took = time.perf_counter() - began
    await worker.stop()
    await running
    return len(messages) / took


async def look_for_retention(store: Store) -> tuple[float, int]:
    """The milliseconds of one round in which nothing is due."""
    began = time.perf_counter()
    done = await retention.keep_no_longer(
        store.database, way.now(), retention.Kept(words=timedelta(days=3_650))
    )
    return (time.perf_counter() - began) * 1_000, done


async def measure(kind: str, arguments: argparse.Namespace, folder: Path, console: Console) -> None:
    people, messages = int(PEOPLE * arguments.scale), int(MESSAGES * arguments.scale)
    active = [f"+4790{n:06}" for n in range(way.PEOPLE)]
    with way.databases(kind, folder) as make:
        small, large = await _opened(make), await _opened(make)
        async with small, large:
            began = time.perf_counter()
            # a database whose statements may take long: the service ends them after 30 s
            filler = open_database(large.database.engine.url, statement_seconds=900)
            await fill(filler, people, messages)
            await filler.close()
            console.print(f"{kind}: filled in {time.perf_counter() - began:.0f} s")
            await name_the_active(large, people, active)
            rates: dict[str, list[float]] = {"1,000": [], f"{people:,}": []}
            for run in range(arguments.runs + 1):  # the first warms both up
                for name, store in zip(rates, (small, large), strict=True):
                    script = [
                        way.msgspec.structs.replace(one, message_id=f"g{run}{one.message_id}")
                        for one in way.script(arguments.messages)
                    ]
                    rates[name].append(await rate(store, script))
            table = Table(title=f"{kind}: whole way, messages/s; {messages:,} old messages")
            table.add_column("conversations")
            table.add_column("median (lowest-highest)", justify="right")
            for name, values in rates.items():
                table.add_row(name, way._cell(values[1:]))
            console.print(table)
            few, many = (way.statistics.median(values[1:]) for values in rates.values())
            took, done = await look_for_retention(large)
            console.print(f"ratio {many / few:.2f}; a look for retention: {took:.0f} ms ({done})")
            for name, lines in (await plans(large.database)).items():
                console.print(f"[bold]{name}[/bold]", *lines, sep="\n    ", highlight=False)


async def _opened(make: Callable[[], Awaitable[str]]) -> Store:
    url = await make()
    await upgrade(url)
    return await Store.open(url, VAULT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    for kind in arguments.database or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="samsvar-growth-") as folder:
            asyncio.run(measure(kind, arguments, Path(folder), Console(width=110)))


if __name__ == "__main__":
    main()
