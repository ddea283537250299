"""The tables, as SQLAlchemy Core sees them. Their history is in `migrations/versions`.

A status that a partial index looks at is compared with a literal (`is_new`,
`is_queued`): a bound parameter would keep PostgreSQL's generic plans from the index.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dialogue.store.utc_time import UtcTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _number(name: str = "id") -> sa.Column[Any]:
    """A number that is never given twice, also not after a delete."""
    return sa.Column(name, Number, primary_key=True, autoincrement=True)


def _conversation(on_delete: str, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(
        "conversation_id",
        Number,
        sa.ForeignKey("conversations.id", ondelete=on_delete),
        nullable=nullable,
    )


def _index_where(condition: str, name: str, *columns: sa.Column[Any]) -> None:
    """An index of some rows only: what waits is found fast, however much is done."""
    where = sa.text(condition)
    sa.Index(name, *columns, postgresql_where=where, sqlite_where=where)


conversations = sa.Table(
    "conversations",
    metadata,
    _number(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("address_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("address_cipher", sa.LargeBinary, nullable=False),
    sa.Column("standard", sa.Text),
    sa.Column("state", sa.LargeBinary),
    sa.Column("opted_out", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("blocked_reason", sa.Text),
    sa.Column("forget_requested_at", UtcTime),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    # the hash is of both; it comes first, so that a look-up needs no channel
    sa.UniqueConstraint("address_hash", "channel"),
    sqlite_autoincrement=True,
)
_index_where(
    "forget_requested_at IS NOT NULL",
    "ix_conversations_forget",
    conversations.c.forget_requested_at,
)

inbox = sa.Table(
    "inbox",
    metadata,
    _number(),
    _conversation("CASCADE", nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("handled_at", UtcTime),
    sa.Column("status", sa.Text, nullable=False, server_default="new"),  # new | done | dead
    sa.Column("error", sa.Text),
    sa.Column("edition", sa.Text),
    sa.UniqueConstraint("channel", "message_id"),
    sqlite_autoincrement=True,
)
is_new = sa.text("inbox.status = 'new'")
is_dead = sa.text("inbox.status = 'dead'")
_index_where("status = 'new'", "ix_inbox_waiting", inbox.c.conversation_id, inbox.c.id)
_index_where("status = 'dead'", "ix_inbox_dead", inbox.c.id)
sa.Index("ix_inbox_conversation", inbox.c.conversation_id)

outbox = sa.Table(
    "outbox",
    metadata,
    _number(),
    _conversation("CASCADE", nullable=True),
    sa.Column("unit", sa.Text),  # the recipient where it is not a person
    sa.Column("recipient", sa.Text, nullable=False),  # order is kept within it
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("priority", sa.SmallInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    # queued | sending | sent | delivered | read | failed | expired | cancelled | in_doubt
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("leased_until", UtcTime),
    sa.Column("provider_id", sa.Text),
    sa.Column("error_code", sa.Text),
    sa.Column("error_reason", sa.Text),
    sa.Column("answers", Number),  # the number of the message that led to it
    sa.Column("rests_on", Number),  # the consent that must hold when it is sent
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("sent_at", UtcTime),
    sqlite_autoincrement=True,
)
is_queued = sa.text("outbox.status = 'queued'")
# under way or in doubt; SQLite takes the index of these only where just this is asked
is_unsure = sa.text("outbox.status IN ('sending', 'in_doubt')")
_UNSENT = "status IN ('queued', 'sending', 'in_doubt')"
_index_where("status = 'queued'", "ix_outbox_queued", outbox.c.priority, outbox.c.id)
_index_where(_UNSENT, "ix_outbox_unsent", outbox.c.recipient, outbox.c.priority, outbox.c.id)
_index_where("status IN ('sending', 'in_doubt')", "ix_outbox_unsure", outbox.c.id)
sa.Index("ix_outbox_provider", outbox.c.channel, outbox.c.provider_id)
sa.Index("ix_outbox_conversation", outbox.c.conversation_id)

early_receipts = sa.Table(  # a receipt that overtook the outcome of its send
    "early_receipts",
    metadata,
    _number(),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("provider_id", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("received_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
sa.Index("ix_early_receipts_provider", early_receipts.c.channel, early_receipts.c.provider_id)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _conversation("SET NULL", nullable=True),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("service", sa.Text),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("standard", sa.Text, nullable=False),
    sa.Column("due_at", UtcTime),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("acknowledgement", sa.Text, nullable=False),
    sa.Column("escalation", sa.Text, nullable=False),
    sa.Column("recused", sa.Text, nullable=False),  # JSON
    sa.Column("rules", sa.Text, nullable=False),  # JSON
    sa.Column("facts", sa.Text, nullable=False),  # JSON
    sa.Column("wants_contact", sa.Boolean, nullable=False),
    sa.Column("anonymous", sa.Boolean, nullable=False),
    sa.Column("edition", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # open | answered | closed | withdrawn
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("first_answer_at", UtcTime),
    sa.Column("closed_at", UtcTime),
    sa.Column("overdue_at", UtcTime),
    sa.Column("sequence", Number, nullable=False),  # the message's number: list order
)
sa.Index("ix_tickets_unit", tickets.c.unit, tickets.c.sequence)
sa.Index("ix_tickets_sequence", tickets.c.sequence)
sa.Index("ix_tickets_conversation", tickets.c.conversation_id)

ticket_history = sa.Table(
    "ticket_history",
    metadata,
    _number(),
    sa.Column("ticket_id", sa.Text, sa.ForeignKey("tickets.id"), nullable=False),
    # opened | added | withdrawn | replied | closed | escalated
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("key", sa.Text),  # the caller's, so that asking twice does it once
    sa.Column("happened_at", UtcTime, nullable=False),
    sa.UniqueConstraint("ticket_id", "key"),
    sqlite_autoincrement=True,
)

encounters = sa.Table(
    "encounters",
    metadata,
    _number(),
    _conversation("SET NULL", nullable=True),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("service", sa.Text),
    sa.Column("key", sa.Text),  # the unit's own reference
    sa.Column("met_at", UtcTime, nullable=False),
    sa.Column("ask_at", UtcTime),  # None: not to be asked
    sa.Column("asked_at", UtcTime),
    sa.Column("answered_at", UtcTime),
    sa.Column("declined_at", UtcTime),
    sa.Column("declined_reason", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.UniqueConstraint("unit", "key"),
    sqlite_autoincrement=True,
)
sa.Index("ix_encounters_conversation", encounters.c.conversation_id)

ratings = sa.Table(
    "ratings",
    metadata,
    _number(),
    _conversation("SET NULL", nullable=True),
    sa.Column("encounter_id", Number, sa.ForeignKey("encounters.id")),
    sa.Column("ticket_id", sa.Text, sa.ForeignKey("tickets.id")),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("service", sa.Text),
    sa.Column("value", sa.SmallInteger, nullable=False),  # 1 to 6
    sa.Column("comment", sa.Text),
    sa.Column("message_number", Number, nullable=False),
    sa.Column("rated_at", UtcTime, nullable=False),
    sa.CheckConstraint("value BETWEEN 1 AND 6", name="ck_ratings_value"),
    sqlite_autoincrement=True,
)
sa.Index("ix_ratings_unit", ratings.c.unit, ratings.c.rated_at)
sa.Index("ix_ratings_conversation", ratings.c.conversation_id)

timers = sa.Table(
    "timers",
    metadata,
    _number(),
    # None: the deadline of a ticket whose person asked to be forgotten
    _conversation("CASCADE", nullable=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.UniqueConstraint("conversation_id", "key"),
    sqlite_autoincrement=True,
)
sa.Index("ix_timers_due", timers.c.due_at)

unanswered = sa.Table(
    "unanswered",
    metadata,
    _number(),
    # whose question: to count people, and to delete it with «slett meg»
    _conversation("SET NULL", nullable=True),
    sa.Column("text", sa.Text, nullable=False),  # '' after its time; the row is counted still
    sa.Column("standard", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("article", sa.Text),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("edition", sa.Text, nullable=False),
    sa.Column("noted_at", UtcTime, nullable=False),
    sa.Column("draft", sa.Text),  # the article that was drafted from it
    sa.Column("answered_by", sa.Text),  # the article that answers it now
    sa.Column("closed_at", UtcTime),
    sqlite_autoincrement=True,
)
sa.Index("ix_unanswered_noted", unanswered.c.noted_at)
sa.Index("ix_unanswered_conversation", unanswered.c.conversation_id)
_index_where("text <> ''", "ix_unanswered_words", unanswered.c.noted_at)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
