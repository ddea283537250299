"""The floor that the way of a message is held against: a bare SQLAlchemy loop."""

from __future__ import annotations

import time

import sqlalchemy as sa

from dialogue.store.engine import Database

PEOPLE = 1_000
BATCH = 64
metadata = sa.MetaData()
floor_messages = sa.Table(
    "floor_messages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Integer),
    sa.Column("done", sa.Boolean, index=True),
    sa.Column("body", sa.Text),
)
floor_states = sa.Table(
    "floor_states",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text),
)
floor_outbox = sa.Table(
    "floor_outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Integer),
    sa.Column("body", sa.Text),
)


async def floor(database: Database, count: int) -> float:
    """The bare loop; messages/s."""
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        people = [{"id": n, "state": "{}"} for n in range(PEOPLE)]
        await connection.execute(sa.insert(floor_states), people)
        messages = [{"person": n % PEOPLE, "done": False, "body": "hei"} for n in range(count)]
        await connection.execute(sa.insert(floor_messages), messages)
    began = time.perf_counter()
    while await _floor_batch(database):
        pass
    return count / (time.perf_counter() - began)


async def _floor_batch(database: Database) -> bool:
    waiting = sa.select(floor_messages).where(~floor_messages.c.done).limit(BATCH)
    async with database.write() as connection:
        taken = (await connection.execute(waiting)).all()
        if not taken:
            return False
        people = [row.person for row in taken]
        chosen = sa.select(floor_states).where(floor_states.c.id.in_(people))
        states = dict((await connection.execute(chosen)).all())  # type: ignore[arg-type]
        await connection.execute(
            sa.update(floor_states).where(floor_states.c.id == sa.bindparam("person")),
            [{"person": one, "state": f"{states[one][:40]}x"} for one in people],
        )
        replies = [{"person": one, "body": "svar"} for one in people]
        await connection.execute(sa.insert(floor_outbox), replies)
        done = sa.update(floor_messages).where(floor_messages.c.id.in_([row.id for row in taken]))
        await connection.execute(done.values(done=True))
    return True
