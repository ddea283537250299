"""Claiming: which conversations are worked on next, and their waiting messages.

A claim is a row lock on the conversation (PostgreSQL), held until the batch commits: a
worker that dies gives it back at once. SQLite has one worker, so nothing is locked; what
another batch of it has under way is told and left out.
Fair: conversations in the order of their oldest waiting message, the first message of
each before the second of any, and no more than a few of one in a batch.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.statements import among, as_list
from dialogue.store.tables import conversations, inbox, is_new
from dialogue.store.verdicts import Claimed, Waiting

Which = Literal["any", "chosen", "others"]  # conversations
LOOK_AHEAD = 8  # so many workers find unclaimed conversations in one look
MOST_OF_ONE = 8  # messages of one conversation in a batch
# After ANALYZE SQLite would take the index of all messages of a conversation, old ones too,
# were it not told; SQLAlchemy has no word for it.
_PLACED_ON_SQLITE = """
SELECT id, row_number() OVER (PARTITION BY conversation_id ORDER BY id) AS place
  FROM inbox INDEXED BY ix_inbox_waiting
 WHERE status = 'new' AND conversation_id IN (SELECT value FROM json_each(:ids))
"""


async def claim(
    connection: AsyncConnection,
    limit: int,
    only: Sequence[int] | None = None,
    under_way: Collection[int] = (),
) -> list[Claimed]:
    """Claim at most `limit` waiting messages, of the conversations `only` if given.

    `under_way`: on SQLite, the conversations of batches that are not committed.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    parameters: dict[str, Any] = {"most": limit}
    which: Which = "any"
    if only is not None:
        which, parameters["ids"] = "chosen", as_list(only, on_sqlite=on_sqlite)
    elif under_way:
        which, parameters["ids"] = "others", as_list(list(under_way), on_sqlite=on_sqlite)
    rows: Any = await connection.execute(_CONVERSATIONS[on_sqlite, which], parameters)
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


def _select_conversations(*, on_sqlite: bool, which: Which) -> sa.Select[Any]:
    most = sa.bindparam("most", type_=sa.Integer)
    oldest = (
        sa.select(inbox.c.conversation_id, sa.func.min(inbox.c.id).label("first"))
        .where(is_new)
        .group_by(inbox.c.conversation_id)
        .order_by(sa.text("first"))
        .limit(most if on_sqlite else most * LOOK_AHEAD)
    )
    named = among(inbox.c.conversation_id, on_sqlite=on_sqlite)
    if which != "any":
        oldest = oldest.where(named if which == "chosen" else ~named)
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
    (on_sqlite, which): _select_conversations(on_sqlite=on_sqlite, which=which)
    for on_sqlite in (True, False)
    for which in get_args(Which)
}
_MESSAGES = {on_sqlite: _select_messages(on_sqlite=on_sqlite) for on_sqlite in (True, False)}
