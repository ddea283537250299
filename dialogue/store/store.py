"""The one door of the store. What it does lies in the modules around it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.engine import URL

from dialogue.decision import Decide
from dialogue.messages import Incoming
from dialogue.store import (
    conversations,
    dead_letters,
    encounters,
    health,
    migrate,
    outbox,
    past_tickets,
    ratings,
    receipts,
    tickets,
    timers,
)
from dialogue.store.answering import Answering
from dialogue.store.batch import Batch, BatchResult
from dialogue.store.consents import Consents
from dialogue.store.dead_letters import DeadLetter
from dialogue.store.deciders import Deciders
from dialogue.store.encounters import Encounter, Registered
from dialogue.store.engine import Database, open_database
from dialogue.store.failures import telling_away
from dialogue.store.gaps import Gaps
from dialogue.store.guard import WorkerGuard
from dialogue.store.handing_over import HandingOver
from dialogue.store.health import Depth
from dialogue.store.in_flight import InFlight
from dialogue.store.inbox import Intake
from dialogue.store.outbox import Outcome, Sendable
from dialogue.store.past_tickets import PastTicket
from dialogue.store.ratings import Rating, UnitFigures
from dialogue.store.retention import Kept
from dialogue.store.tickets import Ticket
from dialogue.store.unsure_claims import Lease
from dialogue.store.upkeep import Upkeep
from dialogue.store.vault import Vault
from dialogue.store.verdicts import OnFailure
from dialogue.store.wake import INBOX, OUTBOX, Wake

SUSPICIOUS_AFTER = 3  # failed batches in a row


class Store:
    """An open store. Open it with `Store.open`, close it, or use it in `async with`."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        unit_channels: Sequence[str],
        most_waiting: int,
        kept: Kept | None = None,
    ) -> None:
        self.database = database
        self.wake = Wake(database)
        self.upkeep = Upkeep(database, vault, kept)
        self.gaps = Gaps(database)
        self.consents = Consents(database, vault, self.wake)
        self._vault = vault
        self._unit_channels = tuple(unit_channels)
        self._intake = Intake(database, vault, self.wake, most_waiting=most_waiting)
        answering = Answering(database, self.wake)
        self.reply_to_ticket, self.close_ticket = answering.reply, answering.close
        handing_over = HandingOver(database, self.wake, self._unit_channels)
        self.hand_over_ticket = handing_over.hand_over
        self.was_done = handing_over.was_done
        self._failed_batches = 0
        self._in_flight = InFlight()
        self._unsure: list[Lease] = []
        self._guard = WorkerGuard(database.path) if database.path else None

    @classmethod
    async def open(
        cls,
        url: str | URL,
        vault: Vault,
        *,
        unit_channels: Sequence[str] = (),
        most_waiting: int = 20_000,
        upgrade: bool = False,
        pool_size: int = 5,
        kept: Kept | None = None,
    ) -> Store:
        """Open a store. `upgrade` brings the schema forward first; else SchemaError. AwayError.

        `unit_channels`: the channels to units that are switched on (`unit_mail`).
        `most_waiting`: how many messages may wait before FullError.
        `kept`: for how long words and links to people are kept.
        """
        database = open_database(url, pool_size=pool_size)
        try:
            await database.demand_answer()
            if upgrade:
                await migrate.upgrade_open(database)
            await migrate.demand_current(database)
            await conversations.demand_secret(database, vault)
        except BaseException:
            await database.close()
            raise
        return cls(database, vault, unit_channels, most_waiting, kept)

    async def close(self) -> None:
        """Finish what was handed over, and let go of the database."""
        await self._intake.close()
        await self.wake.close()
        if self._guard is not None:
            self._guard.release()
        await self.database.close()

    async def __aenter__(self) -> Store:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    # in -------------------------------------------------------------------------------

    async def receive(
        self, incomings: Incoming | Sequence[Incoming], now: datetime
    ) -> list[int | None]:
        """Store messages; returns when committed: the number of each, None for a repeat.

        Calls at the same time share a commit. Raises FullError when too much waits, and
        AwayError when the database does not answer.
        """
        several = [incomings] if isinstance(incomings, Incoming) else incomings
        with telling_away():
            return await self._intake.receive(several, now)

    async def register_encounter(
        self,
        encounter: Encounter,
        ask_at: datetime | None,
        now: datetime,
        quarantine: timedelta | None = None,
    ) -> Registered:
        """Register a meeting with a service, and the rating request for `ask_at` (None: none)."""
        return await encounters.register_encounter(
            self.database, self._vault, encounter, ask_at, now, quarantine
        )

    # work -----------------------------------------------------------------------------

    def take_worker(self) -> None:
        """Become the worker. On SQLite raises WorkerTakenError when another process is."""
        if self._guard is not None:
            self._guard.take()

    async def run_batch(
        self,
        decide: Decide,
        now: datetime,
        *,
        limit: int = 64,
        on_failure: OnFailure | None = None,
        deciders: Deciders | None = None,
        let_go: Callable[[], None] = lambda: None,
    ) -> BatchResult:
        """Handle at most `limit` waiting messages in one transaction.

        A message whose decision fails is put aside, and `on_failure` says what the person is
        told. `deciders` take a large batch; `let_go` is called when another may be begun
        meanwhile. Raises when the database is away; nothing has happened then.
        """
        self.take_worker()
        batch = Batch(
            self.database,
            decide,
            on_failure,
            self._unit_channels,
            self._in_flight,
            self._vault.message_secret,
            suspicious=self._failed_batches >= SUSPICIOUS_AFTER,
            deciders=deciders,
            let_go=let_go,
        )
        try:
            result = await batch.run(now, limit)
        except BaseException:
            self._failed_batches += 1
            raise
        finally:
            if batch.let_others_claim:  # and what came meanwhile in its conversations was left
                self.wake.signal(INBOX)
        self._failed_batches = 0
        if result.handled:
            self.wake.signal(OUTBOX)
        return result

    async def fire_timers(self, now: datetime, limit: int = 256) -> int:
        """Move due timers to the inbox; how many."""
        return await timers.fire_timers(self.database, self.wake, now, limit, self._unit_channels)

    async def next_timer_at(self) -> datetime | None:
        """When the next timer comes due."""
        return await timers.next_timer_at(self.database)

    async def tidy(self, now: datetime) -> None:
        """What is to be done now and then (see `Upkeep`)."""
        await self.upkeep.tidy(now)

    # out ------------------------------------------------------------------------------

    async def claim_outgoing(
        self, channels: Sequence[str], limit: int, now: datetime
    ) -> list[Sendable]:
        """Claim messages to send, the first unsent one of each recipient."""
        database, unsure = self.database, self._unsure
        return await outbox.claim_outgoing(database, self._vault, channels, limit, now, unsure)

    async def claim_in_doubt(self, channels: Sequence[str], limit: int) -> list[Sendable]:
        """Messages that may or may not have been sent, for a provider that can be asked."""
        return await outbox.claim_in_doubt(self.database, self._vault, channels, limit)

    async def next_attempt_at(self, channels: Sequence[str], now: datetime) -> datetime | None:
        """When the next queued message may be tried."""
        return await outbox.next_attempt_at(self.database, channels, now)

    async def record_outcomes(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Record how attempts to send went."""
        await receipts.record_outcomes(self.database, outcomes, now)

    async def record_receipt(
        self, channel: str, provider_id: str, status: str, code: str | None, now: datetime
    ) -> None:
        """Record a provider's receipt (sent, delivered, read, failed). Raises AwayError."""
        with telling_away():
            await receipts.record_receipt(self.database, channel, provider_id, status, code, now)

    # tickets, ratings -------------------------------------------------------------------

    async def list_tickets(
        self,
        *,
        unit: str | None = None,
        status: str | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> list[Ticket]:
        """The newest tickets first; `before` is the `number` of the last one seen."""
        return await tickets.list_tickets(
            self.database, unit=unit, status=status, limit=limit, before=before
        )

    async def count_past_tickets(self, since: datetime) -> int:
        """How many tickets have been opened since."""
        return await past_tickets.count_past_tickets(self.database, since)

    def past_tickets(self, since: datetime) -> AsyncIterator[list[PastTicket]]:
        """The tickets opened since, without words or people, the oldest first."""
        return past_tickets.past_tickets(self.database, since)

    async def get_ticket(self, identifier: str, unit: str | None = None) -> Ticket:
        """A ticket with its history. Raises NotFoundError, also for another unit's."""
        return await tickets.get_ticket(self.database, identifier, unit)

    async def list_ratings(self, *, unit: str | None = None, limit: int = 100) -> list[Rating]:
        """The newest ratings first."""
        return await ratings.list_ratings(self.database, unit=unit, limit=limit)

    async def rating_figures(self, since: datetime, until: datetime) -> list[UnitFigures]:
        """Each unit's figures in a period, without any threshold."""
        return await ratings.rating_figures(self.database, since, until)

    # health -----------------------------------------------------------------------------

    async def depth(self, now: datetime) -> Depth:
        """What waits, and how old it is."""
        return await health.measure_depth(self.database, now)

    async def ping(self) -> None:
        """Return when the database answers."""
        await health.ping(self.database)

    async def list_dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """Messages that were put aside, the oldest first."""
        return await dead_letters.list_dead_letters(self.database, limit)

    async def get_dead_letter(self, number: int) -> tuple[DeadLetter, bytes]:
        """One of them with its body. Raises NotFoundError."""
        return await dead_letters.get_dead_letter(self.database, number)

    async def retry_dead_letter(self, number: int) -> None:
        """Let a message be handled again. Raises NotFoundError."""
        await dead_letters.retry_dead_letter(self.database, self.wake, number)

    async def drop_dead_letter(self, number: int) -> None:
        """Delete the words of a message that was put aside. Raises NotFoundError."""
        await dead_letters.drop_dead_letter(self.database, number)
