"""Conversations by address: found by keyed hash, begun when somebody writes first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.engine import Database
from dialogue.store.errors import WrongSecretError
from dialogue.store.statements import insert_into
from dialogue.store.tables import conversations, meta
from dialogue.store.vault import Vault

Who = tuple[str, str]  # channel and address


async def find_or_begin(
    connection: AsyncConnection,
    database: Database,
    vault: Vault,
    people: Iterable[Who],
    now: datetime,
    standard: str | None = None,
) -> dict[Who, int]:
    """The conversation of each person, begun where there is none. `standard` is for new ones."""
    wanted = dict.fromkeys(people)
    found = await _find(connection, vault, wanted)
    missing = [who for who in wanted if who not in found]
    if not missing:
        return found
    rows: list[dict[str, Any]] = [
        {
            "channel": channel,
            "address_hash": vault.hash(channel, address),
            "address_cipher": vault.encrypt(channel, address),
            "standard": standard,
            "created_at": now,
            "updated_at": now,
        }
        for channel, address in missing
    ]
    # in one order everywhere, so that two processes never wait for each other
    rows.sort(key=lambda row: row["address_hash"])
    begin = insert_into(conversations, on_sqlite=database.sqlite).on_conflict_do_nothing()
    await connection.execute(begin, rows)
    return found | await _find(connection, vault, missing)


async def find(connection: AsyncConnection, vault: Vault, channel: str, address: str) -> int | None:
    """The conversation of a person, or None."""
    return (await _find(connection, vault, [(channel, address)])).get((channel, address))


async def lock_person(connection: AsyncConnection, conversation_id: int) -> sa.Row[Any, Any]:
    """`opted_out` and `blocked_reason`, held until the transaction ends.

    One at a time for each person, so that two who mean to ask them something never both
    see that nobody has asked before them.
    """
    column = conversations.c
    statement = (
        sa.select(column.opted_out, column.blocked_reason)
        .where(column.id == conversation_id)
        .with_for_update(key_share=True)
    )
    return (await connection.execute(statement)).one()


async def demand_secret(database: Database, vault: Vault) -> None:
    """Raise WrongSecretError when another secret was in use; note it when none was."""
    wanted = sa.select(meta.c.value).where(meta.c.key == "vault")
    async with database.read() as connection:
        known = (await connection.execute(wanted)).scalar_one_or_none()
    if known is None:
        note = insert_into(meta, on_sqlite=database.sqlite).on_conflict_do_nothing()
        async with database.write() as connection:
            await connection.execute(note, [{"key": "vault", "value": vault.key_ids[0]}])
            known = (await connection.execute(wanted)).scalar_one()
    if known not in vault.key_ids:
        raise WrongSecretError


async def _find(connection: AsyncConnection, vault: Vault, people: Iterable[Who]) -> dict[Who, int]:
    by_hash = {one: who for who in people for one in vault.hashes(*who)}
    on_sqlite = connection.dialect.name == "sqlite"
    rows = await connection.execute(
        _SELECT_SQLITE if on_sqlite else _SELECT_POSTGRESQL, {"hashes": list(by_hash)}
    )
    found: dict[Who, int] = {}
    for number, channel, one in rows:
        who = by_hash[one]
        if who[0] == channel:
            found[who] = number
    return found


def _select(condition: Any) -> sa.Select[Any]:
    table = conversations.c
    return sa.select(table.id, table.channel, table.address_hash).where(condition)


_SELECT_SQLITE = _select(conversations.c.address_hash.in_(sa.bindparam("hashes", expanding=True)))
_SELECT_POSTGRESQL = _select(
    conversations.c.address_hash
    == sa.any_(sa.bindparam("hashes", type_=postgresql.ARRAY(sa.LargeBinary)))
)
