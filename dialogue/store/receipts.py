"""How a sent message fared: outcomes of attempts and the provider's receipts.

A status has a rank and never goes down, so that receipts may come in any order, also
before the outcome of the send itself: sending < in_doubt < sent < failed < delivered <
read. Delivered stands above failed: what has arrived has arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.engine import Database
from dialogue.store.outbox import DOUBT_HOLDS, Outcome
from dialogue.store.purposes import next_attempt
from dialogue.store.statements import among, as_list, one_of
from dialogue.store.tables import conversations, early_receipts, outbox

RANKS = {"sending": 0, "in_doubt": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5}
RECEIPTS = frozenset({"sent", "failed", "delivered", "read"})
FORGET_EARLY_AFTER = timedelta(days=2)


async def record_outcomes(database: Database, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Record how attempts went. An outcome of a message that is settled changes nothing."""
    if not outcomes:
        return
    async with database.write() as connection:
        attempts = await _attempts(connection, outcomes, on_sqlite=database.sqlite)
        rows = [_changes(one, attempts.get(one.outbox_id, 0), now) for one in outcomes]
        # people before messages, as a batch does, so that neither waits for the other
        for one in outcomes:
            if one.status == "unreachable":
                await _mark_person(connection, one)
        await connection.execute(_OUTCOME, rows)
        sent = [one.outbox_id for one in outcomes if one.provider_id is not None]
        if sent:
            await _apply_early(connection, sent, on_sqlite=database.sqlite)


async def record_receipt(
    database: Database,
    channel: str,
    provider_id: str,
    status: str,
    code: str | None,
    now: datetime,
) -> None:
    """Record a provider's receipt: sent, delivered, read or failed; others are ignored.

    One for a message that nobody knows yet is kept until its send is recorded.
    """
    if status not in RECEIPTS:
        return
    receipt = {"channel": channel, "provider_id": provider_id, "status": status, "code": code}
    async with database.write() as connection:
        if not await _apply(connection, receipt):
            await connection.execute(sa.insert(early_receipts), receipt | {"received_at": now})


async def settle_early_receipts(database: Database, now: datetime) -> int:
    """Apply receipts that crossed their send's outcome; drop old ones. How many applied."""
    async with database.write() as connection:
        rows = (await connection.execute(_EARLY_MATCHED)).mappings().all()
        await _apply_all(connection, rows, on_sqlite=database.sqlite)
        old = early_receipts.c.received_at < now - FORGET_EARLY_AFTER
        await connection.execute(sa.delete(early_receipts).where(old))
    return len(rows)


def _changes(outcome: Outcome, attempts: int, now: datetime) -> dict[str, Any]:
    statuses = {
        "sent": "sent",
        "retry": "queued",
        "not_sent": "queued",
        "unreachable": "failed",
        "rejected": "failed",
        "in_doubt": "in_doubt",
    }
    later = now
    if outcome.status == "retry":
        later = outcome.retry_at or next_attempt(outcome.outbox_id, attempts, now)
    return {
        "the_id": outcome.outbox_id,
        "status": statuses[outcome.status],
        "provider_id": outcome.provider_id,
        "error_code": outcome.code,
        "error_reason": outcome.reason,
        "next_attempt_at": later,
        "sent_at": now if outcome.status == "sent" else None,
        "leased_until": now + DOUBT_HOLDS if outcome.status == "in_doubt" else None,
    }


async def _attempts(
    connection: AsyncConnection, outcomes: Sequence[Outcome], *, on_sqlite: bool
) -> dict[int, int]:
    waiting = [one.outbox_id for one in outcomes if one.status == "retry" and not one.retry_at]
    if not waiting:
        return {}
    ids = as_list(waiting, on_sqlite=on_sqlite)
    rows = await connection.execute(_ATTEMPTS[on_sqlite], {"ids": ids})
    return {row.id: row.attempts for row in rows}


async def _mark_person(connection: AsyncConnection, outcome: Outcome) -> None:
    """Nothing more can reach this person, until they write again."""
    owner = sa.select(outbox.c.conversation_id).where(outbox.c.id == outcome.outbox_id)
    changes: dict[str, Any] = {"blocked_reason": outcome.code or outcome.reason or "unreachable"}
    if outcome.opted_out:
        changes["opted_out"] = True
    its = conversations.c.id == owner.scalar_subquery()
    await connection.execute(sa.update(conversations).where(its).values(**changes))
    await connection.execute(
        sa.update(outbox)
        .where(outbox.c.conversation_id == owner.scalar_subquery(), outbox.c.status == "queued")
        .values(status="cancelled", error_code="opted_out" if outcome.opted_out else "blocked")
    )


async def _apply(connection: AsyncConnection, receipt: Any) -> bool:
    """Apply a receipt; False when no message has that provider id."""
    known = sa.and_(
        outbox.c.channel == receipt["channel"], outbox.c.provider_id == receipt["provider_id"]
    )
    row = (await connection.execute(sa.select(outbox.c.id, outbox.c.status).where(known))).first()
    if row is None:
        return False
    lower = [status for status, rank in RANKS.items() if rank < RANKS[receipt["status"]]]
    changes: dict[str, Any] = {"status": receipt["status"]}
    if receipt["code"] is not None:
        changes["error_code"] = receipt["code"]
    await connection.execute(
        sa.update(outbox).where(known, one_of(outbox.c.status, *lower)).values(**changes)
    )
    return True


async def _apply_early(connection: AsyncConnection, sent: list[int], *, on_sqlite: bool) -> None:
    ids = as_list(sent, on_sqlite=on_sqlite)
    rows = (await connection.execute(_EARLY_OF[on_sqlite], {"ids": ids})).mappings().all()
    await _apply_all(connection, rows, on_sqlite=on_sqlite)


async def _apply_all(connection: AsyncConnection, rows: Sequence[Any], *, on_sqlite: bool) -> None:
    for row in rows:
        await _apply(connection, row)
    if rows:
        ids = as_list([row["id"] for row in rows], on_sqlite=on_sqlite)
        await connection.execute(_EARLY_DELETE[on_sqlite], {"ids": ids})


_KINDS = (True, False)
_OUTCOME = sa.update(outbox).where(
    outbox.c.id == sa.bindparam("the_id"), one_of(outbox.c.status, "sending", "in_doubt")
)
_ATTEMPTS = {
    kind: sa.select(outbox.c.id, outbox.c.attempts).where(among(outbox.c.id, on_sqlite=kind))
    for kind in _KINDS
}
_its_message = sa.and_(
    outbox.c.channel == early_receipts.c.channel,
    outbox.c.provider_id == early_receipts.c.provider_id,
)
_early = sa.select(early_receipts).order_by(early_receipts.c.id).limit(1_000)
# EXISTS, not a join: SQLite would begin with all messages that were ever sent
_EARLY_MATCHED = _early.where(sa.exists().where(_its_message))
_EARLY_OF = {
    kind: _early.join(outbox, _its_message).where(among(outbox.c.id, on_sqlite=kind))
    for kind in _KINDS
}
_EARLY_DELETE = {
    kind: sa.delete(early_receipts).where(among(early_receipts.c.id, on_sqlite=kind))
    for kind in _KINDS
}
