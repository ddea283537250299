"""A million messages through one process: does its memory stay below 250 MB, and flat?

    PYTHONPATH=.:tests/support:tests/benchmarks python tests/benchmarks/million.py \\
        [--messages 1000000] [--every 10000] [--hours 2] [--database sqlite] [--into million.md]

The service as it is wired in `samsvar serve`, without HTTP: messages are received and
committed, understood and decided by the real decision, and handed by the real sender to
a channel that takes each at once. All libraries of all channels are loaded. People write
questions, remarks and figures, half of them with slips of the pen and names that nobody
wrote before; a tenth of the messages comes from a new person. What is older than three
minutes is deleted by the daily retention, as after ninety days, so that the file stays
small. Memory does not hang on the rate, so a busy machine is no hindrance (`nice -n 19`).

A line for each ten thousand: messages, resident memory (and what of it is the process' own,
without files), CPU for a message, the database's size. It ends by itself, at the latest
after so many hours, and fails when memory is beyond the bound or grows from the second
quarter to the last.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import postgres
import telegram
import twilio.rest
from aiohttp import web
from idle import children_of, shared_megabytes
from workers import questions

from connectors.app import Service, open_store
from connectors.channel import Capabilities, Intake, Outgoing, SendOutcome, Sent
from connectors.logs import configure_logs
from connectors.memory import settle
from connectors.settings import Settings
from dialogue.edition import load_edition
from dialogue.messages import Incoming, PersonMessage
from dialogue.replies import Reply
from dialogue.store.migrate import upgrade
from dialogue.store.retention import Kept, keep_no_longer
from dialogue.store.store import Store

LOADED = (telegram, twilio.rest)  # as with both channels on
BOUND = 250.0  # MB
MAY_GROW = 1.05
AT_ONCE = 64
MOST_BEHIND = 2_000  # messages that wait
PEOPLE = 30_000
KEPT_FOR = timedelta(minutes=3)
COLUMNS = ("messages", "MB", "own MB", "MB of deciders", "CPU ms each", "messages/s", "database MB")
TESTS = Path(__file__).parents[1]


class AtOnce:
    """A channel whose provider takes each message at once."""

    name = "sms"
    capabilities = Capabilities(buttons=False, max_characters=1_600, counts_segments=True)

    def __init__(self) -> None:
        self.sent = 0

    def render(self, reply: Reply, address: str) -> Outgoing:
        return Outgoing(address=address, text=reply.text)

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        self.sent += 1
        return Sent(f"SM{self.sent}")

    def routes(self, intake: Intake) -> list[web.RouteDef]:
        return []

    async def start(self, intake: Intake | None) -> None: ...

    async def stop(self) -> None: ...


def texts() -> list[str]:
    """Questions, and what people write besides."""
    files = (TESTS / "intents/dev_messages.jsonl", TESTS / "knowledge/dev_questions_dialect.jsonl")
    said = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    figures = ["4", "ja", "nei", "takk", "2 - lang ventetid", "hei", "fem", "HJELP", "nynorsk"]
    return questions() + [str(one.get("text") or one.get("q")) for one in said] + figures * 8


def messages(seed: int) -> Iterator[Incoming]:
    """Without end; hardly two alike."""
    chance = random.Random(seed)
    written = texts()
    newcomer = PEOPLE
    number = 0
    while True:
        number += 1
        person = chance.randrange(PEOPLE)
        if chance.random() < 0.1:
            newcomer += 1
            person = newcomer
        text = chance.choice(written)
        if chance.random() < 0.5:
            text = misspelt(text, chance)
        yield Incoming(
            channel="sms",
            address=f"+479{person:07}",
            message_id=f"M{number}",
            body=PersonMessage(text=text),
        )


def misspelt(text: str, chance: random.Random) -> str:
    """With a letter too few, one too many, and a name that nobody wrote before."""
    place = chance.randrange(len(text))
    text = text[:place] + chance.choice(("", text[place] * 2)) + text[place + 1 :]
    name = "".join(chance.choice("bdfghklmnprstv") + chance.choice("aeiouyæøå") for _ in range(3))
    return text if chance.random() < 0.5 else f"{text} {name}vegen {chance.randrange(90)}"


@dataclass
class Part:
    """What was seen after some more messages."""

    messages: int
    size: float
    own: float
    children: float
    cpu: float
    rate: float
    database: float

    def cells(self) -> list[str]:
        sizes = [f"{size:.0f}" for size in (self.size, self.own, self.children)]
        return [
            f"{self.messages:,}",
            *sizes,
            f"{self.cpu * 1e3:.2f}",
            f"{self.rate:.0f}",
            f"{self.database:.0f}",
        ]


def memory() -> tuple[float, float, float]:
    """Megabytes of this process: resident, what of it is no file; and those of its children."""
    found = {}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        found[name] = int(value) * 1_024 / 1e6
    others = sum(map(shared_megabytes, children_of(os.getpid())))
    return found["Rss:"], found["Anonymous:"], others


def on_disk(folder: Path) -> float:
    """Megabytes of the SQLite database."""
    return sum(file.stat().st_size for file in folder.glob("samsvar.db*")) / 1e6


async def retain(store: Store) -> None:
    """What retention does in the course of a day, with another age."""
    words = timedelta(days=90)
    later = datetime.now(UTC) + words - KEPT_FOR
    kept = Kept(words=words, ratings_linked=words)
    done = 1
    while done:
        done = await keep_no_longer(store.database, later, kept)


async def watch(service: Service, arguments: argparse.Namespace, folder: Path) -> list[Part]:
    coming = messages(arguments.seed)
    parts: list[Part] = []
    done = 0
    ends_at = time.monotonic() + arguments.hours * 3_600
    while done < arguments.messages and time.monotonic() < ends_at:
        began, cpu, count = time.perf_counter(), time.process_time(), 0
        while count < arguments.every and time.monotonic() < ends_at:
            some = list(islice(coming, AT_ONCE))
            await asyncio.gather(*map(service.intake.receive, some))
            await caught_up(service.store, MOST_BEHIND)
            count += len(some)
        await caught_up(service.store, 0)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        await retain(service.store)
        done += count
        parts.append(Part(done, *memory(), used / count, count / took, on_disk(folder)))
        print(time.strftime("%H:%M:%S"), "  ".join(parts[-1].cells()), flush=True)
    return parts


async def caught_up(store: Store, most: int) -> None:
    """Wait until no more than that wait to be handled or sent."""
    while True:
        depth = await store.depth(datetime.now(UTC))
        if depth.waiting <= most and depth.queued <= most:
            return
        await asyncio.sleep(0.05)


async def run(arguments: argparse.Namespace, folder: Path) -> list[Part]:
    async with contextlib.AsyncExitStack() as stack:
        address = f"sqlite:///{folder / 'samsvar.db'}"
        if arguments.database == "postgresql":
            server = postgres.start(folder / "server", postgres.DURABLE)
            stack.callback(server.stop)
            address = (await server.create()).render_as_string(hide_password=False)
            await upgrade(address)
        secret = "a secret of this run"
        settings = Settings(
            data_dir=folder, database_url=address, secret=secret, deciders=arguments.deciders
        )
        store = await stack.enter_async_context(open_store(settings))
        edition = load_edition(settings.content, folder / "cache", lean=True)
        service = Service(settings, edition, store, channels=[AtOnce()], listen=False)
        service.sender._rates = {"sms": 1e6}
        await stack.enter_async_context(service.running())
        settle()
        print("starts with", f"{memory()[0]:.0f} MB; {' '.join(COLUMNS)}", flush=True)
        return await watch(service, arguments, folder)


def verdict(parts: list[Part]) -> list[str]:
    """What is not as it should be."""
    quarter = max(len(parts) // 4, 1)
    early, late = (
        statistics.median(part.size for part in some)
        for some in (parts[quarter : 2 * quarter] or parts, parts[-quarter:])
    )
    faults = []
    if late > early * MAY_GROW:
        faults.append(f"memory grew from {early:.0f} to {late:.0f} MB")
    if (most := max(part.size for part in parts)) > BOUND:
        faults.append(f"{most:.0f} MB at most, more than {BOUND:.0f}")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=10_000)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--deciders", type=int, default=0, help="their memory is told apart")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--into", type=Path, help="write the table as Markdown too")
    asked = parser.parse_args()
    configure_logs("WARNING")
    with tempfile.TemporaryDirectory(prefix="samsvar-million-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        parts = asyncio.run(run(asked, Path(folder)))
    if asked.into is not None:
        rows = [COLUMNS, ("---:",) * len(COLUMNS), *(part.cells() for part in parts)]
        asked.into.write_text("".join(f"| {' | '.join(row)} |\n" for row in rows))
    faults = verdict(parts)
    print(f"{asked.database}, {parts[-1].messages:,} messages:", "; ".join(faults) or "flat")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
