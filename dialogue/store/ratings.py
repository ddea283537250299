"""Ratings, as a list and as simple figures.

No anonymity threshold is applied here: who shows figures to people does that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from dialogue.store.engine import Database
from dialogue.store.tables import encounters, ratings
from dialogue.store.writes import encounter_reference


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """One rating, 1 (very dissatisfied) to 6 (very satisfied)."""

    unit: str
    service: str | None
    value: int
    comment: str | None
    encounter: str | None
    ticket: str | None
    rated_at: datetime


class UnitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's ratings in a period: how many of each value, and how many were asked."""

    unit: str
    count: int
    mean: float | None
    by_value: dict[int, int]
    asked: int
    declined: int


async def list_ratings(
    database: Database, *, unit: str | None = None, limit: int = 100
) -> list[Rating]:
    """The newest ratings first."""
    column = ratings.c
    chosen = sa.select(
        column.unit,
        column.service,
        column.value,
        column.comment,
        column.encounter_id,
        column.ticket_id,
        column.rated_at,
    )
    if unit is not None:
        chosen = chosen.where(column.unit == unit)
    async with database.read() as connection:
        rows = await connection.execute(chosen.order_by(column.id.desc()).limit(limit))
        return [_rating(row) for row in rows]


def _rating(row: Any) -> Rating:
    return Rating(
        unit=row.unit,
        service=row.service,
        value=row.value,
        comment=row.comment,
        encounter=None if row.encounter_id is None else encounter_reference(row.encounter_id),
        ticket=row.ticket_id,
        rated_at=row.rated_at,
    )


async def rating_figures(database: Database, since: datetime, until: datetime) -> list[UnitFigures]:
    """Each unit's figures from `since` up to `until`."""
    rated = ratings.c.rated_at
    asked_at = encounters.c.asked_at
    values = (
        sa.select(ratings.c.unit, ratings.c.value, sa.func.count())
        .where(rated >= since, rated < until)
        .group_by(ratings.c.unit, ratings.c.value)
    )
    asked = (
        sa.select(
            encounters.c.unit,
            sa.func.count(),
            sa.func.count(encounters.c.declined_at),
        )
        .where(asked_at >= since, asked_at < until)
        .group_by(encounters.c.unit)
    )
    by_unit: dict[str, dict[int, int]] = {}
    asked_of: dict[str, tuple[int, int]] = {}
    async with database.read() as connection:
        for unit, value, count in await connection.execute(values):
            by_unit.setdefault(unit, {})[value] = count
        for unit, number, declined in await connection.execute(asked):
            asked_of[unit] = (number, declined)
    units = sorted(by_unit.keys() | asked_of.keys())
    return [_figures(unit, by_unit.get(unit, {}), *asked_of.get(unit, (0, 0))) for unit in units]


def _figures(unit: str, by_value: dict[int, int], asked: int, declined: int) -> UnitFigures:
    count = sum(by_value.values())
    total = sum(value * number for value, number in by_value.items())
    return UnitFigures(
        unit=unit,
        count=count,
        mean=total / count if count else None,
        by_value=dict(sorted(by_value.items())),
        asked=asked,
        declined=declined,
    )
