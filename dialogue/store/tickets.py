"""Tickets as the units see them: listed, read, answered, closed. No address is ever in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.effects import RuleReference
from dialogue.messages import ServiceEvent
from dialogue.store.consent_changes import demand_holding
from dialogue.store.consent_tables import Consent, consent_of, consents
from dialogue.store.engine import Database
from dialogue.store.errors import AlreadyClosedError, NoConversationError, NotFoundError
from dialogue.store.inbox import storable
from dialogue.store.statements import insert_into, notify
from dialogue.store.tables import conversations, inbox, ticket_history, tickets
from dialogue.store.wake import INBOX, Wake
from intents.sensitive import mask


class HistoryEntry(msgspec.Struct, frozen=True):
    """What happened with a ticket. `author` is "person", "service", or who did it at the unit."""

    # opened | added | withdrawn | replied | closed | escalated | handed_over | held_back,
    # consent_ and the status of a request for consent
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


class Answering:
    """How a unit answers and closes. Asking twice with the same `key` does it once."""

    def __init__(self, database: Database, wake: Wake) -> None:
        self._database = database
        self._wake = wake

    async def reply(
        self,
        identifier: str,
        text: str,
        author: str,
        now: datetime,
        key: str | None = None,
        rests_on: str | None = None,
    ) -> bool:
        """Send a unit's answer to the person; False when that `key` has done so before.

        `rests_on` is the consent that lets it go out: it must hold now, and still when the
        answer is sent. Raises NotFoundError, AlreadyClosedError, NoConversationError,
        ConsentGoneError.
        """
        cleaned = mask(storable(text))
        async with self._database.write() as connection:
            row = await lock_ticket(connection, identifier)
            if await is_done(connection, identifier, key):
                return False
            refuse_closed(row)
            if row.conversation_id is None or not row.wants_contact or row.anonymous:
                raise NoConversationError(identifier, _why(row))
            if rests_on is not None:
                await demand_holding(connection, identifier, rests_on, now)
            entry = await note_history(connection, identifier, "replied", author, cleaned, key, now)
            await connection.execute(
                sa.update(tickets)
                .where(tickets.c.id == identifier)
                .values(
                    status="answered",
                    first_answer_at=sa.func.coalesce(tickets.c.first_answer_at, now),
                )
            )
            await self._tell(connection, row, "ticket_reply", cleaned, entry, now, rests_on)
        self._wake.signal(INBOX)
        return True

    async def close(
        self,
        identifier: str,
        text: str | None,
        author: str,
        now: datetime,
        key: str | None = None,
        rests_on: str | None = None,
    ) -> bool:
        """Close a ticket, and tell the person if one can be told.

        False when that `key` has done so before. Raises NotFoundError, AlreadyClosedError,
        ConsentGoneError.
        """
        cleaned = None if text is None else mask(storable(text))
        async with self._database.write() as connection:
            row = await lock_ticket(connection, identifier)
            if await is_done(connection, identifier, key):
                return False
            refuse_closed(row)
            if rests_on is not None:
                await demand_holding(connection, identifier, rests_on, now)
            entry = await note_history(connection, identifier, "closed", author, cleaned, key, now)
            await connection.execute(
                sa.update(tickets)
                .where(tickets.c.id == identifier)
                .values(
                    status="closed",
                    closed_at=now,
                    first_answer_at=sa.func.coalesce(tickets.c.first_answer_at, now),
                )
            )
            if row.conversation_id is not None and row.wants_contact and not row.anonymous:
                await self._tell(
                    connection, row, "ticket_closed", cleaned or "", entry, now, rests_on
                )
        self._wake.signal(INBOX)
        return True

    async def _tell(
        self,
        connection: AsyncConnection,
        row: Any,
        name: str,
        text: str,
        entry: int,
        now: datetime,
        rests_on: str | None,
    ) -> None:
        data = {"ticket": row.id, "unit": row.unit, "text": text}
        data |= {} if rests_on is None else {"rests_on": rests_on}
        event = ServiceEvent(name=name, data=data)
        insert = insert_into(inbox, on_sqlite=self._database.sqlite).on_conflict_do_nothing()
        message = {
            "conversation_id": row.conversation_id,
            "channel": row.channel,
            "message_id": f"ticket:{entry}",
            "body": msgspec.json.encode(event),
            "received_at": now,
        }
        await connection.execute(insert, [message])
        await notify(connection, INBOX, on_sqlite=self._database.sqlite)


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


def _why(row: Any) -> str:
    if row.anonymous:
        return "the person is anonymous"
    if not row.wants_contact:
        return "the person does not want to be contacted"
    return "the person has been forgotten"


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
        history=history,
        consents=asked,
    )


_COMPUTED = {"recused", "rules", "facts", "number", "reachable", "channel", "history", "consents"}
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
