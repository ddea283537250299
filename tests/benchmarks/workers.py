"""From the inbox to the provider, with one worker process and with two.

    python tests/benchmarks/workers.py [--messages 4000] [--runs 3] [--trivial] [--deciders 1]

The messages of 1,000 people lie in the inbox when the clock starts; it stops when each
answer has been handed to a sender that answers at once, and that is recorded. Workers
are processes of their own on PostgreSQL; on SQLite the one worker shares the process
with the sender. By default the real decision on varied texts (`varied_texts.py`);
`--trivial` leaves only the store. With `--deciders N` each worker has so many deciders. The CPU
time of the workers for a message, without that of deciders, stands beside.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import varied_texts
import way
from rich.console import Console
from rich.table import Table

from dialogue.decision import Decide
from dialogue.messages import Incoming, PersonMessage
from dialogue.store.deciders import Deciders
from dialogue.store.migrate import upgrade
from dialogue.store.store import Store
from dialogue.store.vault import Vault
from dialogue.store.worker import Worker

VAULT = Vault("a secret for benchmarks")


def decision(*, trivial: bool) -> Decide:
    return way.trivial if trivial else way.real()


def script(count: int, run: int) -> list[Incoming]:
    texts = varied_texts.endless()
    return [
        Incoming(
            channel="sms",
            address=f"+4790{n % way.PEOPLE:06}",
            message_id=f"W{run}-{n}",
            body=PersonMessage(text=next(texts)),
        )
        for n in range(count)
    ]


async def work(url: str, *, trivial: bool, deciders: int) -> None:
    """A worker process: ready, then at work from the first line read until the second."""
    decide = decision(trivial=trivial)
    loop = asyncio.get_running_loop()
    pool = Deciders(decide, None, deciders)
    await pool.start()
    async with await Store.open(url, VAULT) as store:
        print("ready", flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)
        before = time.process_time()
        worker = Worker(store, decide, way.now, limit=way.BATCH, deciders=pool)
        running = asyncio.create_task(worker.run())
        await loop.run_in_executor(None, sys.stdin.readline)
        await worker.stop()
        await running
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{time.process_time() - before} {most}", flush=True)
    await pool.close()


async def over(store: Store) -> bool:
    depth = await store.depth(way.now())
    return depth.waiting == 0 and depth.queued == 0


class Workers:
    """Worker processes on PostgreSQL, between their start and their end."""

    def __init__(self, url: str, count: int, *, trivial: bool, deciders: int) -> None:
        self._arguments = [__file__, "--work", url, "--deciders", str(deciders)]
        self._arguments += ["--trivial"] if trivial else []
        self._count = count
        self._processes: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        for _ in range(self._count):
            process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=os.environ,
            )  # fmt: skip
            self._processes.append(process)
        for process in self._processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"

    def tell(self) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(b"\n")

    async def ended(self) -> tuple[float, int]:
        """CPU seconds of all of them, and the MB of the largest."""
        found = [(await process.communicate())[0].decode().split() for process in self._processes]
        return sum(float(cpu) for cpu, _ in found), max(int(most) for _, most in found)


async def measure(
    url: str, count: int, workers: int, *, trivial: bool, deciders: int
) -> tuple[float, float, int]:
    """Messages/s, the workers' CPU milliseconds for each, and MB."""
    await upgrade(url)
    async with await Store.open(url, VAULT) as store:
        messages = script(count, 0)
        await way.intake(store, messages)
        if store.database.sqlite:
            decide = decision(trivial=trivial)
            pool = Deciders(decide, None, deciders)
            await pool.start()
            cpu = time.process_time()
            began = time.perf_counter()
            worker = Worker(store, decide, way.now, limit=way.BATCH, deciders=pool)
            running = asyncio.create_task(worker.run())
            await way.send(store, lambda: over(store))
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
            await worker.stop()
            await running
            await pool.close()
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            return count / took, cpu / count * 1_000, most
        processes = Workers(url, workers, trivial=trivial, deciders=deciders)
        await processes.start()
        began = time.perf_counter()
        processes.tell()
        await way.send(store, lambda: over(store))
        took = time.perf_counter() - began
        processes.tell()
        cpu, most = await processes.ended()
        return count / took, cpu / count * 1_000, most


async def run(arguments: argparse.Namespace, folder: Path) -> Table:
    decided = "trivial" if arguments.trivial else "real"
    table = Table(title=f"inbox to sent, {decided} decision, median of {arguments.runs} runs")
    for column in ("database", "workers", "messages/s", "CPU ms each", "MB"):
        table.add_column(column, justify="right")
    for kind, workers in (("sqlite", 1), ("postgresql", 1), ("postgresql", 2)):
        with way.databases(kind, folder / f"{kind}{workers}") as make:
            found = [
                await measure(
                    await make(),
                    arguments.messages,
                    workers,
                    trivial=arguments.trivial,
                    deciders=arguments.deciders,
                )
                for _ in range(arguments.runs)
            ]
        rates, cpus, sizes = zip(*found, strict=True)
        row = way._cell(list(rates)), f"{statistics.median(cpus):.2f}", str(max(sizes))
        table.add_row(kind, str(workers), *row)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--trivial", action="store_true")
    parser.add_argument("--deciders", type=int, default=0, help="of each worker")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        asyncio.run(work(arguments.work, trivial=arguments.trivial, deciders=arguments.deciders))
        return
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    with tempfile.TemporaryDirectory(prefix="samsvar-workers-") as folder:
        Path(folder).chmod(0o755)
        for name in ("sqlite1", "postgresql1", "postgresql2"):
            (Path(folder) / name).mkdir()
        Console(width=100).print(asyncio.run(run(arguments, Path(folder))))


if __name__ == "__main__":
    main()
