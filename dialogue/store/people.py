"""One person's rights on the command line: all that is stored about them, and forgetting it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store import batch_statements as statement
from dialogue.store import conversations as people
from dialogue.store.consent_tables import consents
from dialogue.store.engine import Database
from dialogue.store.errors import NotFoundError
from dialogue.store.statements import as_list
from dialogue.store.tables import (
    conversations,
    encounters,
    inbox,
    outbox,
    ratings,
    ticket_history,
    tickets,
    timers,
    unanswered,
)
from dialogue.store.vault import Vault

_JSON = frozenset({"body", "data", "state", "facts", "rules", "recused"})
_HIDDEN = frozenset({"address_hash", "address_cipher", "conversation_id", "recipient"})
_OWNED = {
    "messages_in": inbox,
    "messages_out": outbox,
    "tickets": tickets,
    "ratings": ratings,
    "encounters": encounters,
    "timers": timers,
    "unanswered": unanswered,
    "consents": consents,
}


async def export_person(
    database: Database, vault: Vault, channel: str, address: str
) -> dict[str, Any]:
    """All that is stored about a person, as plain values. Raises NotFoundError.

    What has been unlinked from the person is nobody's, and not in it: ratings after their
    time, and all that was there before «slett meg».
    """
    async with database.read() as connection:
        number = await _demand(connection, vault, channel, address)
        own = await _rows(connection, conversations, conversations.c.id == number)
        found: dict[str, Any] = {"channel": channel, "address": address, "conversation": own[0]}
        for name, table in _OWNED.items():
            found[name] = await _rows(connection, table, table.c.conversation_id == number)
        its = sa.select(tickets.c.id).where(tickets.c.conversation_id == number)
        found["ticket_history"] = await _rows(
            connection, ticket_history, ticket_history.c.ticket_id.in_(its)
        )
    return found


async def forget_person(
    database: Database, vault: Vault, channel: str, address: str, now: datetime
) -> None:
    """As «slett meg», confirmed, by whoever operates the service. Raises NotFoundError.

    Words and links go now; the address when what is on its way has been sent.
    """
    async with database.write() as connection:
        number = await _demand(connection, vault, channel, address)
        ids = as_list([number], on_sqlite=database.sqlite)
        mine = sa.select(conversations.c.id).where(conversations.c.id == number)
        await connection.execute(mine.with_for_update())  # a worker has it, or we do
        for command in statement.FORGET[database.sqlite]:
            await connection.execute(command, {"ids": ids, "now": now})


async def _demand(connection: AsyncConnection, vault: Vault, channel: str, address: str) -> int:
    number = await people.find(connection, vault, channel, address)
    if number is None:
        raise NotFoundError("person with that address on", channel)
    return number


async def _rows(
    connection: AsyncConnection, table: sa.Table, condition: sa.ColumnElement[bool]
) -> list[dict[str, Any]]:
    order = table.c.get("id", next(iter(table.primary_key)))
    found = await connection.execute(sa.select(table).where(condition).order_by(order))
    return [
        {name: _plain(name, value) for name, value in row.items() if name not in _HIDDEN}
        for row in found.mappings()
    ]


def _plain(name: str, value: Any) -> Any:
    """JSON inside a column as what it holds; what can't be read as its bytes in base64."""
    if name not in _JSON or not value:
        return None if value == b"" else value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
