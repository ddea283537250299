"""Which of the messages to a recipient is the next."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dialogue.store.tables import outbox
from dialogue.store.utc_time import UtcTime


def is_first() -> sa.ColumnElement[bool]:
    """Nothing to the same recipient stands before: under way, queued, or lately in doubt."""
    now = sa.bindparam("now", type_=UtcTime)
    earlier = outbox.alias("earlier")
    stands_before = sa.or_(
        earlier.c.status == sa.literal_column("'sending'"),
        sa.and_(
            earlier.c.status == sa.literal_column("'in_doubt'"),
            earlier.c.leased_until > now,
        ),
        sa.and_(
            earlier.c.status == sa.literal_column("'queued'"),
            earlier.c.expires_at > now,
            sa.tuple_(earlier.c.priority, earlier.c.id) < sa.tuple_(outbox.c.priority, outbox.c.id),
        ),
    )
    before: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
        earlier.c.recipient == outbox.c.recipient,
        sa.text("earlier.status IN ('queued', 'sending', 'in_doubt')"),
        earlier.c.id != outbox.c.id,
        stands_before,
    )
    # OFFSET 0: a look by index for each; PostgreSQL's join took the square of what is queued
    return ~sa.exists(before.correlate(outbox).offset(sa.literal_column("0")))
