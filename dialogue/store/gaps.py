"""Questions without an answer: read for the list of gaps, and marked as they are closed.

What a person asked is deleted with «slett meg», and its words after their time; the rows stay,
so that how many there were can still be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from dialogue.store.engine import Database
from dialogue.store.tables import unanswered

MOST = 50_000  # wordings that are read at once, the newest


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one person asked in the same words and did not get answered, and how often.

    `person` only tells people apart; None when the link to the person is gone. `number` is
    that of the first time, `reason` as in `NoteUnanswered`.
    """

    number: int
    person: int | None
    text: str
    standard: str
    reason: str
    article: str | None
    channel: str
    count: int
    first_at: datetime
    last_at: datetime
    draft: str | None = None
    answered_by: str | None = None
    closed_at: datetime | None = None


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """How many questions of a month had no answer, also those whose words are gone."""

    month: str  # 2026-11
    reason: str
    count: int
    closed: int


class Gaps:
    """The questions without an answer in a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def asked(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        closed: bool = False,
    ) -> list[Asked]:
        """Those that still have their words, the first asked first; `closed` ones too if wanted.

        What was asked back after `before` is left out: it may yet be chosen.
        """
        column = unanswered.c
        chosen = (
            sa.select(*_SAME, *_COUNTED)
            .where(sa.text("text <> ''"))
            .group_by(*_SAME)
            .order_by(sa.func.max(column.id).desc())
            .limit(MOST)
        )
        if since is not None:
            chosen = chosen.where(column.noted_at >= since)
        if not closed:
            chosen = chosen.where(column.closed_at.is_(None))
        if before is not None:
            chosen = chosen.where(~sa.and_(column.reason == "asked_back", column.noted_at > before))
        async with self._database.read() as connection:
            rows = (await connection.execute(chosen)).mappings().all()
        names = [name for name in Asked.__struct_fields__ if name != "person"]
        found = [
            Asked(person=row["conversation_id"], **{name: row[name] for name in names})
            for row in rows
        ]
        return sorted(found, key=lambda one: one.number)

    async def months(self) -> list[Month]:
        """How many there were by month and reason, with or without words; the oldest first."""
        column = unanswered.c
        month: sa.ColumnElement[Any] = (
            sa.func.strftime("%Y-%m", column.noted_at)
            if self._database.sqlite
            else sa.func.to_char(sa.func.timezone("UTC", column.noted_at), "YYYY-MM")
        )
        counted = sa.select(
            month.label("month"),
            column.reason,
            sa.func.count().label("count"),
            sa.func.count(column.closed_at).label("closed"),
        ).group_by(sa.literal_column("1"), column.reason)
        in_order = counted.order_by(sa.literal_column("1"), column.reason)
        async with self._database.read() as connection:
            return [Month(**row) for row in (await connection.execute(in_order)).mappings()]

    async def draft(self, asked: Sequence[Asked], article: str) -> int:
        """Note which article was drafted from these; how many rows."""
        return await self._mark(asked, {"draft": article})

    async def close(self, asked: Sequence[Asked], article: str, now: datetime) -> int:
        """Note that an article answers these now; how many rows."""
        return await self._mark(asked, {"answered_by": article, "closed_at": now})

    async def _mark(self, asked: Sequence[Asked], values: dict[str, Any]) -> int:
        """Change every open row that was counted in one of these."""
        column = unanswered.c
        done = 0
        async with self._database.write() as connection:
            for one in asked:
                same = [
                    *(column[name] == getattr(one, name) for name in _NAMED),
                    column.conversation_id.is_not_distinct_from(one.person),
                    column.article.is_not_distinct_from(one.article),
                    column.noted_at <= one.last_at,
                    column.closed_at.is_(None),
                ]
                changed = sa.update(unanswered).where(*same).values(**values)
                done += (await connection.execute(changed)).rowcount
        return done


_NAMED = ("text", "standard", "reason", "channel")
_SAME = [
    unanswered.c[name] for name in ("conversation_id", *_NAMED, "article", "draft", "answered_by")
]
_COUNTED = (
    sa.func.min(unanswered.c.id).label("number"),
    sa.func.count().label("count"),
    sa.func.min(unanswered.c.noted_at).label("first_at"),
    sa.func.max(unanswered.c.noted_at).label("last_at"),
    sa.func.max(unanswered.c.closed_at).label("closed_at"),
)
