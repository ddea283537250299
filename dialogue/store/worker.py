"""The worker: fires timers, handles batches, tidies up, and sleeps until there is work.

While deciders have one batch, the worker claims and writes another: it has two lanes,
which take turns at claiming. A batch that is decided in this process keeps its turn
until it is committed, so that a lone message is not followed by a claim of nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from dialogue.decision import Decide
from dialogue.store.batch import BatchResult
from dialogue.store.deciders import Deciders
from dialogue.store.failures import describe
from dialogue.store.verdicts import OnFailure
from dialogue.store.wake import INBOX

if TYPE_CHECKING:
    from dialogue.store.store import Store

log = logging.getLogger("samsvar.store")
LANES = 2
LOOK_AGAIN_AFTER = 1.0  # seconds; a timer is at most so late, a lost signal too
TIDY_AFTER = 15.0  # seconds between two tidyings
AWAY_AT_FIRST, AWAY_AT_MOST = 0.2, 10.0  # seconds to wait when the database is away


class Worker:
    """Handles messages until it is stopped.

    `decide`, `on_failure` and `deciders` may be exchanged while it runs, all at once (a
    reload); a batch under way keeps those it began with. `clock` gives the time of sending and
    of timers; a message's own time is when it was received. `after_batch` sees each committed
    batch.
    """

    def __init__(
        self,
        store: Store,
        decide: Decide,
        clock: Callable[[], datetime],
        *,
        on_failure: OnFailure | None = None,
        limit: int = 64,
        after_batch: Callable[[BatchResult], None] | None = None,
        deciders: Deciders | None = None,
    ) -> None:
        self.decide = decide
        self.deciders = deciders
        self._store = store
        self._clock = clock
        self.on_failure = on_failure
        self._limit = limit
        self._after_batch = after_batch
        self._stopping = asyncio.Event()
        self._fire_next = self._tidy_next = 0.0
        self._away = AWAY_AT_FIRST
        self._turn = _Turn()

    async def run(self) -> None:
        """Work until `stop`. A database that is away is waited for."""
        self._store.take_worker()
        async with asyncio.TaskGroup() as lanes:
            for _ in range(LANES):
                lanes.create_task(self._take_turns())

    async def _take_turns(self) -> None:
        while not self._stopping.is_set():
            async with self._turn.taken() as let_go:
                if self._stopping.is_set():
                    return
                try:
                    busy = await self.step(let_go)
                    self._away = AWAY_AT_FIRST
                except Exception as error:
                    log.warning("a batch failed, trying again: %s", describe(error))
                    await self._pause(self._away)
                    self._away = min(self._away * 2, AWAY_AT_MOST)
                    continue
                if not busy:
                    await self._rest()

    async def step(self, let_go: Callable[[], None] = lambda: None) -> bool:
        """One round; whether there was anything to do.

        `let_go` is called when another round may begin, though this one is not over.
        """
        now, moment = self._clock(), asyncio.get_running_loop().time()
        fired = 0
        if moment >= self._fire_next:
            fired = await self._store.fire_timers(now)
            self._fire_next = moment if fired else moment + LOOK_AGAIN_AFTER
        if moment >= self._tidy_next:
            await self._turn.alone()
            await self._store.tidy(now)
            self._tidy_next = moment + TIDY_AFTER
        result = await self._store.run_batch(
            self.decide,
            now,
            limit=self._limit,
            on_failure=self.on_failure,
            deciders=self.deciders,
            let_go=let_go,
        )
        if result.handled and self._after_batch is not None:
            self._after_batch(result)
        return bool(result.handled or fired)

    async def stop(self) -> None:
        """Let `run` return when the batches under way are committed."""
        self._stopping.set()
        self._store.wake.signal(INBOX)

    async def _rest(self) -> None:
        if not self._stopping.is_set():
            await self._store.wake.wait(INBOX, LOOK_AGAIN_AFTER)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


class _Turn:
    """Whose turn it is to claim. Who has let go of it may still be at work."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._working = 0
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[Callable[[], None]]:
        await self._lock.acquire()
        self._working += 1
        has_let_go = False

        def let_go() -> None:
            nonlocal has_let_go
            if not has_let_go:
                has_let_go = True
                self._lock.release()

        try:
            yield let_go
        finally:
            self._working -= 1
            let_go()
            async with self._changed:
                self._changed.notify_all()

    async def alone(self) -> None:
        """Return when nobody else is at work; only for whoever has the turn."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._working <= 1)
