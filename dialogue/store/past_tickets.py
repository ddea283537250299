"""Past tickets as figures need them: facts, unit and times; neither words nor people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from dialogue.effects import RuleReference
from dialogue.store.engine import Database
from dialogue.store.tables import tickets

PAGE = 5_000  # tickets read at a time
_rules = msgspec.json.Decoder(tuple[RuleReference, ...])
_recused = msgspec.json.Decoder(tuple[str, ...])
_facts = msgspec.json.Decoder(dict[str, Any])


class PastTicket(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is that of the rules that decided, None when the ticket names none."""

    id: str
    unit: str
    status: str
    facts: dict[str, Any]
    version: str | None
    recused: tuple[str, ...]
    opened_at: datetime
    due_at: datetime | None
    first_answer_at: datetime | None
    closed_at: datetime | None


async def count_past_tickets(database: Database, since: datetime) -> int:
    """How many tickets have been opened since."""
    chosen = sa.select(sa.func.count()).where(tickets.c.opened_at >= since)
    async with database.read() as connection:
        return int((await connection.execute(chosen)).scalar_one())


async def past_tickets(database: Database, since: datetime) -> AsyncIterator[list[PastTicket]]:
    """The tickets opened since, the oldest first, some thousands at a time."""
    last = (-1, "")
    while True:
        column = tickets.c
        chosen = (
            sa.select(*(column[name] for name in _COLUMNS))
            .where(column.opened_at >= since)
            .where(sa.tuple_(column.sequence, column.id) > sa.tuple_(*map(sa.literal, last)))
            .order_by(column.sequence, column.id)
            .limit(PAGE)
        )
        async with database.read() as connection:
            rows = (await connection.execute(chosen)).all()
        if not rows:
            return
        last = (rows[-1].sequence, rows[-1].id)
        yield [_past(row) for row in rows]


_COLUMNS = (
    "id",
    "unit",
    "status",
    "facts",
    "rules",
    "recused",
    "opened_at",
    "due_at",
    "first_answer_at",
    "closed_at",
    "sequence",
)


def _past(row: Any) -> PastTicket:
    rules = _rules.decode(row.rules)
    return PastTicket(
        id=row.id,
        unit=row.unit,
        status=row.status,
        facts=_facts.decode(row.facts),
        version=rules[0].version if rules else None,
        recused=_recused.decode(row.recused),
        opened_at=row.opened_at,
        due_at=row.due_at,
        first_answer_at=row.first_answer_at,
        closed_at=row.closed_at,
    )
