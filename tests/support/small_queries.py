"""Looking straight into a test's database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from small_decide import decide, on_failure

from dialogue.store.outbox import Outcome, Sendable
from dialogue.store.store import Store

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CHANNELS = ("sms", "telegram", "unit_mail")


def after(**parts: float) -> datetime:
    return NOW + timedelta(**parts)


async def rows(store: Store, table: sa.Table, *columns: str) -> list[Any]:
    """The rows of a table by their number, or some columns of them."""
    chosen = [table.c[name] for name in columns] or [*table.c]
    order = table.c.get("id", next(iter(table.primary_key)))
    async with store.database.read() as connection:
        found = (await connection.execute(sa.select(*chosen).order_by(order))).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in found]


async def handle_all(store: Store, now: datetime = NOW, limit: int = 64) -> int:
    """Run batches until nothing waits; how many messages."""
    count = 0
    while result := await store.run_batch(decide, now, limit=limit, on_failure=on_failure):
        if not result.count:
            return count
        count += result.count
    return count


async def send_all(store: Store, now: datetime = NOW) -> list[Sendable]:
    """Send until nothing is to be sent, each with success; what was sent, in order."""
    sent: list[Sendable] = []
    while claimed := await store.claim_outgoing(CHANNELS, 100, now):
        sent += claimed
        outcomes = [
            Outcome(outbox_id=one.outbox_id, status="sent", provider_id=f"P{one.outbox_id}")
            for one in claimed
        ]
        await store.record_outcomes(outcomes, now)
    return sent


def texts(sent: list[Sendable]) -> list[str]:
    return [one.reply.text for one in sent if one.reply is not None]
