"""What is kept only for a time: people's words, links to people, and people who are gone.

Tickets stay, as the archive law wants; so do ratings' values, the editions that decided,
and how many questions went unanswered, when and why, and that a consent was given and when it
ended. Words are found by the numbers of
their rows, which come in the order of time: a note in `meta` says how far it has been
done, so that old rows are not looked at again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.consent_tables import consents
from dialogue.store.engine import Database
from dialogue.store.statements import among, as_list, insert_into
from dialogue.store.tables import (
    conversations,
    encounters,
    inbox,
    meta,
    outbox,
    ratings,
    tickets,
    timers,
    unanswered,
)
from dialogue.store.utc_time import UtcTime

WORDS_FOR = timedelta(days=90)
RATINGS_LINKED_FOR = timedelta(days=30)
AT_ONCE = 1_000  # rows in a transaction
IN_A_LOOK = 10_000  # people looked at in one statement, so that it is short however many there are
_KINDS = (True, False)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """For how long words are kept, and ratings linked to the person who gave them."""

    words: timedelta = WORDS_FOR
    ratings_linked: timedelta = RATINGS_LINKED_FOR


async def keep_no_longer(database: Database, now: datetime, kept: Kept) -> int:
    """Delete a portion of what has had its time; how much. 0: all is done."""
    words, linked = now - kept.words, now - kept.ratings_linked
    done = await _wipe_words(database, inbox, inbox.c.received_at, words)
    done += await _wipe_words(database, outbox, outbox.c.created_at, words)
    times = {"words": words, "linked": linked}
    for name in _DUE:
        if name in _OF_PEOPLE:
            done += await _run_in_slices(database, name, times)
        elif await _is_due(database, name, times):
            done += await _run(database, name, times)
    return done


async def _run_in_slices(database: Database, name: str, times: dict[str, Any]) -> int:
    """The first people that are due, found by their numbers: no statement reads them all."""
    async with database.read() as connection:
        last = (await connection.execute(sa.select(sa.func.max(conversations.c.id)))).scalar_one()
    for after in range(0, last or 0, IN_A_LOOK):
        among_these = times | {"after": after, "until": after + IN_A_LOOK}
        if await _is_due(database, name, among_these):
            return await _run(database, name, among_these)
    return 0


async def _is_due(database: Database, name: str, parameters: dict[str, Any]) -> bool:
    async with database.read() as connection:
        first = await connection.execute(_DUE[name].limit(1), parameters)
        return first.first() is not None


async def _wipe_words(
    database: Database, table: sa.Table, came_at: sa.Column[Any], until: datetime
) -> int:
    """Empty the bodies of the next rows that are older, up to one that is still under way."""
    name = f"words_kept_after:{table.name}"
    async with database.read() as connection:
        mark = await _mark(connection, name)
        chosen = sa.select(table.c.id, table.c.status, came_at.label("came_at"))
        following = chosen.where(table.c.id > mark).order_by(table.c.id).limit(AT_ONCE)
        found = (await connection.execute(following)).all()
    old: list[int] = []
    for row in found:
        if row.came_at >= until or row.status in ("new", "queued", "sending"):
            break
        old.append(row.id)
    if not old:
        return 0
    ids = {"ids": as_list(old, on_sqlite=database.sqlite)}
    async with database.write() as connection:
        await connection.execute(_WIPED[table.name, database.sqlite], ids)
        await _set_mark(connection, name, old[-1], on_sqlite=database.sqlite)
    return len(old)


async def _mark(connection: AsyncConnection, name: str) -> int:
    found = await connection.execute(sa.select(meta.c.value).where(meta.c.key == name))
    return int(found.scalar_one_or_none() or 0)


async def _set_mark(
    connection: AsyncConnection, name: str, number: int, *, on_sqlite: bool
) -> None:
    insert = insert_into(meta, on_sqlite=on_sqlite)
    change = insert.on_conflict_do_update(
        index_elements=["key"], set_={"value": insert.excluded.value}
    )
    await connection.execute(change, [{"key": name, "value": str(number)}])


async def _run(database: Database, name: str, parameters: dict[str, Any]) -> int:
    """One kind of row: those that are due are locked, looked at again, and changed."""
    async with database.write() as connection:
        locked = _DUE[name].limit(AT_ONCE).with_for_update(skip_locked=True)
        numbers = [row.id for row in await connection.execute(locked, parameters)]
        if numbers:
            ids = as_list(numbers, on_sqlite=database.sqlite)
            await connection.execute(_CHANGE[name, database.sqlite], {"ids": ids})
    return len(numbers)


def _gone() -> sa.ColumnElement[bool]:
    """Nothing is under way with this conversation: it may be deleted, with all its rows."""
    column = conversations.c

    def some(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(table.c.conversation_id == column.id, *conditions)

    return sa.and_(
        ~some(inbox, inbox.c.status == "new"),
        ~some(outbox, outbox.c.status.in_(("queued", "sending"))),
        ~some(tickets, tickets.c.status.in_(("open", "answered"))),
        ~some(timers),
        ~some(consents, consents.c.status.in_(("asked", "given"))),
    )


def _due() -> dict[str, sa.Select[Any]]:
    words = sa.bindparam("words", type_=UtcTime)
    linked = sa.bindparam("linked", type_=UtcTime)
    column = conversations.c
    number = (
        sa.bindparam("after", type_=column.id.type),
        sa.bindparam("until", type_=column.id.type),
    )
    quiet = sa.and_(column.id > number[0], column.id <= number[1], column.updated_at < words)
    said_stop = sa.or_(column.opted_out, column.blocked_reason.is_not(None))
    return {
        "ratings": sa.select(ratings.c.id).where(
            ratings.c.conversation_id.is_not(None), ratings.c.rated_at < linked
        ),
        "encounters": sa.select(encounters.c.id).where(
            encounters.c.conversation_id.is_not(None),
            sa.func.coalesce(encounters.c.asked_at, encounters.c.ask_at, encounters.c.met_at)
            < linked,
        ),
        "comments": sa.select(ratings.c.id).where(
            ratings.c.comment.is_not(None), ratings.c.rated_at < words
        ),
        "unanswered": sa.select(unanswered.c.id).where(
            sa.text("text <> ''"), unanswered.c.noted_at < words
        ),
        "consents": sa.select(consents.c.id).where(
            sa.or_(consents.c.conversation_id.is_not(None), consents.c.relative != ""),
            sa.case(
                (consents.c.status.in_(("asked", "given")), consents.c.valid_until),
                else_=consents.c.changed_at,
            )
            < words,
        ),
        "gone": sa.select(column.id).where(quiet, ~said_stop, _gone()),
        "silent": sa.select(column.id).where(quiet, said_stop, column.state.is_not(None), _gone()),
    }


def _changes() -> dict[tuple[str, bool], Any]:
    unlinked = {"conversation_id": None}
    changes: dict[tuple[str, bool], Any] = {}
    for kind in _KINDS:
        changes |= {
            ("ratings", kind): sa.update(ratings).values(**unlinked),
            ("encounters", kind): sa.update(encounters).values(**unlinked),
            ("comments", kind): sa.update(ratings).values(comment=None),
            ("unanswered", kind): sa.update(unanswered).values(text="", **unlinked),
            ("consents", kind): sa.update(consents).values(relative="", **unlinked),
            ("gone", kind): sa.delete(conversations),
            ("silent", kind): sa.update(conversations).values(state=None),  # STOPP stays known
        }
    return {
        key: change.where(among(change.table.c.id, on_sqlite=key[1]))
        for key, change in changes.items()
    }


_DUE = _due()
_OF_PEOPLE = frozenset({"gone", "silent"})
_CHANGE = _changes()
_in_doubt = sa.case((outbox.c.status == "in_doubt", "expired"), else_=outbox.c.status)
_AFTERWARDS = {  # without its words a message can be neither handled again nor asked about
    inbox.name: sa.literal("done"),
    outbox.name: _in_doubt,
}
_WIPED = {
    (table.name, kind): sa.update(table)
    .where(among(table.c.id, on_sqlite=kind), table.c.body != b"")
    .values(body=b"", status=_AFTERWARDS[table.name])
    for kind in _KINDS
    for table in (inbox, outbox)
}
