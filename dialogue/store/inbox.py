"""Intake: what came in is masked, deduplicated and committed; then it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.messages import Body, Incoming, PersonMessage
from dialogue.store.conversations import find_or_begin
from dialogue.store.engine import Database
from dialogue.store.errors import FullError
from dialogue.store.statements import insert_into, notify
from dialogue.store.tables import inbox, is_new, outbox
from dialogue.store.vault import Vault
from dialogue.store.wake import INBOX, Wake
from intents.sensitive import mask

COUNT_AGAIN_AFTER = 0.25  # seconds
_encoder = msgspec.json.Encoder()


class _Waiting(NamedTuple):
    incoming: Incoming
    received_at: datetime
    done: asyncio.Future[int | None]


class Intake:
    """Lets requests that arrive together share one commit.

    A request that comes alone is written at once; where the last ones came together, it
    waits `gather_seconds` for others. Those that come meanwhile, or while a commit is
    under way, go together in the next, at most `group_size` at a time. `most_waiting`
    bounds both what waits here and what waits in the inbox; beyond it, FullError.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        wake: Wake,
        *,
        most_waiting: int = 20_000,
        group_size: int = 256,
        gather_seconds: float = 0.002,
    ) -> None:
        self._database, self._vault, self._wake = database, vault, wake
        self._most_waiting = most_waiting
        self._group_size = group_size
        self._gather_seconds = gather_seconds
        self._gathered: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._last_group = 0
        self._depth = 0
        self._counted_at = float("-inf")

    async def receive(self, incomings: Sequence[Incoming], now: datetime) -> list[int | None]:
        """Store messages; returns when they are committed.

        The number of each, or None for one that was stored before. Raises FullError.
        """
        if len(self._gathered) + len(incomings) > self._most_waiting:
            raise FullError(len(self._gathered))
        loop = asyncio.get_running_loop()
        waiting = [_Waiting(clean(one), now, loop.create_future()) for one in incomings]
        self._gathered += waiting
        if self._writing is None:
            self._writing = loop.create_task(self._write_groups())
        if len(waiting) == 1:  # as it nearly always is
            return [await waiting[0].done]
        return list(await asyncio.gather(*(one.done for one in waiting)))

    async def close(self) -> None:
        """Wait until what was handed over is committed."""
        if self._writing is not None:
            await self._writing

    async def _write_groups(self) -> None:
        try:
            # two turns of the loop: those that are being read now have come by then
            await asyncio.sleep(0)
            await asyncio.sleep(self._gather_seconds if self._last_group > 1 else 0)
            while self._gathered:
                group = self._gathered[: self._group_size]
                del self._gathered[: self._group_size]
                self._last_group = len(group)
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: list[_Waiting]) -> None:
        try:
            try:
                numbers = await self._commit(group)
            except DBAPIError:  # a conversation deleted meanwhile, a restart, a deadlock
                numbers = await self._commit(group)
        except Exception as error:
            for one in group:
                if not one.done.done():
                    one.done.set_exception(error)
            return
        for one, number in zip(group, numbers, strict=True):
            if not one.done.done():
                one.done.set_result(number)
        self._wake.signal(INBOX)

    async def _commit(self, group: list[_Waiting]) -> list[int | None]:
        now = max(one.received_at for one in group)
        async with self._database.write() as connection:
            await self._refuse_when_full(connection)
            people = [(one.incoming.channel, one.incoming.address) for one in group]
            numbers = await find_or_begin(connection, self._database, self._vault, people, now)
            group = [await _about_number(connection, one) for one in group]
            rows: dict[tuple[str, str], dict[str, object]] = {}
            for one, who in zip(group, people, strict=True):
                row = {
                    "conversation_id": numbers[who],
                    "channel": one.incoming.channel,
                    "message_id": one.incoming.message_id,
                    "body": _encoder.encode(one.incoming.body),
                    "received_at": one.received_at,
                }
                rows.setdefault((one.incoming.channel, one.incoming.message_id), row)
            insert = (
                insert_into(inbox, on_sqlite=self._database.sqlite)
                .on_conflict_do_nothing()
                .returning(inbox.c.id, inbox.c.channel, inbox.c.message_id)
            )
            inserted = await connection.execute(insert, list(rows.values()))
            stored = {(row[1], row[2]): int(row[0]) for row in inserted}
            if stored:
                await notify(connection, INBOX, on_sqlite=self._database.sqlite)
        self._depth += len(stored)
        # the first of two with the same id in one group is the new one
        return [stored.pop((one.incoming.channel, one.incoming.message_id), None) for one in group]

    async def _refuse_when_full(self, connection: AsyncConnection) -> None:
        moment = asyncio.get_running_loop().time()
        if moment - self._counted_at > COUNT_AGAIN_AFTER:
            some: sa.Select[Any] = (
                sa.select(sa.literal_column("1")).select_from(inbox).where(is_new)
            )
            limited = some.limit(self._most_waiting + 1).subquery()
            counted = await connection.execute(sa.select(sa.func.count()).select_from(limited))
            self._depth, self._counted_at = counted.scalar_one(), moment
        if self._depth >= self._most_waiting:
            raise FullError(self._depth)


async def _about_number(connection: AsyncConnection, waiting: _Waiting) -> _Waiting:
    """A reaction's message of ours, as the number of the message that it answered."""
    body = waiting.incoming.body
    if not isinstance(body, PersonMessage) or body.about is None:
        return waiting
    chosen = sa.select(outbox.c.answers).where(
        outbox.c.channel == waiting.incoming.channel, outbox.c.provider_id == body.about
    )
    number = (await connection.execute(chosen.limit(1))).scalar_one_or_none()
    body = msgspec.structs.replace(body, about=None if number is None else str(number))
    return waiting._replace(incoming=msgspec.structs.replace(waiting.incoming, body=body))


def clean(incoming: Incoming) -> Incoming:
    """The message as it may be stored: masked, without what no database can hold (NUL, …)."""
    body: Body = incoming.body
    if not isinstance(body, PersonMessage):
        return incoming
    text = mask(storable(body.text))
    payload = None if body.payload is None else storable(body.payload)
    if text != body.text or payload != body.payload:
        body = msgspec.structs.replace(body, text=text, payload=payload)
        return msgspec.structs.replace(incoming, body=body)
    return incoming


def storable(text: str) -> str:
    """The text without NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
