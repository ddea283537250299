"""What an answer to a request for consent changes, in the transaction of the message itself.

A change counts only from the conversation that was asked, and only while the request is open
(or the consent holds). What then follows (history, the relative, the unit) follows from the
rows that were changed, so a doubled or late answer leads to nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.effects import ConsentNews
from dialogue.messages import ServiceEvent
from dialogue.store.consent_tables import consents
from dialogue.store.errors import ConsentGoneError
from dialogue.store.statements import insert_into, notify
from dialogue.store.tables import conversations, inbox, is_new, outbox, ticket_history, tickets
from dialogue.store.wake import INBOX
from dialogue.store.writes import ConsentChange, Writes, reference_number

BY_PERSON = frozenset({"given", "refused", "withdrawn", "closed"})
LOOK_AGAIN = timedelta(seconds=2)
ENDS_A_CONSENT = frozenset({"withdrawn", "ended"})


async def change_consents(connection: AsyncConnection, writes: Writes) -> None:
    """Carry out the changes of a batch, in their order."""
    for change in writes.consent_changes:
        await _lock_tickets(connection, change)
        for row in await _change(connection, change):
            await _follow(connection, writes, change, row)
    if writes.consent_changes:
        await notify(connection, INBOX, on_sqlite=connection.dialect.name == "sqlite")


def _meant(change: ConsentChange) -> list[sa.ColumnElement[bool]]:
    own = [consents.c.conversation_id == change.conversation_id]
    if change.consent is not None:
        own.append(consents.c.id == change.consent)
    if change.to == "given":  # in time by when it was received, not by when it is handled
        own += [consents.c.status == "asked", consents.c.answer_by >= change.at]
    elif change.to in ENDS_A_CONSENT:
        own.append(consents.c.status.in_(("given", "asked")))
    else:
        own.append(consents.c.status == "asked")
    return own


async def _lock_tickets(connection: AsyncConnection, change: ConsentChange) -> None:
    """The tickets first, as a unit does, so that the two never wait for each other."""
    its = sa.select(consents.c.ticket_id).where(*_meant(change))
    chosen = sa.select(tickets.c.id).where(tickets.c.id.in_(its)).order_by(tickets.c.id)
    await connection.execute(chosen.with_for_update())


async def _change(connection: AsyncConnection, change: ConsentChange) -> list[Any]:
    to: Any = change.to
    if to == "withdrawn":  # before it was given, to take it back is to say no
        to = sa.case((consents.c.status == "asked", "refused"), else_="withdrawn")
    values: dict[str, Any] = {
        "status": to,
        "changed_at": change.at,
        "changed_by": change.number,
    }
    if change.to == "given":
        values["given_at"] = change.at
    changed = await connection.execute(
        sa.update(consents)
        .where(*_meant(change))
        .values(**values)
        .returning(consents.c.id, consents.c.ticket_id, consents.c.status, consents.c.unit)
    )
    return list(changed.all())


async def _follow(
    connection: AsyncConnection, writes: Writes, change: ConsentChange, row: Any
) -> None:
    name = f"C{row.id}"
    entry = {
        "ticket_id": row.ticket_id,
        "kind": f"consent_{row.status}",
        "author": "asked person" if row.status in BY_PERSON else "service",
        "text": name,
        "happened_at": change.at,
    }
    await connection.execute(sa.insert(ticket_history).values(**entry))
    if row.status == "given" or row.status in ENDS_A_CONSENT:
        await tell_relative(connection, row.id, row.ticket_id, row.status, writes.now)
    news = ConsentNews(ticket=row.ticket_id, consent=name, status=row.status)
    told = sa.select(tickets.c.unit).where(tickets.c.id == row.ticket_id)
    unit = (await connection.execute(told)).scalar_one()
    letters = writes.unit_letters(unit, msgspec.json.encode(news), change.number)
    if letters:
        await connection.execute(sa.insert(outbox), letters)


async def tell_relative(
    connection: AsyncConnection, consent: int, ticket: str, status: str, now: datetime
) -> None:
    """The relative's conversation is told what may be said from now on, never why."""
    wanted = sa.select(tickets.c.conversation_id).where(
        tickets.c.id == ticket, tickets.c.wants_contact, ~tickets.c.anonymous
    )
    person = (await connection.execute(wanted)).scalar_one_or_none()
    if person is None:
        return
    may = "answer" if status == "given" else "general"
    data = {"ticket": ticket, "consent": f"C{consent}", "may": may}
    if status == "given":
        data["rests_on"] = f"C{consent}"
    event = ServiceEvent(name="consent_news", data=data)
    await waiting_message(connection, person, f"consent:{consent}:{status}", event, now)


async def waiting_message(
    connection: AsyncConnection, person: int, message_id: str, event: ServiceEvent, now: datetime
) -> None:
    """An event for a conversation, once however often it is told."""
    channel = sa.select(conversations.c.channel).where(conversations.c.id == person)
    row = {
        "conversation_id": person,
        "channel": (await connection.execute(channel)).scalar_one(),
        "message_id": message_id,
        "body": msgspec.json.encode(event),
        "received_at": now,
    }
    insert = insert_into(inbox, on_sqlite=connection.dialect.name == "sqlite")
    await connection.execute(insert.on_conflict_do_nothing(), [row])


async def demand_holding(
    connection: AsyncConnection, ticket: str, consent: str, now: datetime
) -> None:
    """Raise ConsentGoneError unless that consent holds; it can't be taken back until commit."""
    its = sa.and_(
        consents.c.id == reference_number("C", consent),
        consents.c.ticket_id == ticket,
        consents.c.status == "given",
        consents.c.valid_until >= now,
    )
    found = await connection.execute(sa.select(consents.c.id).where(its).with_for_update())
    if found.first() is None:
        raise ConsentGoneError(ticket, consent)


async def drop_groundless(
    connection: AsyncConnection, claimed: list[Any], now: datetime
) -> set[int]:
    """Of what is claimed for sending, what may not go now because of the consent it rests on.

    An answer needs a consent that is given and valid, a request one that is still open: else
    it is dropped. While something that the asked person has written is not handled yet, an
    answer waits, for that may be the withdrawal.
    """
    resting = [row for row in claimed if row.rests_on is not None]
    if not resting:
        return set()
    unheard = sa.exists().where(inbox.c.conversation_id == consents.c.conversation_id, is_new)
    chosen = sa.select(consents, unheard.label("unheard"))
    its = chosen.where(consents.c.id.in_({row.rests_on for row in resting}))
    rows = await connection.execute(its.with_for_update(read=True, of=consents))
    found = {row.id: row for row in rows.all()}
    dropped = {row.id for row in resting if not _may_go(row, found.get(row.rests_on), now)}
    waiting = {
        row.id
        for row in resting
        if row.id not in dropped
        and row.purpose != "consent_request"
        and found[row.rests_on].unheard
    }
    if waiting:
        again = {"status": "queued", "next_attempt_at": now + LOOK_AGAIN, "leased_until": None}
        again["attempts"] = outbox.c.attempts - 1
        await connection.execute(sa.update(outbox).where(outbox.c.id.in_(waiting)).values(**again))
    if dropped:
        await _drop(connection, [row for row in resting if row.id in dropped], found, now)
    return dropped | waiting


async def _drop(
    connection: AsyncConnection, rows: list[Any], found: dict[int, Any], now: datetime
) -> None:
    """Cancel them; the unit sees it in the history."""
    numbers = [row.id for row in rows]
    gone = {"status": "cancelled", "error_code": "consent_gone", "body": b"", "leased_until": None}
    await connection.execute(sa.update(outbox).where(outbox.c.id.in_(numbers)).values(**gone))
    answers = {row.rests_on for row in rows if row.purpose != "consent_request"}
    notes = [
        {
            "ticket_id": found[number].ticket_id,
            "kind": "held_back",
            "author": "service",
            "text": f"C{number}",
            "happened_at": now,
        }
        for number in sorted(answers & set(found))
    ]
    if notes:
        await connection.execute(sa.insert(ticket_history), notes)


def _may_go(row: Any, consent: Any, now: datetime) -> bool:
    if consent is None:
        return False
    if row.purpose == "consent_request":
        return bool(consent.status == "asked" and consent.answer_by >= now)
    return bool(consent.status == "given" and consent.valid_until >= now)
