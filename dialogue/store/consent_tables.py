"""Consents of users that a relative is told about a case (`consents.py`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from dialogue.store.tables import Number, metadata
from dialogue.store.utc_time import UtcTime

consents = sa.Table(
    "consents",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    sa.Column("ticket_id", sa.Text, sa.ForeignKey("tickets.id"), nullable=False),
    # who was asked; unlinked when it has had its time, or with «slett meg»
    sa.Column("conversation_id", Number, sa.ForeignKey("conversations.id", ondelete="SET NULL")),
    sa.Column("unit", sa.Text, nullable=False),  # who asked
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("whom", sa.Text, nullable=False),  # user | guardian
    sa.Column("age_group", sa.Text, nullable=False),  # of the one whom the case is about
    sa.Column("relative", sa.Text, nullable=False),  # '' after its time
    sa.Column("rule", sa.Text, nullable=False),  # the row that decided whom to ask
    sa.Column("rules_version", sa.Text, nullable=False),
    # asked | given | refused | unanswered | closed | withdrawn | ended
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("answer_by", UtcTime, nullable=False),
    sa.Column("valid_until", UtcTime, nullable=False),
    sa.Column("given_at", UtcTime),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("changed_by", Number),  # the number of the message that changed it
    sa.Column("how", sa.Text, nullable=False, server_default="code"),  # code | paper
    sa.Column("archive_reference", sa.Text),  # of the paper
    sqlite_autoincrement=True,
)
sa.Index("ix_consents_ticket", consents.c.ticket_id)
sa.Index("ix_consents_conversation", consents.c.conversation_id)


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """A request for consent and what came of it; nobody's address and no code.

    `status`: asked, given, refused, unanswered, closed, withdrawn or ended. `how` it was
    documented once it was given: by a `code` that was sent to the one who was asked, or on
    `paper` that `author` has seen and that lies in the archive as `archive_reference`.
    """

    id: str
    ticket: str
    unit: str
    author: str
    whom: str
    age_group: str
    relative: str
    rule: str
    rules_version: str
    status: str
    asked_at: datetime
    answer_by: datetime
    valid_until: datetime
    given_at: datetime | None
    changed_at: datetime
    how: str = "code"
    archive_reference: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it lets case information go out at that time."""
        return self.status == "given" and at <= self.valid_until


def consent_of(row: Any) -> Consent:
    """A row as a value."""
    same = {name: row[name] for name in Consent.__struct_fields__ if name in row}
    return Consent(**same | {"id": f"C{row['id']}", "ticket": row["ticket_id"]})
