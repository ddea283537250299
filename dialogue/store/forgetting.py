"""The last step of «slett meg»: the address goes when the last answer has been sent.

The first step, in the transaction of the message itself, wipes words and links
(`batch_statements.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dialogue.store.engine import Database
from dialogue.store.tables import conversations, inbox, outbox, tickets, unanswered

QUIET_FOR = timedelta(hours=1)


async def finish_forgetting(database: Database, now: datetime, limit: int = 100) -> int:
    """Delete conversations whose person asked to be forgotten; how many.

    One waits while something is still to be sent or handled, while its person has
    written again within the hour, or has a new ticket since.
    """
    async with database.write() as connection:
        chosen = _forgettable(now).limit(limit).with_for_update(skip_locked=True)
        locked = [row.id for row in await connection.execute(chosen)]
        if not locked:
            return 0
        # what came between looking and locking is seen now, and nothing comes any more
        still = _forgettable(now).where(conversations.c.id.in_(locked))
        numbers = [row.id for row in await connection.execute(still)]
        gone = unanswered.c.conversation_id.in_(numbers)  # what was asked since the request
        await connection.execute(sa.delete(unanswered).where(gone))
        await connection.execute(sa.delete(conversations).where(conversations.c.id.in_(numbers)))
    return len(numbers)


def _forgettable(now: datetime) -> sa.Select[Any]:
    column = conversations.c
    unsent = sa.exists().where(
        outbox.c.conversation_id == column.id, outbox.c.status.in_(("queued", "sending"))
    )
    unhandled = sa.exists().where(inbox.c.conversation_id == column.id, inbox.c.status == "new")
    new_ticket = sa.exists().where(
        tickets.c.conversation_id == column.id, tickets.c.status.in_(("open", "answered"))
    )
    # the request has left no state; what has been said since has
    nothing_since = sa.or_(column.state.is_(None), column.updated_at < now - QUIET_FOR)
    return (
        sa.select(column.id)
        .where(
            column.forget_requested_at.is_not(None),
            nothing_since,
            ~unsent,
            ~unhandled,
            ~new_ticket,
        )
        .order_by(column.id)
    )
