"""From the channels to the store: what comes in is committed before it is acknowledged.

While the database is away, it is kept in a spool on the disk instead, and flows into the
store in the order in which it came.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import structlog

from connectors.channel import IntakeFull
from connectors.metrics import Metrics
from connectors.spool import Spool, SpoolFullError
from dialogue.messages import Incoming
from dialogue.store.errors import AwayError, FullError
from dialogue.store.inbox import clean
from dialogue.store.store import Store

if TYPE_CHECKING:
    from connectors.spans import Spans

AT_ONCE = 256  # messages of the spool in a transaction
REFUSED_LATELY = 30.0  # seconds; taken out of a load balancer, nothing comes that would tell
TRY_AGAIN_AFTER = 1.0  # seconds, while the database is away
log = structlog.get_logger(__name__)


class Came(msgspec.Struct, frozen=True, tag="message"):
    """A message that waits in the spool, masked as the store would."""

    incoming: Incoming
    received_at: datetime


class Receipt(msgspec.Struct, frozen=True, tag="receipt"):
    """A provider's receipt that waits in the spool."""

    channel: str
    provider_id: str
    status: str
    code: str | None
    received_at: datetime


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Came | Receipt)


class StoreIntake:
    """Hands what channels receive to the store; returns when it is committed, or spooled."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        metrics: Metrics,
        spool: Spool | None = None,
        spans: Spans | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._spool = spool
        self._spans = spans
        self._spooled = asyncio.Event()
        self._stopping = asyncio.Event()
        self._refused_at = float("-inf")

    def refuses(self) -> str | None:
        """Why messages are refused, if any was of late; what is ready takes them."""
        lately = time.monotonic() - self._refused_at < REFUSED_LATELY
        return "messages are refused: too many wait, or the disk is full" if lately else None

    async def receive(self, incoming: Incoming) -> None:
        now, began = self._clock(), time.time_ns()
        if self._spool is not None and self._spool.waits:
            await self._keep(Came(clean(incoming), now))
            return
        try:
            numbers = await self._store.receive(incoming, now)
        except FullError as error:
            raise self._refusal() from error
        except AwayError as away:
            log.warning("spool.needed", error=type(away.__cause__).__name__)
            await self._keep(Came(clean(incoming), now))
            return
        self._count(incoming, "repeat" if numbers[0] is None else "new")
        if self._spans is not None:
            self._spans.came(numbers[0], incoming.channel, began)

    async def receipt(
        self, channel: str, provider_id: str, status: str, error_code: str | None
    ) -> None:
        now = self._clock()
        try:
            await self._store.record_receipt(channel, provider_id, status, error_code, now)
        except AwayError:
            await self._keep(Receipt(channel, provider_id, status, error_code, now))

    async def run(self) -> None:
        """Hand on what is in the spool whenever there is something, until `stop`."""
        if self._spool is None:
            return
        while not self._stopping.is_set():
            if not self._spool.waits:
                self._spooled.clear()
                await self._spooled.wait()
                continue
            try:
                await self._hand_on(self._spool)
            except (AwayError, FullError):
                await self._pause()
            except Exception as error:  # a fault of ours must not end the handing on
                log.error("spool.stuck", error=type(error).__name__)
                await self._pause()

    def stop(self) -> None:
        """Let `run` return. What is left in the spool is handed on at the next start."""
        self._stopping.set()
        self._spooled.set()

    async def _keep(self, entry: Came | Receipt) -> None:
        if self._spool is None:
            raise self._refusal()
        try:
            await self._spool.put(_encoder.encode(entry).decode())
        except SpoolFullError:
            raise self._refusal() from None
        if isinstance(entry, Came):
            self._count(entry.incoming, "spooled")
        self._spooled.set()

    def _refusal(self) -> IntakeFull:
        self._refused_at = time.monotonic()
        return IntakeFull()

    async def _hand_on(self, spool: Spool) -> None:
        texts, place = await spool.peek(AT_ONCE)
        entries = [(text, _decoder.decode(text)) for text in texts]
        # begun in order, so that the store numbers them in order; they share commits
        ended = await asyncio.gather(
            *(self._store_one(entry) for _, entry in entries), return_exceptions=True
        )
        failed = [each for each, error in zip(entries, ended, strict=True) if error is not None]
        if any(isinstance(error, AwayError | FullError) for error in ended):
            raise AwayError
        for text, entry in failed:  # some of these failed only because they came together
            await self._store_alone(spool, text, entry)
        spool.drop(place)
        if not spool.waits:
            log.info("spool.emptied")

    async def _store_alone(self, spool: Spool, text: str, entry: Came | Receipt) -> None:
        """Set aside what the store refuses though it is there."""
        try:
            await self._store_one(entry)
        except (AwayError, FullError):
            raise
        except Exception as error:
            log.error("spool.refused", error=type(error).__name__)
            await asyncio.to_thread(spool.refuse, text)

    async def _store_one(self, entry: Came | Receipt) -> None:
        if isinstance(entry, Came):
            await self._store.receive(entry.incoming, entry.received_at)
            return
        await self._store.record_receipt(
            entry.channel, entry.provider_id, entry.status, entry.code, entry.received_at
        )

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TRY_AGAIN_AFTER):
                await self._stopping.wait()

    def _count(self, incoming: Incoming, outcome: str) -> None:
        self._metrics.received.labels(incoming.channel, outcome).inc()
