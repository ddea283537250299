"""The statements that write a batch, each kind of row in one. Order matters and is told here."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store import batch_statements as statement
from dialogue.store.consent_changes import change_consents
from dialogue.store.statements import as_list, notify
from dialogue.store.tables import outbox, tickets, unanswered
from dialogue.store.wake import OUTBOX
from dialogue.store.writes import Row, Writes


class ClaimLostError(Exception):
    """A message was handled by somebody else meanwhile; this batch leaves nothing behind."""


async def write(connection: AsyncConnection, writes: Writes) -> None:
    """Write a batch within the connection's transaction."""
    on_sqlite = connection.dialect.name == "sqlite"
    await _finish_messages(connection, writes, on_sqlite=on_sqlite)
    await _write_silences(connection, writes, on_sqlite=on_sqlite)  # before new rows come
    await _write_conversations(connection, writes, on_sqlite=on_sqlite)
    await _many(connection, sa.insert(tickets), writes.tickets)
    await _change_tickets(connection, writes)
    await change_consents(connection, writes)
    await _many(connection, sa.insert(outbox), writes.outbox)
    await _many(connection, statement.LETTERS, writes.letters)
    await _write_ratings(connection, writes)
    await _write_timers(connection, writes, on_sqlite=on_sqlite)
    await _many(connection, sa.insert(unanswered), writes.unanswered)
    await _many(connection, statement.CHOSEN, writes.chosen)
    await _many(connection, statement.REPLACED, writes.replaced)
    if writes.forgotten:
        await _forget(connection, writes, on_sqlite=on_sqlite)
    if writes.outbox or writes.letters:
        await notify(connection, OUTBOX, on_sqlite=on_sqlite)


async def _many(connection: AsyncConnection, command: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        await connection.execute(command, rows)


async def _finish_messages(connection: AsyncConnection, writes: Writes, *, on_sqlite: bool) -> None:
    for edition, numbers in writes.done.items():
        finished = await connection.execute(
            statement.DONE[on_sqlite],
            {
                "ids": as_list(numbers, on_sqlite=on_sqlite),
                "now": writes.now,
                "the_edition": edition,
            },
        )
        if finished.rowcount != len(numbers):
            raise ClaimLostError
    for row in writes.dead:
        finished = await connection.execute(statement.DEAD, row)
        if finished.rowcount != 1:
            raise ClaimLostError


async def _write_conversations(
    connection: AsyncConnection, writes: Writes, *, on_sqlite: bool
) -> None:
    await _many(connection, statement.STATE, list(writes.states.values()))
    for value in (True, False):
        chosen = [one for one, opted_out in writes.opted_out.items() if opted_out is value]
        if chosen:
            parameters = {"ids": as_list(chosen, on_sqlite=on_sqlite), "value": value}
            await connection.execute(statement.OPTED_OUT[on_sqlite], parameters)
    if writes.unblocked:
        ids = as_list(writes.unblocked, on_sqlite=on_sqlite)
        await connection.execute(statement.UNBLOCK[on_sqlite], {"ids": ids})


async def _write_silences(connection: AsyncConnection, writes: Writes, *, on_sqlite: bool) -> None:
    if writes.silenced:
        ids = {"ids": as_list(writes.silenced, on_sqlite=on_sqlite)}
        await connection.execute(statement.DROP_QUEUED[on_sqlite], ids)
        await connection.execute(statement.DROP_RATING_TIMERS[on_sqlite], ids)


async def _change_tickets(connection: AsyncConnection, writes: Writes) -> None:
    if not writes.ticket_changes:
        return
    escalated = [row for row in writes.ticket_changes if row["the_kind"] == "escalated"]
    own = [row for row in writes.ticket_changes if row["the_kind"] != "escalated"]
    withdrawn = [row for row in own if row["the_kind"] == "withdrawn"]
    await _many(connection, statement.HISTORY, own)
    keys: tuple[str, ...] = ("the_ticket", "the_conversation", "the_time")
    await _many(connection, statement.WITHDRAW, _only(withdrawn, keys))
    keys = ("the_ticket", "the_kind", "the_author", "the_text", "the_time")
    await _many(connection, statement.ESCALATION_HISTORY, _only(escalated, keys))
    await _many(connection, statement.OVERDUE, writes.overdue)


def _only(rows: list[Row], keys: tuple[str, ...]) -> list[Row]:
    return [{key: row[key] for key in keys} for row in rows]


async def _write_ratings(connection: AsyncConnection, writes: Writes) -> None:
    await _many(connection, statement.ASKED, writes.asked)
    await _many(connection, statement.RATING, writes.ratings)
    answered = [row for row in writes.ratings if row["the_encounter"] is not None]
    keys = ("the_encounter", "the_conversation", "rated_at")
    answers = [row | {"answered_at": row.pop("rated_at")} for row in _only(answered, keys)]
    await _many(connection, statement.ANSWERED, answers)
    await _many(connection, statement.DECLINED, writes.declines)
    await _many(connection, statement.COMMENTED, writes.comments)


async def _write_timers(connection: AsyncConnection, writes: Writes, *, on_sqlite: bool) -> None:
    cancelled = [
        {"the_conversation": owner, "the_key": key}
        for (owner, key), timer in writes.timers.items()
        if timer is None
    ]
    await _many(connection, statement.CANCEL_TIMER, cancelled)
    rows = [timer for timer in writes.timers.values() if timer is not None]
    await _many(connection, statement.SET_TIMER[on_sqlite], rows)


async def _forget(connection: AsyncConnection, writes: Writes, *, on_sqlite: bool) -> None:
    parameters = {"ids": as_list(writes.forgotten, on_sqlite=on_sqlite), "now": writes.now}
    for command in statement.FORGET[on_sqlite]:
        await connection.execute(command, parameters)
