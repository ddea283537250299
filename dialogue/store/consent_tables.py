"""Consents of users that a relative is told about a case (`consents.py`)."""

from __future__ import annotations

import sqlalchemy as sa

from dialogue.store.tables import Number, UtcTime, metadata

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
    sqlite_autoincrement=True,
)
sa.Index("ix_consents_ticket", consents.c.ticket_id)
sa.Index("ix_consents_conversation", consents.c.conversation_id)
