"""How the store is doing: what waits, how old it is, what went wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from dialogue.store.engine import Database
from dialogue.store.tables import inbox, is_dead, is_new, is_queued, is_unsure, outbox
from dialogue.store.utc_time import UtcTime


class Depth(msgspec.Struct, frozen=True, kw_only=True):
    """What waits. The ages are zero when nothing does."""

    waiting: int
    oldest_waiting: timedelta
    queued: int
    oldest_queued: timedelta
    in_doubt: int
    dead_letters: int


async def measure_depth(database: Database, now: datetime) -> Depth:
    """Count what waits in the inbox and the outbox, by index."""
    async with database.read() as connection:
        waiting, first = (await connection.execute(_WAITING)).one()
        queued, oldest = (await connection.execute(_QUEUED)).one()
        in_doubt = (await connection.execute(_IN_DOUBT)).scalar_one()
        dead = (await connection.execute(_DEAD)).scalar_one()
    return Depth(
        waiting=waiting,
        oldest_waiting=_age(first, now),
        queued=queued,
        oldest_queued=_age(oldest, now),
        in_doubt=in_doubt,
        dead_letters=dead,
    )


async def ping(database: Database) -> None:
    """Return when the database answers; raise when it does not."""
    async with database.read() as connection:
        await connection.execute(sa.select(sa.literal_column("1")))


async def answers(database: Database) -> bool:
    """Whether the database answers."""
    try:
        await ping(database)
    except Exception:
        return False
    return True


def _age(since: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if since is None else max(now - since, timedelta(0))


_count = sa.func.count()
_WAITING = sa.select(_count, sa.func.min(inbox.c.received_at, type_=UtcTime)).where(is_new)
_QUEUED = sa.select(_count, sa.func.min(outbox.c.created_at, type_=UtcTime)).where(is_queued)
_IN_DOUBT = sa.select(_count).where(is_unsure, outbox.c.status == "in_doubt")
_DEAD = sa.select(_count).select_from(inbox).where(is_dead)
