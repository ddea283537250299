"""Encounters: a unit tells that it met somebody, and a rating request is set for later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.conversations import find_or_begin, lock_person
from dialogue.store.engine import Database
from dialogue.store.statements import insert_into
from dialogue.store.tables import encounters, timers
from dialogue.store.vault import Vault
from dialogue.store.writes import encounter_reference


class Encounter(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting with a service. `key` is the unit's own reference, to tell it once only."""

    unit: str
    service: str | None
    channel: str
    address: str
    met_at: datetime
    standard: str | None = None
    key: str | None = None


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """An encounter that is registered. `ask_at` is None when the person will not be asked.

    `why` then says: `rules` (the decision table «rating»), `opted_out`, `blocked`, `recent`
    (asked in the quarantine period).
    """

    id: str
    new: bool
    ask_at: datetime | None
    why: str | None = None


async def register_encounter(
    database: Database,
    vault: Vault,
    encounter: Encounter,
    ask_at: datetime | None,
    now: datetime,
    quarantine: timedelta | None = None,
) -> Registered:
    """Register an encounter and the timer of its rating request.

    The same unit and key again gives what was registered first. With `quarantine`,
    nobody is asked who was asked, or is about to be, within that time of `ask_at`. None: the
    rules say not to ask.
    """
    who = (encounter.channel, encounter.address)
    async with database.write() as connection:
        known = await _find(connection, encounter)
        if known is not None:
            return known
        found = await find_or_begin(connection, database, vault, [who], now, encounter.standard)
        conversation_id = found[who]
        why: str | None = "rules"
        if ask_at is not None:
            why = await _why_not(connection, conversation_id, ask_at, quarantine)
        row = {
            "conversation_id": conversation_id,
            "unit": encounter.unit,
            "service": encounter.service,
            "key": encounter.key,
            "met_at": encounter.met_at,
            "ask_at": None if why else ask_at,
            "created_at": now,
        }
        insert = insert_into(encounters, on_sqlite=database.sqlite).on_conflict_do_nothing()
        number = (
            await connection.execute(insert.values(**row).returning(encounters.c.id))
        ).scalar_one_or_none()
        if number is None:  # another process told of it this very moment
            known = await _find(connection, encounter)
            assert known is not None
            return known
        if why is None and ask_at is not None:
            timer = _timer(conversation_id, number, encounter, ask_at)
            await connection.execute(sa.insert(timers), timer)
        return Registered(
            id=encounter_reference(number), new=True, ask_at=None if why else ask_at, why=why
        )


async def _find(connection: AsyncConnection, encounter: Encounter) -> Registered | None:
    if encounter.key is None:
        return None
    same = sa.and_(encounters.c.unit == encounter.unit, encounters.c.key == encounter.key)
    row = (
        await connection.execute(sa.select(encounters.c.id, encounters.c.ask_at).where(same))
    ).first()
    if row is None:
        return None
    return Registered(id=encounter_reference(row.id), new=False, ask_at=row.ask_at)


async def _why_not(
    connection: AsyncConnection,
    conversation_id: int,
    ask_at: datetime,
    quarantine: timedelta | None,
) -> str | None:
    person = await lock_person(connection, conversation_id)
    if person.opted_out:
        return "opted_out"
    if person.blocked_reason is not None:
        return "blocked"
    if quarantine is None:
        return None
    near = sa.func.coalesce(
        encounters.c.asked_at, encounters.c.ask_at, type_=encounters.c.met_at.type
    )
    recent = await connection.execute(
        sa.select(encounters.c.id)
        .where(
            encounters.c.conversation_id == conversation_id,
            near > ask_at - quarantine,
            near < ask_at + quarantine,
        )
        .limit(1)
    )
    return "recent" if recent.first() is not None else None


def _timer(
    conversation_id: int, number: int, encounter: Encounter, ask_at: datetime
) -> dict[str, Any]:
    reference = encounter_reference(number)
    data = {
        "encounter": reference,
        "unit": encounter.unit,
        "service": encounter.service,
        "met_at": encounter.met_at.isoformat(),
    }
    return {
        "conversation_id": conversation_id,
        "key": f"rating_request:{reference}",
        "name": "rating_request",
        "data": msgspec.json.encode(data),
        "due_at": ask_at,
    }
