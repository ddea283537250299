"""The composition root: every part of the service is made and wired here, and only here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

import structlog
from aiohttp import web

from connectors.background import stopped_after
from connectors.channel import Channel
from connectors.channels import make_channels, started
from connectors.consent_api import ConsentApi
from connectors.consent_leave import Asking
from connectors.cores import how_many_deciders
from connectors.health import Check
from connectors.intake import StoreIntake
from connectors.memory import settle
from connectors.metrics import Metrics
from connectors.presence import Presence, PresenceFile
from connectors.reply_leave import closing_by, hand_over_by, leave_by
from connectors.sender import Sender
from connectors.server import make_app, make_health_app, serve
from connectors.settings import Settings
from connectors.settings_secret import service_secret
from connectors.span_switch import make_spans
from connectors.spool import Spool
from connectors.units.unit_mail import UnitMail
from dialogue.decide import decide, decide_failure
from dialogue.edition import Edition, load_edition
from dialogue.store.batch import BatchResult
from dialogue.store.deciders import Deciders
from dialogue.store.errors import SchemaError
from dialogue.store.migrate import demand_served
from dialogue.store.retention import Kept
from dialogue.store.store import Store
from dialogue.store.vault import Vault
from dialogue.store.wake import OUTBOX
from dialogue.store.worker import Worker
from knowledge.problems import ContentError

Clock = Callable[[], datetime]
Part = Literal["web", "worker", "sender"]
PARTS: tuple[Part, ...] = ("web", "worker", "sender")
log = structlog.get_logger(__name__)


def now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


load_lean = partial(load_edition, lean=True)


def make_vault(settings: Settings) -> Vault:
    """What encrypts with the service's secret, and reads with the one of before too."""
    earlier = settings.secret_previous
    return Vault(
        service_secret(settings).get_secret_value(),
        [] if earlier is None else [earlier.get_secret_value()],
    )


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The store that the settings name; the embedded one is brought up to date first."""
    if settings.is_embedded:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    unit_channels = () if settings.mail is None else (UnitMail.name,)
    async with await Store.open(
        settings.database,
        make_vault(settings),
        unit_channels=unit_channels,
        upgrade=settings.is_embedded,
        kept=Kept(words=timedelta(days=settings.retention_days)),
    ) as store:
        yield store


class Service:
    """Web, worker and sender: all in one process, or some of them.

    `listen`: whether to answer HTTP; a process without the web then tells of its health.
    """

    def __init__(
        self,
        settings: Settings,
        edition: Edition,
        store: Store,
        *,
        parts: Collection[Part] = PARTS,
        listen: bool = True,
        channels: Sequence[Channel] | None = None,
        clock: Clock = now,
    ) -> None:
        self.settings = settings
        self.edition = edition
        self.store = store
        self.parts = frozenset(parts)
        part = next(iter(self.parts)) if len(self.parts) == 1 else "serve"
        self.metrics = Metrics()
        self.spans = make_spans(settings.tracing_url, make_vault(settings), part)
        self.spool = Spool(settings.data_dir / "spool", make_vault(settings))
        self.intake = StoreIntake(store, clock, self.metrics, self.spool, self.spans)
        self.channels = list(make_channels(settings) if channels is None else channels)
        self.addresses: list[tuple[str, int]] = []
        self._listen = listen
        self._clock = clock
        self._reloading = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.worker = Worker(store, partial(decide, edition), clock, after_batch=self._count)
        self.use(edition)
        self.sender = Sender(
            store,
            self.channels,
            self._unit_channels(),
            clock,
            wait=partial(store.wake.wait, OUTBOX),
            rates=settings.rates,
            metrics=self.metrics,
            spans=self.spans,
        )
        presence = Presence(process=os.getpid(), part=part, edition=edition.version)
        self._presence = PresenceFile(settings.data_dir, presence)

    def _unit_channels(self) -> list[UnitMail]:
        mail = self.settings.mail
        if mail is None:
            return []
        return [UnitMail(mail, lambda: self.edition.municipality, self.edition.timezone)]

    def use(self, edition: Edition) -> None:
        """Decide by this edition from the next batch on; each decision names its own."""
        self.edition = edition
        self.worker.decide = partial(decide, edition)
        self.worker.on_failure = partial(decide_failure, edition)
        count = how_many_deciders(self.settings.deciders)
        self.worker.deciders = Deciders(self.worker.decide, self.worker.on_failure, count)

    async def _reuse(self, edition: Edition) -> None:
        """As `use`, with deciders that are there when they are needed, where there were any."""
        before = self.worker.deciders
        self.use(edition)
        if before is not None and self.worker.deciders is not None:
            if before.is_started:
                self.worker.deciders.start_soon()
            await before.close()

    async def reload(self, load: Callable[..., Edition] = load_lean) -> bool:
        """Read the content anew and use it, whole; a faulty one is told in the log.

        False when it was faulty: the edition of before then stays.
        """
        async with self._reloading:
            before = self.edition.version
            try:
                cache = self.settings.data_dir / "cache"
                edition = await asyncio.to_thread(load, self.settings.content, cache)
            except (ContentError, OSError) as error:
                problems = error.problems if isinstance(error, ContentError) else ()
                for problem in problems:
                    log.error("content.fault", fault=str(problem))
                log.error("content.refused", edition=before, error=type(error).__name__)
                self._presence.reloaded(before, refused=True)
                return False
            await self._reuse(edition)
            settle()
            log.info("content.reloaded", edition=edition.version, before=before)
            self._presence.reloaded(edition.version, refused=False)
            return True

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """Serve until the block is left; then finish what is under way.

        Raises WorkerTakenError where another process serves the same SQLite database.
        """
        if "worker" in self.parts or self.settings.is_embedded:
            self.store.take_worker()
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._presence.open()
            stack.callback(self._presence.close)
            yield self

    async def _start(self, stack: AsyncExitStack) -> None:
        """Start the parts in order; the stack stops them in reverse."""
        if self.spans is not None:
            stack.push_async_callback(asyncio.to_thread, self.spans.close)
        if "worker" in self.parts:
            stack.push_async_callback(self._close_deciders)
            running = stopped_after(self.worker.run(), self.worker.stop)
            self._tasks["worker"] = await stack.enter_async_context(running)
        if "web" in self.parts:
            self.spool.open()
            stack.callback(self.spool.close)
            running = stopped_after(self.intake.run(), self.intake.stop)
            self._tasks["spool"] = await stack.enter_async_context(running)
        if self.parts & {"web", "sender"}:
            intake = self.intake if "web" in self.parts else None
            await stack.enter_async_context(started(self.channels, intake))
        if "sender" in self.parts:
            running = stopped_after(self.sender.run(), self._stop_sender)
            self._tasks["sender"] = await stack.enter_async_context(running)
        if self._listen:
            app = self._make_app() if "web" in self.parts else self._make_health_app()
            runner = await serve(app, self.settings.host, self.settings.port)
            stack.push_async_callback(runner.cleanup)
            self.addresses = [(address[0], address[1]) for address in runner.addresses]

    def _make_app(self) -> web.Application:
        return make_app(
            settings=self.settings,
            channels=self.channels,
            intake=self.intake,
            store=self.store,
            municipality=lambda: self.edition.municipality,
            ask_leave=leave_by(lambda: self.edition, self._clock),
            plan_hand_over=hand_over_by(lambda: self.edition, self._clock),
            ask_to_close=closing_by(lambda: self.edition),
            consents=self._consent_api(),
            plan_rating=self._plan_rating,
            checks=self._checks(),
            metrics=self.metrics,
            refresh=self._refresh_metrics,
            clock=self._clock,
        )

    def _consent_api(self) -> ConsentApi:
        names = [channel.name for channel in self.channels]
        asking = Asking(self.store.consents, lambda: self.edition, names, self._clock)
        return ConsentApi(self.store, asking, self.settings.zone, self._clock)

    def _plan_rating(
        self, met_at: datetime, service: str | None, channel: str, standard: str | None
    ) -> datetime | None:
        return self.edition.plan_rating(met_at, service, channel, standard)

    def _make_health_app(self) -> web.Application:
        return make_health_app(self.settings, self._checks(), self.metrics, self._refresh_metrics)

    def _checks(self) -> dict[str, Check]:
        checks: dict[str, Check] = {
            "database": self._check_database,
            "migrations": self._check_migrations,
        }
        if "web" in self.parts:
            checks["intake"] = self._check_intake
        return checks | {name: partial(self._check_part, name) for name in self._tasks}

    async def _close_deciders(self) -> None:
        if self.worker.deciders is not None:
            await self.worker.deciders.close()

    async def _stop_sender(self) -> None:
        self.sender.stop()
        self.store.wake.signal(OUTBOX)

    async def _check_database(self) -> str | None:
        await self.store.ping()
        return None

    async def _check_migrations(self) -> str | None:
        try:
            await demand_served(self.store.database)
        except SchemaError as error:
            return str(error)
        return None

    async def _check_intake(self) -> str | None:
        return self.intake.refuses()

    async def _check_part(self, name: str) -> str | None:
        return f"the {name} has stopped; see the log" if self._tasks[name].done() else None

    async def _refresh_metrics(self) -> None:
        self.metrics.spool_bytes.set(self.spool.size)
        self.metrics.set_depth(await self.store.depth(self._clock()))

    def _count(self, batch: BatchResult) -> None:
        self.metrics.batch_messages.observe(batch.count)
        self.metrics.handled.labels("decided").inc(batch.count - batch.dead)
        self.metrics.handled.labels("put_aside").inc(batch.dead)
        if self.spans is not None:
            self.spans.handled(batch)
        for one in batch.handled:
            if one.encoded is not None and one.encoded.stopped:
                self.metrics.loops_stopped.inc(one.encoded.stopped)
                log.warning("loop.stopped", conversation=one.conversation_id, message=one.number)
