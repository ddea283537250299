"""Claiming: which conversations are worked on next, and their waiting messages.

A claim is a row lock on the conversation (PostgreSQL), held until the batch commits: a
worker that dies gives it back at once. SQLite has one worker, so nothing is locked.
Fair: conversations in the order of their oldest waiting message, the first message of
each before the second of any, and no more than a few of one in a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.statements import among, as_list
from dialogue.store.tables import conversations, inbox, is_new

LOOK_AHEAD = 8  # so many workers find unclaimed conversations in one look
MOST_OF_ONE = 8  # messages of one conversation in a batch
# After ANALYZE SQLite would take the index of all messages of a conversation, old ones too,
# were it not told; SQLAlchemy has no word for it.
_PLACED_ON_SQLITE = """
SELECT id, row_number() OVER (PARTITION BY conversation_id ORDER BY id) AS place
  FROM inbox INDEXED BY ix_inbox_waiting
 WHERE status = 'new' AND conversation_id IN (SELECT value FROM json_each(:ids))
"""


class Waiting(msgspec.Struct, frozen=True):
    """A message as it lies in the inbox."""

    number: int
    body: bytes
    received_at: datetime


class Claimed(msgspec.Struct):
    """A conversation and what waits in it, in order."""

    id: int
    channel: str
    standard: str | None
    state: bytes | None
    opted_out: bool
    blocked: bool
    forgetting: bool
    messages: list[Waiting] = []


async def claim(
    connection: AsyncConnection, limit: int, only: Sequence[int] | None = None
) -> list[Claimed]:
    """Claim at most `limit` waiting messages, of the conversations `only` if given."""
    on_sqlite = connection.dialect.name == "sqlite"
    parameters: dict[str, Any] = {"most": limit}
    if only is not None:
        parameters["ids"] = as_list(only, on_sqlite=on_sqlite)
    rows: Any = await connection.execute(_CONVERSATIONS[on_sqlite, only is not None], parameters)
    claimed = {row.id: Claimed(*row) for row in rows}
    if not claimed:
        return []
    messages = await connection.execute(
        _MESSAGES[on_sqlite],
        {"ids": as_list(list(claimed), on_sqlite=on_sqlite), "most": limit},
    )
    for conversation_id, _place, *message in messages:
        claimed[conversation_id].messages.append(Waiting(*message))
    for one in claimed.values():
        one.messages.sort(key=lambda message: message.number)
    return [one for one in claimed.values() if one.messages]


def _select_conversations(*, on_sqlite: bool, chosen: bool) -> sa.Select[Any]:
    most = sa.bindparam("most", type_=sa.Integer)
    oldest = (
        sa.select(inbox.c.conversation_id, sa.func.min(inbox.c.id).label("first"))
        .where(is_new)
        .group_by(inbox.c.conversation_id)
        .order_by(sa.text("first"))
        .limit(most if on_sqlite else most * LOOK_AHEAD)
    )
    if chosen:
        oldest = oldest.where(among(inbox.c.conversation_id, on_sqlite=on_sqlite))
    waiting = oldest.subquery("waiting")
    column = conversations.c
    statement = (
        sa.select(
            column.id,
            column.channel,
            column.standard,
            column.state,
            column.opted_out,
            column.blocked_reason.is_not(None),
            column.forget_requested_at.is_not(None),
        )
        .join(waiting, waiting.c.conversation_id == column.id)
        .order_by(waiting.c.first)
        .limit(most)
    )
    # NO KEY: intake may add messages to a conversation that is being worked on
    return statement.with_for_update(of=conversations, skip_locked=True, key_share=True)


def _placed() -> sa.Subquery:
    place = sa.func.row_number().over(partition_by=inbox.c.conversation_id, order_by=inbox.c.id)
    chosen = sa.select(inbox.c.id, place.label("place"))
    return chosen.where(is_new, among(inbox.c.conversation_id, on_sqlite=False)).subquery("placed")


def _placed_on_sqlite() -> sa.Subquery:
    chosen = sa.text(_PLACED_ON_SQLITE).bindparams(sa.bindparam("ids", type_=sa.Text))
    return chosen.columns(id=inbox.c.id.type, place=sa.Integer).subquery("placed")


def _select_messages(*, on_sqlite: bool) -> sa.Select[Any]:
    placed = _placed_on_sqlite() if on_sqlite else _placed()
    column = inbox.c
    return (
        sa.select(
            column.conversation_id, placed.c.place, column.id, column.body, column.received_at
        )
        .join(placed, placed.c.id == column.id)
        .where(placed.c.place <= MOST_OF_ONE)
        .order_by(placed.c.place, column.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


_CONVERSATIONS = {
    (on_sqlite, chosen): _select_conversations(on_sqlite=on_sqlite, chosen=chosen)
    for on_sqlite in (True, False)
    for chosen in (True, False)
}
_MESSAGES = {on_sqlite: _select_messages(on_sqlite=on_sqlite) for on_sqlite in (True, False)}
