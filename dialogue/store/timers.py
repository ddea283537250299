"""Timers that have come due become messages of their conversation, each exactly once.

A deadline that has outlived its conversation is carried out here (`deadlines.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from dialogue.messages import ServiceEvent
from dialogue.store.deadlines import escalate_orphans
from dialogue.store.engine import Database
from dialogue.store.statements import among, as_list, insert_into, notify
from dialogue.store.tables import conversations, inbox, timers
from dialogue.store.utc_time import UtcTime
from dialogue.store.wake import INBOX, Wake


async def fire_timers(
    database: Database,
    wake: Wake,
    now: datetime,
    limit: int = 256,
    unit_channels: tuple[str, ...] = (),
) -> int:
    """Move at most `limit` due timers to the inbox; how many there were.

    A row that is taken here is locked; another worker passes it by. It is deleted in
    the same transaction, and its number is never given again.
    """
    async with database.look() as connection:  # mostly nothing is due: don't lock for that
        if (await connection.execute(_ANY_DUE, {"now": now})).first() is None:
            return 0
    async with database.write() as connection:
        due = (await connection.execute(_DUE, {"now": now, "most": limit})).all()
        if not due:
            return 0
        rows: list[dict[str, Any]] = [
            {
                "conversation_id": row.conversation_id,
                "channel": row.channel,
                "message_id": f"timer:{row.id}",
                "body": msgspec.json.encode(
                    ServiceEvent(name=row.name, data=msgspec.json.decode(row.data))
                ),
                "received_at": now,
            }
            for row in due
            if row.conversation_id is not None
        ]
        insert = insert_into(inbox, on_sqlite=database.sqlite).on_conflict_do_nothing()
        if rows:
            await connection.execute(insert, rows)
        orphans = [row.data for row in due if row.conversation_id is None]
        await escalate_orphans(connection, orphans, now, unit_channels)
        numbers = as_list([row.id for row in due], on_sqlite=database.sqlite)
        await connection.execute(_DELETE[database.sqlite], {"ids": numbers})
        await notify(connection, INBOX, on_sqlite=database.sqlite)
    wake.signal(INBOX)
    return len(due)


async def next_timer_at(database: Database) -> datetime | None:
    """When the next timer comes due."""
    async with database.look() as connection:
        found: datetime | None = (await connection.execute(_NEXT)).scalar_one_or_none()
    return found


_is_due = timers.c.due_at <= sa.bindparam("now", type_=UtcTime)
_NEXT = sa.select(timers.c.due_at).order_by(timers.c.due_at).limit(1)
_ANY_DUE = sa.select(timers.c.id).where(_is_due).limit(1)
_DUE = (
    sa.select(timers, conversations.c.channel)
    .outerjoin(conversations, conversations.c.id == timers.c.conversation_id)
    .where(_is_due)
    .order_by(timers.c.due_at, timers.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(of=timers, skip_locked=True)
)
_DELETE = {
    kind: sa.delete(timers).where(among(timers.c.id, on_sqlite=kind)) for kind in (True, False)
}
