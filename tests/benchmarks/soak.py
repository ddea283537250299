"""Hours in minutes: an even stream of messages, and whether memory and latency stay flat.

    PYTHONPATH=.:tests/support:tests/benchmarks python tests/benchmarks/soak.py \\
        [--rate 300] [--minutes 20] [--people 27000] [--database sqlite] [--into soak.md]

`samsvar serve` runs as it is installed, with a `SAMSVAR_TWILIO_RATE` that bounds nothing;
Twilio is the stand-in on loopback. Signed webhooks come at an even rate from so many
phones, each with another question than the time before (who hears the same too often is
answered no more, so let each write at most once in 90 s); the time runs from the webhook's
first byte to the moment when its first answer is taken. A line for each minute, as it
ends: webhooks a second, the median and p99 until acknowledged and until answered, the
memory of the service (and of its deciders, what they share counted once) and the CPU of
both, and what waits. It ends by itself. The verdict compares the last quarter with the
second (the first warms it up).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import postgres
from idle import children_of, cpu_of_all, megabytes, shared_megabytes
from rich.console import Console
from rich.table import Table
from served_process import Town, town_on
from workers import questions

MOST_IN_FLIGHT = 512  # webhooks; beyond that the service can't take the rate
MEMORY_MAY_GROW = 1.05
LATENCY_MAY_GROW = 1.5
COLUMNS = (
    "minute", "webhooks/s", "acknowledged ms", "answered ms", "MB", "of deciders", "CPU", "waiting"
)  # fmt: skip


@dataclass
class Part:
    """What was seen in one minute; times in seconds."""

    ends_at: float
    seconds: float
    webhooks: int
    acknowledged: list[float]
    answered: list[float]
    size: float
    children: float
    cpu: float
    waiting: int

    def cells(self) -> list[str]:
        return [
            f"{self.ends_at / 60:.1f}",
            f"{self.webhooks / self.seconds:.0f}",
            _centiles(self.acknowledged),
            _centiles(self.answered),
            f"{self.size:.0f}",
            f"{self.children:.0f}",
            f"{self.cpu / self.seconds:.0%}",
            f"{self.waiting}",
        ]


@dataclass
class Stream:
    """The webhooks, and when each was acknowledged and answered."""

    town: Town
    people: int
    texts: list[str] = field(default_factory=questions)
    refused: int = 0
    sent: int = 0
    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    waits: dict[str, deque[float]] = field(default_factory=dict)

    def listen(self) -> None:
        take = self.town.twilio._take

        def taken(form: dict[str, str]) -> object:
            waiting = self.waits.get(form["To"])
            if waiting:
                self.answered.append(time.perf_counter() - waiting.popleft())
            answer = take(form)
            self.town.twilio.messages.clear()  # the stand-in's own memory is not measured
            return answer

        self.town.twilio._take = taken  # type: ignore[method-assign,assignment]

    async def one(self, number: int) -> None:
        phone = f"+4791{number % self.people:06}"
        began = time.perf_counter()
        self.waits.setdefault(phone, deque()).append(began)
        text = self.texts[number % len(self.texts)]
        answer = await self.town.sms(text, f"SM{number}", phone)
        if answer.status == 200:
            self.acknowledged.append(time.perf_counter() - began)
        else:
            self.refused += 1
            self.waits[phone].pop()

    async def run(self, rate: float, seconds: float) -> None:
        flight: set[asyncio.Task[None]] = set()
        start = time.perf_counter()
        while (passed := time.perf_counter() - start) < seconds:
            due = int(passed * rate)
            while self.sent < due and len(flight) < MOST_IN_FLIGHT:
                task = asyncio.create_task(self.one(self.sent))
                flight.add(task)
                task.add_done_callback(flight.discard)
                self.sent += 1
            await asyncio.sleep(0.005)
        if flight:
            await asyncio.wait(flight)


async def watched(town: Town, arguments: argparse.Namespace) -> tuple[list[Part], Stream]:
    town.env["SAMSVAR_TWILIO_RATE"] = "1000"  # else 100/s would bound it
    served = await town.serve()
    assert served._process is not None
    process = served._process.pid
    stream = Stream(town, arguments.people)
    stream.listen()
    seconds = arguments.minutes * 60
    running = asyncio.create_task(stream.run(arguments.rate, seconds))
    print("  ".join(COLUMNS), flush=True)
    began, parts, before = time.perf_counter(), [], (0.0, cpu_of_all(process))
    count = max(round(arguments.minutes), 1)
    for number in range(1, count + 1):
        await asyncio.sleep(max(0.0, began + seconds / count * number - time.perf_counter()))
        now, cpu = time.perf_counter() - began, cpu_of_all(process)
        part = Part(
            now,
            now - before[0],
            len(stream.acknowledged),
            stream.acknowledged,
            stream.answered,
            megabytes(process),
            sum(map(shared_megabytes, children_of(process))),
            cpu - before[1],
            sum(map(len, stream.waits.values())),
        )
        stream.acknowledged, stream.answered = [], []
        before = (now, cpu)
        parts.append(part)
        print("  ".join(part.cells()), flush=True)
    await running
    return parts, stream


async def run(arguments: argparse.Namespace, folder: Path) -> tuple[list[Part], Stream]:
    server, address = None, f"sqlite:///{folder / 'samsvar.db'}"
    if arguments.database == "postgresql":
        server = postgres.start(folder / "server", postgres.DURABLE)
        address = (await server.create()).render_as_string(hide_password=False)
    try:
        async with town_on(address, folder) as town:
            if server is not None:
                assert (await town.command("migrate")).code == 0
            return await watched(town, arguments)
    finally:
        if server is not None:
            server.stop()


def verdict(parts: list[Part]) -> list[str]:
    """What has grown from the second quarter of the time to the last."""
    quarter = max(len(parts) // 4, 1)
    early, late = parts[quarter : 2 * quarter] or parts, parts[-quarter:]
    grown = []
    sizes = [statistics.median(one.size for one in some) for some in (early, late)]
    if sizes[1] > sizes[0] * MEMORY_MAY_GROW:
        grown.append(f"memory grew from {sizes[0]:.0f} to {sizes[1]:.0f} MB")
    times = [[t for one in some for t in one.answered] for some in (early, late)]
    medians = [statistics.median(some) if some else float("inf") for some in times]
    if medians[1] > medians[0] * LATENCY_MAY_GROW:
        grown.append(f"answers took {medians[0] * 1e3:.0f} ms, and {medians[1] * 1e3:.0f} at last")
    return grown


def _centiles(times: list[float]) -> str:
    if len(times) < 2:
        return "-"
    centiles = statistics.quantiles(times, n=100)
    return f"{centiles[49] * 1e3:.0f} / {centiles[98] * 1e3:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rate", type=float, default=300)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--people", type=int, help="default: each writes once in 90 s")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--into", type=Path, help="write the table as Markdown too")
    asked = parser.parse_args()
    asked.people = asked.people or max(int(asked.rate * 90), 1)
    with tempfile.TemporaryDirectory(prefix="samsvar-soak-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        parts, stream = asyncio.run(run(asked, Path(folder)))
    title = f"{asked.database}, {asked.rate:.0f}/s for {asked.minutes:g} min (median / p99)"
    table = Table(title=title)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for part in parts:
        table.add_row(*part.cells())
    Console(width=110).print(table)
    if asked.into is not None:
        lines = ["| " + " | ".join(cells) + " |" for cells in (COLUMNS, ["---:"] * len(COLUMNS))]
        lines += ["| " + " | ".join(part.cells()) + " |" for part in parts]
        asked.into.write_text("\n".join([title, "", *lines, ""]))
    grown = verdict(parts)
    print(f"{stream.sent} webhooks, {stream.refused} refused;", "; ".join(grown) or "flat")
    sys.exit(bool(grown))


if __name__ == "__main__":
    main()
