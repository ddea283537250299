"""The composition root: every part of the service is made and wired here, and only here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from aiohttp import web

from connectors.channel import Channel, IntakeFull
from connectors.channels import make_channels, started
from connectors.metrics import Metrics
from connectors.reply_leave import leave_by
from connectors.sender import Sender
from connectors.server import make_app, serve
from connectors.settings import Settings
from connectors.settings_secret import service_secret
from connectors.units.unit_mail import UnitMail
from dialogue.decide import decide, decide_failure
from dialogue.edition import Edition
from dialogue.messages import Incoming
from dialogue.satisfaction import ask_at
from dialogue.store.batch import BatchResult
from dialogue.store.errors import FullError, SchemaError
from dialogue.store.migrate import demand_current
from dialogue.store.retention import Kept
from dialogue.store.store import Store
from dialogue.store.vault import Vault
from dialogue.store.wake import OUTBOX
from dialogue.store.worker import Worker

Clock = Callable[[], datetime]
STOP_WITHIN = 10.0  # seconds for a graceful stop
log = structlog.get_logger(__name__)


def now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The store that the settings name; the embedded one is brought up to date first."""
    if settings.is_embedded:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    unit_channels = () if settings.mail is None else (UnitMail.name,)
    earlier = settings.secret_previous
    vault = Vault(
        service_secret(settings).get_secret_value(),
        [] if earlier is None else [earlier.get_secret_value()],
    )
    async with await Store.open(
        settings.database,
        vault,
        unit_channels=unit_channels,
        upgrade=settings.is_embedded,
        kept=Kept(words=timedelta(days=settings.retention_days)),
    ) as store:
        yield store


class StoreIntake:
    """Hands what channels receive to the store; returns when it is committed."""

    def __init__(self, store: Store, clock: Clock, metrics: Metrics) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics

    async def receive(self, incoming: Incoming) -> None:
        try:
            numbers = await self._store.receive(incoming, self._clock())
        except FullError as error:
            raise IntakeFull from error
        outcome = "repeat" if numbers[0] is None else "new"
        self._metrics.received.labels(incoming.channel, outcome).inc()

    async def receipt(
        self, channel: str, provider_id: str, status: str, error_code: str | None
    ) -> None:
        await self._store.record_receipt(channel, provider_id, status, error_code, self._clock())


class Service:
    """Web, worker and sender in one process."""

    def __init__(
        self,
        settings: Settings,
        edition: Edition,
        store: Store,
        *,
        channels: Sequence[Channel] | None = None,
        clock: Clock = now,
    ) -> None:
        self.settings = settings
        self.edition = edition
        self.store = store
        self.metrics = Metrics()
        self.intake = StoreIntake(store, clock, self.metrics)
        self.channels = list(make_channels(settings) if channels is None else channels)
        self._clock = clock
        self.worker = Worker(
            store,
            partial(decide, edition),
            clock,
            on_failure=partial(decide_failure, edition),
            after_batch=self._count,
        )
        self.sender = Sender(
            store,
            self.channels,
            self._unit_channels(),
            clock,
            wait=partial(store.wake.wait, OUTBOX),
            metrics=self.metrics,
        )
        self.addresses: list[tuple[str, int]] = []
        self._worker_task: asyncio.Task[None] | None = None

    def _unit_channels(self) -> list[UnitMail]:
        mail = self.settings.mail
        if mail is None:
            return []
        return [UnitMail(mail, lambda: self.edition.municipality, self.edition.timezone)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """Serve until the block is left; then finish what is under way.

        Raises WorkerTakenError where another process serves the same SQLite database.
        """
        self.store.take_worker()
        async with AsyncExitStack() as stack:
            self._worker_task = await stack.enter_async_context(
                _stopped_after(self.worker.run(), self.worker.stop)
            )
            await stack.enter_async_context(started(self.channels, self.intake))
            await stack.enter_async_context(_stopped_after(self.sender.run(), self._stop_sender))
            runner = await serve(self._make_app(), self.settings.host, self.settings.port)
            stack.push_async_callback(runner.cleanup)
            self.addresses = [(address[0], address[1]) for address in runner.addresses]
            yield self

    def _make_app(self) -> web.Application:
        return make_app(
            settings=self.settings,
            channels=self.channels,
            intake=self.intake,
            desk=self.store,
            municipality=lambda: self.edition.municipality,
            ask_leave=leave_by(lambda: self.edition, self._clock),
            plan_rating=lambda met_at: ask_at(
                met_at, self.edition.working_days, self.edition.timezone
            ),
            checks={
                "database": self._check_database,
                "migrations": self._check_migrations,
                "worker": self._check_worker,
            },
            metrics=self.metrics,
            refresh=self._refresh_metrics,
            clock=self._clock,
        )

    async def _stop_sender(self) -> None:
        self.sender.stop()
        self.store.wake.signal(OUTBOX)

    async def _check_database(self) -> str | None:
        await self.store.ping()
        return None

    async def _check_migrations(self) -> str | None:
        try:
            await demand_current(self.store.database)
        except SchemaError as error:
            return str(error)
        return None

    async def _check_worker(self) -> str | None:
        alive = self._worker_task is not None and not self._worker_task.done()
        return None if alive else "the worker has stopped; see the log"

    async def _refresh_metrics(self) -> None:
        self.metrics.set_depth(await self.store.depth(self._clock()))

    def _count(self, batch: BatchResult) -> None:
        self.metrics.batch_messages.observe(batch.count)
        self.metrics.handled.labels("decided").inc(batch.count - batch.dead)
        self.metrics.handled.labels("put_aside").inc(batch.dead)


@asynccontextmanager
async def _stopped_after(
    running: object, stop: Callable[[], object]
) -> AsyncIterator[asyncio.Task[None]]:
    """Run in the background; at the end ask it to stop, and wait so long as is decent."""
    task: asyncio.Task[None] = asyncio.create_task(running)  # type: ignore[arg-type]
    task.add_done_callback(_tell_failure)
    try:
        yield task
    finally:
        stopping = stop()
        if asyncio.iscoroutine(stopping):
            await stopping
        with contextlib.suppress(asyncio.TimeoutError):
            async with asyncio.timeout(STOP_WITHIN):
                await asyncio.wait([task])
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("service.part_failed", error=type(task.exception()).__name__)
