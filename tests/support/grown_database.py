"""Databases in which much has been said before, and how statements are carried out there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from dialogue.store import claims, health, outbox, receipts, timers
from dialogue.store.engine import Database
from dialogue.store.statements import as_list
from dialogue.store.tables import metadata
from dialogue.store.tables import outbox as outbox_table

AT_ONCE = 250_000  # rows filled in a statement
STATE = b'{"schema":1,"channel":"sms","standard":"nn","introduced":true,"tracker":{"slots":{}}}'


def series(database: Database, count: int) -> Iterator[str]:
    """Tables `series(n)` that together hold 1 to count; each statement stays short."""
    for first in range(1, count + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, count)
        if database.sqlite:
            yield (
                f"WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series"
                f" WHERE n < {last}) "
            )
        else:
            yield f"WITH series(n) AS (SELECT generate_series({first}::bigint, {last})) "


async def fill(database: Database, people: int, messages: int) -> None:
    """Old conversations and messages, all done: indexes are built when the rows are there."""
    lite = database.sqlite
    now, old = ("'2026-11-24 08:00:00.000000'", "'2026-11-01 08:00:00.000000'")
    hashed = "randomblob(32)" if lite else "decode(md5(n::text) || md5('x' || n), 'hex')"
    cipher = "randomblob(45)" if lite else "decode(md5(n::text), 'hex')"
    state = f"CAST('{STATE.decode()}' AS BLOB)" if lite else f"'{STATE.decode()}'::bytea"
    body = 'CAST(\'{"text":"Kor tid blir bosset henta?"}\' AS BLOB)'
    body = body if lite else '\'{"text":"Kor tid blir bosset henta?"}\'::bytea'
    false = "0" if lite else "false"
    who = f"1 + (n * 7919) % {people}"
    parts = [
        (
            people,
            "INSERT INTO conversations (id, channel, address_hash,"
            " address_cipher, state, opted_out, created_at, updated_at)"
            f" SELECT n, 'sms', {hashed}, {cipher}, {state}, {false}, {old}, {now} FROM series",
        ),
        (
            messages // 2,
            "INSERT INTO inbox (id, conversation_id, channel,"
            " message_id, body, received_at, handled_at, status, edition)"
            f" SELECT n, {who}, 'sms', 'SMold' || n, {body}, {old}, {old}, 'done', 'e' FROM series",
        ),
        (
            messages // 2,
            "INSERT INTO outbox (id, conversation_id, recipient,"
            " channel, purpose, priority, body, status, attempts, next_attempt_at, expires_at,"
            " provider_id, answers, created_at, sent_at)"
            f" SELECT n, {who}, 'person:' || ({who}), 'sms', 'answer', 0, {body}, 'delivered', 1,"
            f" {old}, {old}, 'Pold' || n, n, {old}, {old} FROM series",
        ),
    ]
    commands = [rows + insert for count, insert in parts for rows in series(database, count)]
    if not lite:
        commands = [_as_inserted(one) for one in commands]
    indexes = [i for name in ("inbox", "outbox") for i in metadata.tables[name].indexes]
    async with database.engine.connect() as connection:
        for index in indexes:
            await connection.run_sync(index.drop)
        for command in commands:
            await connection.exec_driver_sql(command)
        for index in indexes:
            await connection.run_sync(index.create)
        if not lite:
            for name in ("conversations", "inbox", "outbox"):
                await connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
                )
        await connection.commit()
        await connection.exec_driver_sql("ANALYZE")
        await connection.commit()


def _as_inserted(command: str) -> str:
    """PostgreSQL wants the WITH behind the INSERT's columns, and literals as times."""
    series, insert = command.split("INSERT INTO", 1)
    columns, select = insert.split(" SELECT ", 1)
    for literal in ("'2026-11-24 08:00:00.000000'", "'2026-11-01 08:00:00.000000'"):
        select = select.replace(literal, f"timestamptz {literal}")
    return f"INSERT INTO{columns} {series}SELECT {select}"


async def plans(database: Database) -> dict[str, list[str]]:
    """How the statements that every message, send and look for work needs are carried out."""
    kind = database.sqlite
    now = datetime.now(UTC)
    names = {"channels": as_list(["sms"], on_sqlite=kind)}
    ids = {"ids": as_list([1, 2, 3], on_sqlite=kind)}
    statements: dict[str, tuple[Any, dict[str, Any]]] = {
        "claim: conversations": (claims._CONVERSATIONS[kind, "any"], {"most": 64}),
        "claim: beside a batch": (claims._CONVERSATIONS[kind, "others"], ids | {"most": 64}),
        "claim: their messages": (claims._MESSAGES[kind], ids | {"most": 64}),
        "sender: anything": (outbox._ANY_QUEUED, {}),
        "sender: claim": (outbox._CLAIMABLE[kind], names | {"most": 48, "now": now}),
        "sender: when next": (outbox._NEXT[kind], names | {"now": now}),
        "sender: in doubt": (outbox._IN_DOUBT[kind], names | {"most": 20}),
        "sender: others' ids": (outbox._SENT_TO[kind], ids),
        "lease over": (outbox._LEASE_OVER, {"now": now, "until": now}),
        "give up": (outbox._EXPIRE, {"now": now}),
        "receipt": (_RECEIPT, {"channel": "sms", "provider_id": "P1"}),
        "early receipts": (receipts._EARLY_MATCHED, {}),
        "early receipts of": (receipts._EARLY_OF[kind], ids),
        "timers: due": (timers._ANY_DUE, {"now": now}),
        "timers: fire": (timers._DUE, {"now": now, "most": 256}),
        "depth: inbox": (health._WAITING, {}),
        "depth: outbox": (health._QUEUED, {}),
        "depth: in doubt": (health._IN_DOUBT, {}),
        "depth: dead letters": (health._DEAD, {}),
    }
    found: dict[str, list[str]] = {}
    for name, (statement, parameters) in statements.items():
        async with database.read() as connection:
            found[name] = await connection.run_sync(_explain, kind, statement, parameters)
    return found


def scans(plan: list[str]) -> list[str]:
    """The steps that read a whole table of messages or people, or all of one's index."""
    return [step for step in plan if _WHOLE.search(step) and not _OF_WHAT_WAITS.search(step)]


_WHOLE = re.compile(
    r"(?:SCAN|Seq Scan on|(?:Index|Index Only) Scan using \S+_pkey on)"
    r" (?:inbox|outbox|conversations|timers|earlier)\b(?!.*Index Cond)"
)
# partial indexes: they hold what waits, and nothing else
_OF_WHAT_WAITS = re.compile(
    r"INDEX ix_(inbox_waiting|inbox_dead|outbox_queued|outbox_unsent|outbox_unsure)\b"
)
_RECEIPT = sa.select(outbox_table.c.id, outbox_table.c.status).where(
    outbox_table.c.channel == sa.bindparam("channel"),
    outbox_table.c.provider_id == sa.bindparam("provider_id"),
)


def _explain(
    connection: sa.Connection, on_sqlite: bool, statement: Any, parameters: dict[str, Any]
) -> list[str]:
    compiled = statement.compile(
        connection, column_keys=None, compile_kwargs={"render_postcompile": True}
    )
    values = compiled.construct_params(parameters)
    processors = compiled._bind_processors
    bound = tuple(
        processors[name](values[name]) if name in processors else values[name]
        for name in compiled.positiontup or ()
    )
    explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {compiled}", bound).all()
    return [str(row[-1]).strip() for row in rows]
