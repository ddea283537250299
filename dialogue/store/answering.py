"""How a unit answers and closes a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.messages import ServiceEvent
from dialogue.store.consent_changes import demand_holding
from dialogue.store.engine import Database
from dialogue.store.errors import NoConversationError
from dialogue.store.inbox import storable
from dialogue.store.statements import insert_into, notify
from dialogue.store.tables import inbox, tickets
from dialogue.store.tickets import is_done, lock_ticket, note_history, refuse_closed
from dialogue.store.wake import INBOX, Wake
from intents.sensitive import mask


class Answering:
    """How a unit answers and closes. Asking twice with the same `key` does it once."""

    def __init__(self, database: Database, wake: Wake) -> None:
        self._database = database
        self._wake = wake

    async def reply(
        self,
        identifier: str,
        text: str,
        author: str,
        now: datetime,
        key: str | None = None,
        rests_on: str | None = None,
    ) -> bool:
        """Send a unit's answer to the person; False when that `key` has done so before.

        `rests_on` is the consent that lets it go out: it must hold now, and still when the
        answer is sent. Raises NotFoundError, AlreadyClosedError, NoConversationError,
        ConsentGoneError.
        """
        cleaned = mask(storable(text))
        async with self._database.write() as connection:
            row = await lock_ticket(connection, identifier)
            if await is_done(connection, identifier, key):
                return False
            refuse_closed(row)
            if row.conversation_id is None or not row.wants_contact or row.anonymous:
                raise NoConversationError(identifier, _why(row))
            if rests_on is not None:
                await demand_holding(connection, identifier, rests_on, now)
            entry = await note_history(connection, identifier, "replied", author, cleaned, key, now)
            await connection.execute(
                sa.update(tickets)
                .where(tickets.c.id == identifier)
                .values(
                    status="answered",
                    first_answer_at=sa.func.coalesce(tickets.c.first_answer_at, now),
                )
            )
            await self._tell(connection, row, "ticket_reply", cleaned, entry, now, rests_on)
        self._wake.signal(INBOX)
        return True

    async def close(
        self,
        identifier: str,
        text: str | None,
        author: str,
        now: datetime,
        key: str | None = None,
        rests_on: str | None = None,
        archive_reference: str | None = None,
    ) -> bool:
        """Close a ticket, and tell the person if one can be told.

        `archive_reference` (the case's number in the archive) is kept in the history. False
        when that `key` has done so before. Raises NotFoundError, AlreadyClosedError,
        ConsentGoneError.
        """
        cleaned = None if text is None else mask(storable(text))
        async with self._database.write() as connection:
            row = await lock_ticket(connection, identifier)
            if await is_done(connection, identifier, key):
                return False
            refuse_closed(row)
            if rests_on is not None:
                await demand_holding(connection, identifier, rests_on, now)
            if archive_reference is not None:
                number = storable(archive_reference)
                await note_history(connection, identifier, "archived", author, number, None, now)
            entry = await note_history(connection, identifier, "closed", author, cleaned, key, now)
            await connection.execute(
                sa.update(tickets)
                .where(tickets.c.id == identifier)
                .values(
                    status="closed",
                    closed_at=now,
                    first_answer_at=sa.func.coalesce(tickets.c.first_answer_at, now),
                )
            )
            if row.conversation_id is not None and row.wants_contact and not row.anonymous:
                await self._tell(
                    connection, row, "ticket_closed", cleaned or "", entry, now, rests_on
                )
        self._wake.signal(INBOX)
        return True

    async def _tell(
        self,
        connection: AsyncConnection,
        row: Any,
        name: str,
        text: str,
        entry: int,
        now: datetime,
        rests_on: str | None,
    ) -> None:
        data = {"ticket": row.id, "unit": row.unit, "text": text}
        data |= {} if rests_on is None else {"rests_on": rests_on}
        event = ServiceEvent(name=name, data=data)
        insert = insert_into(inbox, on_sqlite=self._database.sqlite).on_conflict_do_nothing()
        message = {
            "conversation_id": row.conversation_id,
            "channel": row.channel,
            "message_id": f"ticket:{entry}",
            "body": msgspec.json.encode(event),
            "received_at": now,
        }
        await connection.execute(insert, [message])
        await notify(connection, INBOX, on_sqlite=self._database.sqlite)


def _why(row: Any) -> str:
    if row.anonymous:
        return "the person is anonymous"
    if not row.wants_contact:
        return "the person does not want to be contacted"
    return "the person has been forgotten"
