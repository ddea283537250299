"""The few phrases of SQL that differ between the two databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert = postgresql.Insert | sqlite.Insert


def insert_into(table: sa.Table, *, on_sqlite: bool) -> Any:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)


def among(column: Any, *, on_sqlite: bool, name: str = "ids") -> sa.ColumnElement[bool]:
    """`column` is one of a list given as one parameter, so the statement is the same each time."""
    if on_sqlite:
        each = sa.func.json_each(sa.bindparam(name, type_=sa.Text)).table_valued("value")
        chosen: sa.ColumnElement[bool] = column.in_(sa.select(each.c.value))
        return chosen
    listed: sa.ColumnElement[bool] = column == sa.any_(
        sa.bindparam(name, type_=postgresql.ARRAY(column.type))
    )
    return listed


def as_list(values: Sequence[int] | Sequence[str], *, on_sqlite: bool) -> Any:
    """The parameter that `among` wants."""
    return msgspec.json.encode(list(values)).decode() if on_sqlite else list(values)


def one_of(column: Any, *values: str) -> sa.ColumnElement[bool]:
    """`column` is one of some constants, written into the statement: fit for executemany."""
    chosen: sa.ColumnElement[bool] = column.in_([sa.literal_column(f"'{one}'") for one in values])
    return chosen


async def notify(connection: AsyncConnection, topic: str, *, on_sqlite: bool) -> None:
    """Wake whoever waits for `topic`, once this transaction has committed (PostgreSQL)."""
    if not on_sqlite:
        await connection.execute(_NOTIFY, {"topic": topic})


_NOTIFY = sa.text("SELECT pg_notify(:topic, '')")
