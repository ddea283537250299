"""A worker that is killed (SIGKILL) again and again ends where a calm one does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import crash_process
import pytest
import sqlalchemy as sa
from small_decide import incoming
from small_queries import rows

from dialogue.messages import Incoming
from dialogue.store.errors import WorkerTakenError
from dialogue.store.store import Store
from dialogue.store.tables import (
    conversations,
    inbox,
    outbox,
    ratings,
    ticket_history,
    tickets,
    timers,
)
from dialogue.store.vault import Vault

KILLS = int(os.environ.get("SAMSVAR_TEST_KILLS", "6"))  # at random; the named points beside
SEED = int(os.environ.get("SAMSVAR_TEST_SEED", "20261124"))
BY_LUCK = 3  # of the kills at random, how many have a seed of this run's own
LUCK = int(os.environ.get("SAMSVAR_TEST_LUCK", str(random.SystemRandom().randrange(10**8))))
PEOPLE = int(os.environ.get("SAMSVAR_TEST_PEOPLE", "8"))  # more than kills, for each to hit
WORDS = ("hei", "ticket", "rate 5 -", "boom", "two", "timer a", "unanswered kva", "takk")


def _script() -> list[Incoming]:
    """Everybody says everything, in order, with some messages delivered twice."""
    random_ = random.Random(SEED)
    script: list[Incoming] = []
    for n, word in enumerate(WORDS):
        for who in range(PEOPLE):
            one = incoming(word, f"{who}-{n}", f"+4790000{who:03}")
            script += [one] * random_.choice((1, 1, 2))
    return script


async def _feed(store: Store, script: list[Incoming]) -> None:
    for start in range(0, len(script), 5):
        await store.receive(script[start : start + 5], datetime.now(UTC))
        await asyncio.sleep(0.03)


class Worker:
    """A worker process: its number, and its exit status once it has ended."""

    def __init__(self, nursery: Nursery, number: int) -> None:
        self._number = number
        self.ended = asyncio.create_task(asyncio.to_thread(nursery.read_number))

    def kill(self) -> bool:
        """Kill it; whether it was still alive."""
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._number, signal.SIGKILL)
        return not self.ended.done()


class Nursery:
    """Forks workers, one at a time. It imports once for all tests, which is what costs."""

    def __init__(self) -> None:
        support = str(Path(crash_process.__file__).parent)
        self._mark = f"SAMSVAR_TEST_NURSERY={uuid.uuid4()}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crash_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join([support, os.getcwd()])}
            | dict([self._mark.split("=")]),
            text=True,
        )

    def read_number(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    async def start(self, url: str, sent: Path, point: str = "nowhere") -> Worker:
        """A new worker of that database, which kills itself at `point` if one is named."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{url} {sent} {PEOPLE * len(WORDS)} {point}\n")
        self._process.stdin.flush()
        return Worker(self, await asyncio.to_thread(self.read_number))

    def left(self) -> list[int]:
        """The processes that came of this and are alive, without itself (Linux)."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):  # it ended meanwhile
                if self._mark.encode() in path.read_bytes():
                    found.append(int(path.parent.name))
        return [number for number in found if number != self._process.pid]

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for this file."""
    made = Nursery()
    yield made
    made.close()


def _read(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


async def _end(store: Store, sent: Path) -> dict[str, Any]:
    """What is left at the end, without what differs from run to run (numbers, times)."""
    lines = [json.loads(line) for line in _read(sent)]
    by_recipient: dict[str, list[str]] = {}
    for _number, recipient, words in lines:
        by_recipient.setdefault(recipient, []).append(words)
    return {
        "states": sorted(await rows(store, conversations, "state")),
        "inbox": sorted(await rows(store, inbox, "message_id", "status")),
        "outbox": sorted(await rows(store, outbox, "recipient", "status", "purpose")),
        "tickets": len(await rows(store, tickets)),
        "history": sorted(await rows(store, ticket_history, "kind")),
        "ratings": sorted(await rows(store, ratings, "value")),
        "timers": sorted(await rows(store, timers, "key")),
        "sent": by_recipient,
    }


async def _run(
    nursery: Nursery, url: str, sent: Path, kills: int, points: Sequence[str] = ()
) -> tuple[dict[str, Any], int]:
    """Feed everything while workers are killed; the end, and how many kills hit."""
    moments = _moments(kills)
    killed = 0
    async with await Store.open(url, Vault(crash_process.SECRET)) as store:
        feeding = asyncio.create_task(_feed(store, _script()))
        for point in points:
            async with asyncio.timeout(30):
                assert await (await nursery.start(url, sent, point)).ended == -signal.SIGKILL, point
            killed += 1
        for moment in moments:
            worker = await nursery.start(url, sent)
            await _until_it_works(store, worker)
            await asyncio.sleep(moment)
            killed += worker.kill()
            await worker.ended
        await feeding
        async with asyncio.timeout(60):
            assert await (await nursery.start(url, sent)).ended == 0
        return await _end(store, sent), killed


def _moments(kills: int) -> list[float]:
    """How long a worker has worked when it is killed, in seconds."""
    known, luck = random.Random(SEED), random.Random(LUCK)
    return [(luck if n < BY_LUCK else known).uniform(0, 0.05) for n in range(kills)]


async def _until_it_works(store: Store, worker: Worker) -> None:
    """Until something more has been handled or sent than before."""
    before = await _progress(store)
    async with asyncio.timeout(30):
        while not worker.ended.done() and await _progress(store) == before:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def _progress(store: Store) -> Any:
    counts = [
        sa.select(sa.func.count()).where(inbox.c.status != "new").scalar_subquery(),
        sa.select(sa.func.count()).where(outbox.c.status != "queued").scalar_subquery(),
    ]
    async with store.database.read() as connection:
        return tuple((await connection.execute(sa.select(*counts))).one())


async def test_killed_at_any_point_it_loses_nothing_and_doubles_nothing(
    nursery: Nursery,
    database_url: str,
    tmp_path: Path,
    database_kind: str,
    request: pytest.FixtureRequest,
) -> None:
    disturbed, killed = await _run(
        nursery, database_url, tmp_path / "disturbed", KILLS, crash_process.POINTS
    )
    async with asyncio.timeout(10):
        while nursery.left():  # noqa: ASYNC110  origins and deciders of workers that were killed
            await asyncio.sleep(0.02)
    print(f"{killed} kills on {database_kind}, seed {SEED}, luck {LUCK}")
    assert killed >= len(crash_process.POINTS) + min(KILLS, 3)
    calm_url = await _another(database_kind, request, tmp_path)
    calm, _ = await _run(nursery, calm_url, tmp_path / "calm", 0)
    for what, there in calm.items():
        found = disturbed[what]
        odd = [one for one in found if one not in there] if isinstance(found, list) else []
        assert found == there, (what, odd)
    assert len(calm["sent"]["+4790000001"]) == len(WORDS) + 1
    assert calm["tickets"] == PEOPLE


async def _another(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A second fresh database of the same kind."""
    from dialogue.store.migrate import upgrade

    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'calm.db'}"
        await upgrade(url)
        return url
    server = request.getfixturevalue("postgres_server")
    made = await server.create(request.getfixturevalue("postgres_template"))
    return str(made.render_as_string(hide_password=False))


async def test_a_dead_worker_leaves_its_place_to_the_next(
    nursery: Nursery, database_url: str, tmp_path: Path, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("any number of workers on PostgreSQL")
    async with await Store.open(database_url, Vault(crash_process.SECRET)) as store:
        await store.receive(incoming("hei", "1"), datetime.now(UTC))
        worker = await nursery.start(database_url, tmp_path / "sent")
        await _until_it_works(store, worker)
        with pytest.raises(WorkerTakenError):
            store.take_worker()
        worker.kill()
        await worker.ended
        store.take_worker()
