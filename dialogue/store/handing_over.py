"""Another unit gets a ticket: its row, its history, its timers, and who is told."""

from __future__ import annotations

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.effects import MoveTicket
from dialogue.hand_over import HandOver
from dialogue.messages import ServiceEvent
from dialogue.store.engine import Database
from dialogue.store.inbox import storable
from dialogue.store.statements import insert_into, notify
from dialogue.store.tables import inbox, tickets, timers
from dialogue.store.tickets import is_done, lock_ticket, note_history, refuse_closed
from dialogue.store.wake import INBOX, OUTBOX, Wake
from dialogue.store.writes import Writes
from dialogue.store.writing import write
from intents.sensitive import mask


class HandingOver:
    """Carries out what `dialogue.hand_over` has planned. The same `key` does it once."""

    def __init__(self, database: Database, wake: Wake, unit_channels: tuple[str, ...]) -> None:
        self._database = database
        self._wake = wake
        self._unit_channels = unit_channels

    async def was_done(self, identifier: str, key: str | None) -> bool:
        """Whether this has been done to the ticket under that `key`."""
        async with self._database.read() as connection:
            return await is_done(connection, identifier, key)

    async def hand_over(
        self,
        identifier: str,
        plan: HandOver,
        author: str,
        now: datetime,
        note: str | None = None,
        key: str | None = None,
    ) -> bool:
        """False when that `key` has done so before. Raises NotFoundError, AlreadyClosedError."""
        async with self._database.write() as connection:
            row = await lock_ticket(connection, identifier)
            if await is_done(connection, identifier, key):
                return False
            refuse_closed(row)
            said = f"{row.unit} > {plan.unit}"
            said += f": {mask(storable(note))}" if note else ""
            entry = await note_history(
                connection, identifier, "handed_over", author, said, key, now
            )
            recused = msgspec.json.encode(plan.recused).decode()
            changed = {"unit": plan.unit, "due_at": plan.due_at, "recused": recused}
            await connection.execute(
                sa.update(tickets).where(tickets.c.id == identifier).values(**changed)
            )
            await _retarget(connection, identifier, plan.told)
            writes = Writes(now, self._unit_channels)
            moved = MoveTicket(ticket=identifier, unit=plan.unit, was=row.unit)
            writes.add_unit_letters(plan.unit, msgspec.json.encode(moved), row.sequence)
            await write(connection, writes)
            if row.conversation_id is not None:
                due = None if plan.due_at is None else plan.due_at.isoformat()
                data = {"ticket": identifier, "unit": plan.unit, "due_at": due}
                message = {
                    "conversation_id": row.conversation_id,
                    "channel": row.channel,
                    "message_id": f"ticket:{entry}",
                    "body": msgspec.json.encode(ServiceEvent(name="ticket_moved", data=data)),
                    "received_at": now,
                }
                insert = insert_into(inbox, on_sqlite=self._database.sqlite)
                await connection.execute(insert.on_conflict_do_nothing(), [message])
                await notify(connection, INBOX, on_sqlite=self._database.sqlite)
        self._wake.signal(INBOX)
        self._wake.signal(OUTBOX)
        return True


async def _retarget(connection: AsyncConnection, ticket: str, told: tuple[str, ...]) -> None:
    """Let the timers of an escalation tell those who are over the new unit."""
    keys = {f"escalate:{ticket}:{number}": role for number, role in enumerate(told)}
    chosen = sa.select(timers.c.id, timers.c.key, timers.c.data).where(timers.c.key.in_(keys))
    for row in (await connection.execute(chosen)).all():
        data = {**msgspec.json.decode(row.data), "to": keys[row.key]}
        await connection.execute(
            sa.update(timers).where(timers.c.id == row.id).values(data=msgspec.json.encode(data))
        )
