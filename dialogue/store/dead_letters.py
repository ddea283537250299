"""Messages that were put aside because handling them failed: listed, retried, dropped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from dialogue.store.engine import Database
from dialogue.store.errors import NotFoundError
from dialogue.store.statements import notify
from dialogue.store.tables import inbox, is_dead
from dialogue.store.wake import INBOX, Wake


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was put aside. `error` names the failure, never the person's words."""

    number: int
    channel: str
    received_at: datetime
    handled_at: datetime | None
    error: str | None


async def list_dead_letters(database: Database, limit: int = 100) -> list[DeadLetter]:
    """The oldest first."""
    chosen = _chosen().order_by(inbox.c.id).limit(limit)
    async with database.read() as connection:
        rows = (await connection.execute(chosen)).mappings()
        return [DeadLetter(**row) for row in rows]


async def get_dead_letter(database: Database, number: int) -> tuple[DeadLetter, bytes]:
    """One of them with its body, as it was received. Raises NotFoundError."""
    chosen = _chosen().add_columns(inbox.c.body).where(inbox.c.id == number)
    async with database.read() as connection:
        row = (await connection.execute(chosen)).mappings().first()
    if row is None:
        raise NotFoundError("dead letter", number)
    return DeadLetter(**{name: row[name] for name in DeadLetter.__struct_fields__}), row["body"]


async def retry_dead_letter(database: Database, wake: Wake, number: int) -> None:
    """Let a message be handled again. Raises NotFoundError."""
    async with database.write() as connection:
        changed = await connection.execute(
            sa.update(inbox)
            .where(is_dead, inbox.c.id == number)
            .values(status="new", error=None, handled_at=None)
        )
        if changed.rowcount == 0:
            raise NotFoundError("dead letter", number)
        await notify(connection, INBOX, on_sqlite=database.sqlite)
    wake.signal(INBOX)


async def drop_dead_letter(database: Database, number: int) -> None:
    """Give a message up: its words are deleted, its number and error stay. NotFoundError."""
    async with database.write() as connection:
        changed = await connection.execute(
            sa.update(inbox).where(is_dead, inbox.c.id == number).values(status="done", body=b"")
        )
        if changed.rowcount == 0:
            raise NotFoundError("dead letter", number)


def _chosen() -> sa.Select[Any]:
    column = inbox.c
    return sa.select(
        column.id.label("number"),
        column.channel,
        column.received_at,
        column.handled_at,
        column.error,
    ).where(is_dead)
