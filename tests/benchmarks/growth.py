"""How the rate holds when a million people have written before.

    python tests/benchmarks/growth.py [--scale 0.1] [--database sqlite] [--messages 4000]

Two databases of a kind: one in which only 1,000 people have written, and one with
1,000,000 conversations and 10,000,000 old messages (half in, half out), times `--scale`.
The same 1,000 people, spread over all numbers, write in both; intake, worker and sender
run at once as in `way.py`, with a trivial decision, alternating between the two. Then
the plans of the statements that claim, and what a look for retention costs. At scale 1
the two need about 8 GB of disk and some minutes to fill; 0.1 stays under two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import way
from rich.console import Console
from rich.table import Table

from dialogue.messages import Incoming
from dialogue.store import claims, outbox, retention, timers
from dialogue.store.engine import Database, open_database
from dialogue.store.migrate import upgrade
from dialogue.store.store import Store
from dialogue.store.tables import conversations, metadata
from dialogue.store.vault import Vault
from dialogue.store.worker import Worker

VAULT = Vault("a secret for benchmarks")
PEOPLE, MESSAGES = 1_000_000, 10_000_000
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


async def name_the_active(store: Store, people: int, active: list[str]) -> None:
    """Give the active people's addresses to conversations that lie far apart."""
    step = max(people // len(active), 1)
    rows = [
        {
            "the_id": 1 + place * step,
            "address_hash": VAULT.hash("sms", address),
            "address_cipher": VAULT.encrypt("sms", address),
        }
        for place, address in enumerate(active)
    ]
    change = sa.update(conversations).where(conversations.c.id == sa.bindparam("the_id"))
    async with store.database.write() as connection:
        await connection.execute(change, rows)


async def over(store: Store) -> bool:
    depth = await store.depth(way.now())
    return depth.waiting == 0 and depth.queued == 0


async def rate(store: Store, messages: list[Incoming]) -> float:
    """Messages/s of the whole way, all stages at once."""
    worker = Worker(store, way.trivial, way.now, limit=way.BATCH * 4)
    running = asyncio.create_task(worker.run())
    began = time.perf_counter()
    coming = asyncio.create_task(way.intake(store, messages))

    async def is_over() -> bool:
        return coming.done() and await over(store)

    await asyncio.gather(coming, way.send(store, is_over))
    took = time.perf_counter() - began
    await worker.stop()
    await running
    return len(messages) / took


async def look_for_retention(store: Store) -> tuple[float, int]:
    """The milliseconds of one round in which nothing is due."""
    began = time.perf_counter()
    done = await retention.keep_no_longer(
        store.database, way.now(), retention.Kept(words=timedelta(days=3_650))
    )
    return (time.perf_counter() - began) * 1_000, done


async def plans(database: Database) -> dict[str, list[str]]:
    """How the hot statements are carried out."""
    kind = database.sqlite
    names: Any = '["sms"]' if kind else ["sms"]
    ids: Any = "[1, 2, 3]" if kind else [1, 2, 3]
    now = way.now()
    statements = {
        "claim: conversations": (claims._CONVERSATIONS[kind, False], {"most": 64}),
        "claim: their messages": (claims._MESSAGES[kind], {"ids": ids, "most": 64}),
        "sender: claim": (outbox._CLAIMABLE[kind], {"channels": names, "most": 48, "now": now}),
        "timers: due": (timers._ANY_DUE, {"now": now}),
    }
    found: dict[str, list[str]] = {}
    for name, (statement, parameters) in statements.items():
        async with database.read() as connection:
            explain = "EXPLAIN QUERY PLAN " if kind else "EXPLAIN "
            found[name] = await connection.run_sync(_explain, explain, statement, parameters)
    return found


def _explain(
    connection: sa.Connection, explain: str, statement: Any, parameters: dict[str, Any]
) -> list[str]:
    prefixed = statement.prefix_with("SAMSVAR")
    compiled = prefixed.compile(connection, compile_kwargs={"render_postcompile": True})
    text = f"{explain}{compiled}".replace("SELECT SAMSVAR", "SELECT", 1)
    values = compiled.construct_params(parameters)
    processors = compiled._bind_processors
    bound = tuple(
        processors[name](values[name]) if name in processors else values[name]
        for name in compiled.positiontup or ()
    )
    rows = connection.exec_driver_sql(text, bound).all()
    return [str(row[-1]).strip() for row in rows]


async def measure(kind: str, arguments: argparse.Namespace, folder: Path, console: Console) -> None:
    people, messages = int(PEOPLE * arguments.scale), int(MESSAGES * arguments.scale)
    active = [f"+4790{n:06}" for n in range(way.PEOPLE)]
    with way.databases(kind, folder) as make:
        small, large = await _opened(make), await _opened(make)
        async with small, large:
            began = time.perf_counter()
            # a database whose statements may take long: the service ends them after 30 s
            filler = open_database(large.database.engine.url, statement_seconds=900)
            await fill(filler, people, messages)
            await filler.close()
            console.print(f"{kind}: filled in {time.perf_counter() - began:.0f} s")
            await name_the_active(large, people, active)
            rates: dict[str, list[float]] = {"1,000": [], f"{people:,}": []}
            for run in range(arguments.runs + 1):  # the first warms both up
                for name, store in zip(rates, (small, large), strict=True):
                    script = [
                        way.msgspec.structs.replace(one, message_id=f"g{run}{one.message_id}")
                        for one in way.script(arguments.messages)
                    ]
                    rates[name].append(await rate(store, script))
            table = Table(title=f"{kind}: whole way, messages/s; {messages:,} old messages")
            table.add_column("conversations")
            table.add_column("median (lowest-highest)", justify="right")
            for name, values in rates.items():
                table.add_row(name, way._cell(values[1:]))
            console.print(table)
            few, many = (way.statistics.median(values[1:]) for values in rates.values())
            took, done = await look_for_retention(large)
            console.print(f"ratio {many / few:.2f}; a look for retention: {took:.0f} ms ({done})")
            for name, lines in (await plans(large.database)).items():
                console.print(f"[bold]{name}[/bold]", *lines, sep="\n    ", highlight=False)


async def _opened(make: Callable[[], Awaitable[str]]) -> Store:
    url = await make()
    await upgrade(url)
    return await Store.open(url, VAULT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    for kind in arguments.database or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="samsvar-growth-") as folder:
            asyncio.run(measure(kind, arguments, Path(folder), Console(width=110)))


if __name__ == "__main__":
    main()
