"""Tickets as the units see them: listed and read. No address is ever in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.effects import RuleReference
from dialogue.store.consent_tables import Consent, consent_of, consents
from dialogue.store.engine import Database
from dialogue.store.errors import AlreadyClosedError, NotFoundError
from dialogue.store.inbox import storable
from dialogue.store.tables import conversations, ticket_history, tickets


class HistoryEntry(msgspec.Struct, frozen=True):
    """What happened with a ticket. `author` is "person", "service", or who did it at the unit."""

    # opened | added | withdrawn | replied | archived (the text is the case's number there) |
    # closed | escalated | handed_over | held_back, consent_ and the status of a request for consent
    kind: str
    author: str
    text: str | None
    happened_at: datetime


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket. `reachable`: whether a reply has somebody to go to."""

    id: str
    unit: str
    kind: str
    service: str | None
    text: str
    standard: str
    due_at: datetime | None
    visibility: str
    acknowledgement: str
    escalation: str
    recused: tuple[str, ...]
    rules: tuple[RuleReference, ...]
    facts: dict[str, Any]
    wants_contact: bool
    anonymous: bool
    edition: str
    status: str  # open | answered | closed | withdrawn
    opened_at: datetime
    first_answer_at: datetime | None
    closed_at: datetime | None
    overdue_at: datetime | None
    number: int  # of the message that opened it; for `before` in a list
    reachable: bool
    channel: str | None
    archive_reference: str | None = None  # the case's number in the archive; with the history
    history: tuple[HistoryEntry, ...] = ()
    consents: tuple[Consent, ...] = ()  # asked for, the newest first; with the history only


async def list_tickets(
    database: Database,
    *,
    unit: str | None = None,
    status: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[Ticket]:
    """The newest tickets first, without history; `before` is the `number` to go on from."""
    chosen = _tickets().order_by(tickets.c.sequence.desc(), tickets.c.id.desc()).limit(limit)
    if unit is not None:
        chosen = chosen.where(tickets.c.unit == unit)
    if status is not None:
        chosen = chosen.where(tickets.c.status == status)
    if before is not None:
        chosen = chosen.where(tickets.c.sequence < before)
    async with database.read() as connection:
        return [_ticket(row, ()) for row in (await connection.execute(chosen)).mappings()]


async def get_ticket(database: Database, identifier: str, unit: str | None = None) -> Ticket:
    """A ticket and its history. With `unit`, another unit's ticket is not found either."""
    async with database.read() as connection:
        chosen = _tickets().where(tickets.c.id == identifier)
        if unit is not None:
            chosen = chosen.where(tickets.c.unit == unit)
        row = (await connection.execute(chosen)).mappings().first()
        if row is None:
            raise NotFoundError("ticket", identifier)
        entries = await connection.execute(_HISTORY, {"the_ticket": identifier})
        history = tuple(HistoryEntry(*entry) for entry in entries)
        asked = (await connection.execute(_CONSENTS, {"the_ticket": identifier})).mappings()
        return _ticket(row, history, tuple(consent_of(each) for each in asked))


def _tickets() -> sa.Select[Any]:
    return sa.select(tickets, conversations.c.channel).outerjoin(
        conversations, conversations.c.id == tickets.c.conversation_id
    )


async def lock_ticket(connection: AsyncConnection, identifier: str) -> Any:
    chosen = _tickets().where(tickets.c.id == identifier).with_for_update(of=tickets)
    row = (await connection.execute(chosen)).first()
    if row is None:
        raise NotFoundError("ticket", identifier)
    return row


async def is_done(connection: AsyncConnection, identifier: str, key: str | None) -> bool:
    if key is None:
        return False
    same = sa.and_(ticket_history.c.ticket_id == identifier, ticket_history.c.key == key)
    found = await connection.execute(sa.select(ticket_history.c.id).where(same))
    return found.first() is not None


async def note_history(
    connection: AsyncConnection,
    identifier: str,
    kind: str,
    author: str,
    text: str | None,
    key: str | None,
    now: datetime,
) -> int:
    inserted = await connection.execute(
        sa.insert(ticket_history).values(
            ticket_id=identifier,
            kind=kind,
            author=storable(author),
            text=text,
            key=key,
            happened_at=now,
        )
    )
    primary_key: Any = inserted.inserted_primary_key
    return int(primary_key[0])


def refuse_closed(row: Any) -> None:
    if row.status in {"closed", "withdrawn"}:
        raise AlreadyClosedError(row.id, row.status)


def _ticket(row: Any, history: tuple[HistoryEntry, ...], asked: tuple[Consent, ...] = ()) -> Ticket:
    values = {name: row[name] for name in _PLAIN}
    return Ticket(
        **values,
        recused=msgspec.json.decode(row["recused"], type=tuple[str, ...]),
        rules=msgspec.json.decode(row["rules"], type=tuple[RuleReference, ...]),
        facts=msgspec.json.decode(row["facts"]),
        number=row["sequence"],
        reachable=bool(row["conversation_id"] and row["wants_contact"] and not row["anonymous"]),
        channel=row["channel"],
        archive_reference=next((e.text for e in reversed(history) if e.kind == "archived"), None),
        history=history,
        consents=asked,
    )


_COMPUTED = {"recused", "rules", "facts", "number", "reachable", "channel"}
_COMPUTED |= {"archive_reference", "history", "consents"}  # with the history only
_PLAIN = [name for name in Ticket.__struct_fields__ if name not in _COMPUTED]
_CONSENTS = (
    sa.select(consents)
    .where(consents.c.ticket_id == sa.bindparam("the_ticket"))
    .order_by(consents.c.id.desc())
)
_HISTORY = (
    sa.select(
        ticket_history.c.kind,
        ticket_history.c.author,
        ticket_history.c.text,
        ticket_history.c.happened_at,
    )
    .where(ticket_history.c.ticket_id == sa.bindparam("the_ticket"))
    .order_by(ticket_history.c.id)
)
