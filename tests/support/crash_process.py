"""A worker and sender in a process of their own, made to be killed at any moment.

`python -m crash_process` reads lines `URL SENT_FILE UNTIL POINT` and forks a worker for
each, so that importing is paid once; POINT is one of POINTS, where it kills itself, or
`nowhere`; it answers with the worker's number, and with its exit
status when it has ended. What is "sent" is a line in SENT_FILE, the provider of this
test, which can be asked about a message in doubt. A worker ends by itself when UNTIL
messages are handled and everything is sent. Its batches of two messages or more are decided by
deciders; their origin is forked too, before there are threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from small_decide import decide, on_failure

from dialogue.store import batch, decider_origin
from dialogue.store import outbox as outbox_module
from dialogue.store.decider_origin import Origin
from dialogue.store.decider_process import main as be_origin
from dialogue.store.deciders import Deciders
from dialogue.store.outbox import Outcome, Sendable
from dialogue.store.store import Store
from dialogue.store.tables import inbox, outbox
from dialogue.store.vault import Vault
from dialogue.store.worker import Worker
from dialogue.store.writing import write

CHANNELS = ("sms", "unit_mail")
SECRET = "a secret for tests only"
POINTS = (
    "before_batch_commits",
    "after_batch_commits",
    "after_claim",
    "after_provider_took",
    "before_outcome",
    "after_outcome",
)


def now() -> datetime:
    return datetime.now(UTC)


class Provider:
    """Takes messages to a file; the same message twice is two lines."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, one: Sendable) -> None:
        words = one.reply.text if one.reply else msgspec.json.decode(one.letter or b"")["type"]
        line = json.dumps([one.outbox_id, one.address or one.unit, words], ensure_ascii=False)
        descriptor = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)
        self.took()

    def took(self) -> None:
        """The message is with the provider, and nobody but it knows."""

    def has(self, number: int) -> bool:
        if not self._path.exists():
            return False
        lines = self._path.read_text("utf-8").splitlines()
        return any(json.loads(line)[0] == number for line in lines)


def die(*_: object) -> None:
    """As `kill -9` from outside: nothing is flushed, closed or rolled back."""
    os.kill(os.getpid(), signal.SIGKILL)


def dies_after(act: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """`act`, and death if it found anything to do (None is said to have done something)."""

    async def done(*arguments: Any, **named: Any) -> Any:
        found = await act(*arguments, **named)
        if found is None or getattr(found, "handled", found):
            die()
        return found

    return done


def arm(point: str) -> None:
    """Let this process die when it comes to `point`. Only its own modules are changed."""
    record = Store.record_outcomes

    async def record_or_die(store: Store, outcomes: list[Outcome], at: datetime) -> Any:
        if outcomes and point == "before_outcome":
            die()
        await record(store, outcomes, at)
        if outcomes:
            die()

    changes: dict[str, tuple[Any, str, Any]] = {
        "before_batch_commits": (batch, "write", dies_after(write)),
        "after_batch_commits": (Store, "run_batch", dies_after(Store.run_batch)),
        "after_claim": (Store, "claim_outgoing", dies_after(Store.claim_outgoing)),
        "after_provider_took": (Provider, "took", die),
        "before_outcome": (Store, "record_outcomes", record_or_die),
        "after_outcome": (Store, "record_outcomes", record_or_die),
    }
    setattr(*changes[point])


async def send(store: Store, provider: Provider) -> bool:
    """One round of sending; whether there was anything."""
    claimed = await store.claim_outgoing(CHANNELS, 16, now())
    outcomes = []
    for one in claimed:
        provider.send(one)
        outcomes.append(Outcome(outbox_id=one.outbox_id, status="sent"))
        await asyncio.sleep(0)
    doubtful = await store.claim_in_doubt(CHANNELS, 100)
    for one in doubtful:
        status = "sent" if provider.has(one.outbox_id) else "not_sent"
        outcomes.append(Outcome(outbox_id=one.outbox_id, status=status))  # type: ignore[arg-type]
    await store.record_outcomes(outcomes, now())
    return bool(claimed or doubtful)


class ForkedProcess:
    """In place of a process that would have to import all anew."""

    def __init__(self, control: int, way: int) -> None:
        self._number = os.fork()
        if self._number == 0:
            try:
                for inherited in {*range(3, 64)} - {control, way}:  # the worker's own
                    with contextlib.suppress(OSError):
                        os.close(inherited)
                be_origin(control, way)
            finally:
                os._exit(0)

    def wait(self, _seconds: float | None = None) -> None:
        os.waitpid(self._number, 0)

    def kill(self) -> None:
        os.kill(self._number, signal.SIGKILL)


async def main(url: str, sent: Path, until: int, point: str, deciders: Deciders) -> None:
    if point in POINTS:
        arm(point)
    outbox_module.LEASED_FOR = timedelta(milliseconds=300)  # of this process alone
    async with await Store.open(url, Vault(SECRET), unit_channels=("unit_mail",)) as store:
        worker = Worker(store, decide, now, on_failure=on_failure, limit=8, deciders=deciders)
        running = asyncio.create_task(worker.run())
        provider = Provider(sent)
        while True:
            busy = await send(store, provider)
            await store.tidy(now())
            depth = await store.depth(now())
            left = depth.waiting + depth.queued + depth.in_doubt
            if not busy and not left and await _all_is_settled(store, until):
                break
            await asyncio.sleep(0.002)
        await worker.stop()
        await running
    await deciders.close()


async def _all_is_settled(store: Store, until: int) -> bool:
    """Whether all is handled, and nothing claimed by one that died (a lease may run still)."""
    handled = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.status != "new")
    sending = sa.select(outbox.c.id).where(outbox.c.status == "sending").limit(1)
    async with store.database.read() as connection:
        count = int((await connection.execute(handled)).scalar_one())
        return count >= until and (await connection.execute(sending)).first() is None


def fork_workers() -> None:
    for line in sys.stdin:
        url, sent, until, point = line.split()
        worker = os.fork()
        if worker == 0:
            decider_origin.start_process = ForkedProcess  # type: ignore[assignment]
            deciders = Deciders(decide, on_failure, 2, least=2)
            deciders.use(Origin((decide, on_failure)))
            asyncio.run(main(url, Path(sent), int(until), point, deciders))
            os._exit(0)
        print(worker, flush=True)
        _, status = os.waitpid(worker, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    fork_workers()
