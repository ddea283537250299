"""One batch: claim, decide, and write all of it in one transaction.

When writing fails because of what one message asks for, the batch is undone and its
conversations are taken one message at a time, so that only the bad one is put aside.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)

from dialogue.decision import Decide
from dialogue.store.claims import MOST_OF_ONE, claim
from dialogue.store.deciders import DeciderLostError, Deciders
from dialogue.store.desk import Desk, Handled
from dialogue.store.engine import Database
from dialogue.store.failures import is_scarcity
from dialogue.store.health import answers
from dialogue.store.in_flight import InFlight
from dialogue.store.verdicts import Claimed, OnFailure
from dialogue.store.writes import Writes
from dialogue.store.writing import ClaimLostError, write

SUCCESSOR_WITHIN = 5.0  # seconds
_OF_THE_MESSAGE = (IntegrityError, DataError, ProgrammingError, NotSupportedError)


class BatchResult(msgspec.Struct, frozen=True):
    """What a batch did; it is committed."""

    handled: tuple[Handled, ...] = ()

    @property
    def count(self) -> int:
        return len(self.handled)

    @property
    def dead(self) -> int:
        return sum(one.failed is not None for one in self.handled)


class Batch:
    """How messages are handled: by which decision, and what is said when it fails.

    `unit_channels` are the channels to units that are switched on. `suspicious`: batches
    have failed again and again, so that a database that answers is not to blame. `deciders`
    decide a batch that is large enough; `let_go` is called when they have it, for another
    batch may be claimed meanwhile. `in_flight`: what batches of this process hold on SQLite.
    `secret_of` gives each message, by its number, what only the store can make.
    """

    def __init__(
        self,
        database: Database,
        decide: Decide,
        on_failure: OnFailure | None,
        unit_channels: tuple[str, ...],
        in_flight: InFlight,
        secret_of: Callable[[int], str],
        *,
        suspicious: bool = False,
        deciders: Deciders | None = None,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._in_flight = in_flight
        self._secret_of = secret_of
        self._deciders = deciders
        self._let_go = let_go
        self.let_others_claim = False
        self._killed = False  # a decider died over this batch
        self._suspicious = suspicious
        self._decide = decide
        self._on_failure = on_failure
        self._unit_channels = unit_channels

    async def run(self, now: datetime, limit: int) -> BatchResult:
        """Handle at most `limit` waiting messages. Raises when the database is away."""
        touched: list[int] = []
        try:
            return await self._together(now, limit, self._on_failure, touched=touched)
        except ClaimLostError:
            return BatchResult()
        except Exception as error:
            self._killed = isinstance(error, DeciderLostError)
            if not await self._blames_message(error):
                raise
            handled: list[Handled] = []
            for conversation_id in touched:
                handled += await self._one_by_one(conversation_id, now)
            return BatchResult(tuple(handled))
        finally:
            self._in_flight.release(touched)

    async def _one_by_one(self, conversation_id: int, now: datetime) -> list[Handled]:
        handled: list[Handled] = []
        for _ in range(MOST_OF_ONE):
            result = await self._alone(conversation_id, now)
            if not result.handled:
                break
            handled += result.handled
        return handled

    async def _alone(self, conversation_id: int, now: datetime) -> BatchResult:
        broken: Exception | None = None
        for on_failure in (self._on_failure, self._on_failure, None):
            try:
                return await self._together(
                    now, 1, on_failure, only=[conversation_id], broken=broken
                )
            except ClaimLostError:
                return BatchResult()
            except Exception as error:
                if not await self._blames_message(error):
                    raise
                broken = error
        return BatchResult()

    async def _blames_message(self, error: Exception) -> bool:
        """Whether a failed write is the fault of what was written, not of the database."""
        if isinstance(error, DBAPIError):
            if isinstance(error, _OF_THE_MESSAGE) and not error.connection_invalidated:
                return True
            if is_scarcity(error):
                return False
        elif not isinstance(error, OSError | TimeoutError):
            return True
        return self._suspicious and await answers(self._database)

    async def _together(
        self,
        now: datetime,
        limit: int,
        on_failure: OnFailure | None,
        *,
        only: list[int] | None = None,
        touched: list[int] | None = None,
        broken: Exception | None = None,
    ) -> BatchResult:
        writes = Writes(now, self._unit_channels)
        await self._await_decider()
        if not self._database.sqlite:
            async with self._database.write() as connection:
                claimed = await claim(connection, limit, only)
                _note(touched, claimed)
                desk = await self._decided(claimed, writes, on_failure, broken)
                if desk.handled:
                    await write(connection, writes)
            return BatchResult(tuple(desk.handled))
        # one worker: nothing to lock while deciding
        async with self._in_flight.claiming, self._database.look() as connection:
            claimed = await claim(connection, limit, only, self._in_flight.conversations)
            _note(touched, claimed)
            if touched:
                self._in_flight.hold(touched)
        desk = await self._decided(claimed, writes, on_failure, broken)
        if desk.handled:
            async with self._database.write() as connection:
                await write(connection, writes)
        return BatchResult(tuple(desk.handled))

    async def _decided(
        self,
        claimed: list[Claimed],
        writes: Writes,
        on_failure: OnFailure | None,
        broken: Exception | None,
    ) -> Desk:
        for one in claimed:
            one.messages = [
                msgspec.structs.replace(each, secret=self._secret_of(each.number))
                for each in one.messages
            ]
        messages = sum(len(one.messages) for one in claimed)
        shared = self._deciders if self._are_for_deciders(messages) else None
        desk = Desk(self._decide, on_failure, broken, shared)
        if shared is not None and not self._killed:
            self.let_others_claim = True
            self._let_go()
        await desk.handle(claimed, writes)
        return desk

    def _are_for_deciders(self, messages: int) -> bool:
        if self._deciders is None or not messages:
            return False
        # what may have killed a decider is not tried in this process
        return self._deciders.has_any if self._killed else self._deciders.takes(messages)

    async def _await_decider(self) -> None:
        """Wait for the successor of one that died; where there is none, do without."""
        if self._killed and self._deciders is not None:
            successor = await self._deciders.start(SUCCESSOR_WITHIN)
            self._deciders = self._deciders if successor else None


def _note(touched: list[int] | None, claimed: list[Claimed]) -> None:
    if touched is not None:
        touched += [one.id for one in claimed]
