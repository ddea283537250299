"""From a signed webhook to the answer at Twilio, through the served process.

    PYTHONPATH=.:tests/support:tests/benchmarks \\
        python tests/benchmarks/webhook_to_answer.py --rate 50

`samsvar serve` runs as it is installed, on SQLite and on PostgreSQL; Twilio is the
stand-in on loopback. Webhooks come at an even rate, each from a phone of its own that has
been answered before, so that one answer comes of each; the time runs from the first byte
of the webhook to the moment when the answer is taken. The sender may give the stand-in 1,000
messages a second (`SAMSVAR_TWILIO_RATE`), so that its rate delays nothing.
Beside it stands how many webhooks waited for their answer at most, and the CPU that the
service (with its deciders) spent on each: what one core can do in a second follows.
How many webhooks are accepted a second, beside a server that only checks signatures, is
measured by `webhook_intake.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from idle import cpu_of_all
from rich.console import Console
from rich.table import Table
from served_process import Town, town_of

QUESTION = "Når blir vegen vår brøytt?"
GREETING = "Hvor finner jeg åpningstidene til biblioteket?"
AT_ONCE = 20


@dataclass
class Seen:
    """Milliseconds until each webhook was acknowledged, and until its answer was sent."""

    acknowledged: list[float]
    answered: list[float]
    most_waiting: int
    cpu: float  # seconds for a webhook


async def measured(town: Town, rate: int, seconds: int) -> Seen:
    arrived: dict[str, list[float]] = {}
    take = town.twilio._take

    def taken(form: dict[str, str]) -> object:
        arrived.setdefault(form["To"], []).append(time.perf_counter())
        return take(form)

    town.twilio._take = taken  # type: ignore[method-assign,assignment]
    began: dict[str, float] = {}
    acknowledged: list[float] = []

    async def one(number: int, text: str, name: str) -> None:
        phone = f"+4791{number:06}"
        began[phone] = time.perf_counter()
        answer = await town.sms(text, f"SM{name}{number}", phone)
        assert answer.status == 200
        acknowledged.append((time.perf_counter() - began[phone]) * 1_000)

    async def answered(count: int, each: int) -> None:
        phones = [f"+4791{number:06}" for number in range(count)]
        async with asyncio.timeout(180):
            while any(len(arrived.get(phone, ())) < each for phone in phones):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    count = rate * seconds
    for first in range(0, count, AT_ONCE):  # everybody is introduced before the clock starts
        numbers = range(first, min(first + AT_ONCE, count))
        await asyncio.gather(*(one(number, GREETING, "first") for number in numbers))
    await answered(count, 2)
    acknowledged.clear()
    arrived.clear()
    began.clear()
    assert town.served is not None
    assert town.served._process is not None
    process = town.served._process.pid
    sending, start, used = [], time.perf_counter(), cpu_of_all(process)
    most_waiting = 0
    for number in range(count):
        most_waiting = max(most_waiting, len(began) - len(arrived))
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        sending.append(asyncio.create_task(one(number, QUESTION, "then")))
    await asyncio.gather(*sending)
    await answered(count, 1)
    times = [(arrived[phone][-1] - at) * 1_000 for phone, at in began.items()]
    return Seen(acknowledged, times, most_waiting, (cpu_of_all(process) - used) / count)


async def run(kind: str, asked: argparse.Namespace, folder: Path) -> Seen:
    changed = {"SAMSVAR_TWILIO_RATE": "1000", "SAMSVAR_DECIDERS": str(asked.deciders)}
    async with town_of(kind, folder, changed) as town:
        await town.serve()
        return await measured(town, asked.rate, asked.seconds)


def row(times: list[float]) -> list[str]:
    centiles = statistics.quantiles(times, n=100)
    return [f"{one:.0f}" for one in (centiles[49], centiles[94], centiles[98], max(times))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--deciders", type=int, default=2)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    table = Table(title=f"ms at {asked.rate} webhooks/s for {asked.seconds} s")
    columns = ("database", "until", "median", "p95", "p99", "longest", "most waiting", "CPU each")
    for column in columns:
        table.add_column(column, justify="right")
    for kind in asked.database or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="samsvar-answers-") as folder:
            Path(folder).chmod(0o755)  # PostgreSQL runs as another user
            seen = asyncio.run(run(kind, asked, Path(folder)))
        table.add_row(kind, "acknowledged", *row(seen.acknowledged))
        cost = (str(seen.most_waiting), f"{seen.cpu * 1e3:.1f} ms")
        table.add_row(kind, "answer sent", *row(seen.answered), *cost)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
