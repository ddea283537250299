"""The worker: fires timers, handles batches, tidies up, and sleeps until there is work."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from dialogue.decision import Decide
from dialogue.store.batch import BatchResult
from dialogue.store.desk import OnFailure
from dialogue.store.failures import describe
from dialogue.store.wake import INBOX

if TYPE_CHECKING:
    from dialogue.store.store import Store

log = logging.getLogger("samsvar.store")
LOOK_AGAIN_AFTER = 1.0  # seconds; a timer is at most so late, a lost signal too
TIDY_AFTER = 15.0  # seconds between two tidyings
AWAY_AT_FIRST, AWAY_AT_MOST = 0.2, 10.0  # seconds to wait when the database is away


class Worker:
    """Handles messages until it is stopped.

    `decide` and `on_failure` may be exchanged while it runs (a reload); a batch under way
    keeps those it began with. `clock` gives the time of sending and of timers; a message's own time
    is when it was received. `after_batch` sees each committed batch.
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
    ) -> None:
        self.decide = decide
        self._store = store
        self._clock = clock
        self.on_failure = on_failure
        self._limit = limit
        self._after_batch = after_batch
        self._stopping = asyncio.Event()
        self._fire_next = self._tidy_next = 0.0

    async def run(self) -> None:
        """Work until `stop`. A database that is away is waited for."""
        self._store.take_worker()
        away = AWAY_AT_FIRST
        while not self._stopping.is_set():
            try:
                busy = await self.step()
                away = AWAY_AT_FIRST
            except Exception as error:
                log.warning("a batch failed, trying again: %s", describe(error))
                await self._pause(away)
                away = min(away * 2, AWAY_AT_MOST)
                continue
            if not busy:
                await self._rest()

    async def step(self) -> bool:
        """One round; whether there was anything to do."""
        now, moment = self._clock(), asyncio.get_running_loop().time()
        fired = 0
        if moment >= self._fire_next:
            fired = await self._store.fire_timers(now)
            self._fire_next = moment if fired else moment + LOOK_AGAIN_AFTER
        if moment >= self._tidy_next:
            await self._store.tidy(now)
            self._tidy_next = moment + TIDY_AFTER
        result = await self._store.run_batch(
            self.decide, now, limit=self._limit, on_failure=self.on_failure
        )
        if result.handled and self._after_batch is not None:
            self._after_batch(result)
        return bool(result.handled or fired)

    async def stop(self) -> None:
        """Let `run` return when the batch under way is committed."""
        self._stopping.set()
        self._store.wake.signal(INBOX)

    async def _rest(self) -> None:
        if not self._stopping.is_set():
            await self._store.wake.wait(INBOX, LOOK_AGAIN_AFTER)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
