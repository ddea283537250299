"""Deadlines of tickets whose person has been forgotten: no dialogue is left to escalate them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.effects import EscalateTicket
from dialogue.messages import Numbered, ServiceEvent
from dialogue.store.effects import Place, carry_out
from dialogue.store.statements import among, as_list, one_of
from dialogue.store.tables import tickets
from dialogue.store.writes import DEADLINE_TIMER, Writes
from dialogue.store.writing import write


class _Deadline(msgspec.Struct):
    """What the dialogue gave its timer `ticket_overdue`."""

    ticket: str
    to: str
    asks: str = "answer"
    by: date | None = None


async def escalate_orphans(
    connection: AsyncConnection,
    timers: Sequence[bytes],
    now: datetime,
    unit_channels: tuple[str, ...],
) -> None:
    """Do for these timers what the dialogue would have done: mark the ticket, tell `to`."""
    deadlines = [msgspec.json.decode(one, type=_Deadline) for one in timers]
    if not deadlines:
        return
    on_sqlite = connection.dialect.name == "sqlite"
    names = as_list([one.ticket for one in deadlines], on_sqlite=on_sqlite)
    found = await connection.execute(_OPEN[on_sqlite], {"ids": names})
    status = {row.id: row.status for row in found}
    message = Numbered(number=0, received_at=now, body=ServiceEvent(name=DEADLINE_TIMER))
    place = Place(conversation_id=0, channel="", message=message, edition="")
    writes = Writes(now, unit_channels)
    for one in deadlines:
        # as in the dialogue: no preliminary answer where there has been an answer
        waiting = ("open",) if one.asks == "interim" else ("open", "answered")
        if status.get(one.ticket) in waiting:
            effect = EscalateTicket(ticket=one.ticket, to=one.to, asks=one.asks, by=one.by)
            carry_out(writes, place, effect, msgspec.json.encode(effect))
    await write(connection, writes)


_OPEN = {
    kind: sa.select(tickets.c.id, tickets.c.status).where(
        among(tickets.c.id, on_sqlite=kind), one_of(tickets.c.status, "open", "answered")
    )
    for kind in (True, False)
}
