"""How a time is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class UtcTime(sa.TypeDecorator[datetime]):
    """An aware time. Kept as `timestamptz` on PostgreSQL, as naive UTC text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _to_sqlite if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        return _from_sqlite if dialect.name == "sqlite" else _to_utc


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a time without a time zone can't be stored")
    return value.astimezone(UTC)


def _to_sqlite(value: datetime | None) -> str | None:
    in_utc = _to_utc(value)
    return None if in_utc is None else _write(in_utc)


def _from_sqlite(value: str | None) -> datetime | None:
    return None if value is None else _read(value)


# A batch says the same few times over and over: a sixth of its time went into that. Only UTC is
# remembered: of one zone, the two 02:30 of an October night are equal to Python.
@lru_cache(maxsize=1_024)
def _write(in_utc: datetime) -> str:
    return in_utc.replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=1_024)
def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
