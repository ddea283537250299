"""The first schema: inbox, conversations, outbox, tickets, encounters, ratings, timers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("opted_out", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("blocked_reason", sa.Text(), nullable=True),
        sa.Column("forget_requested_at", Time, nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "address_hash", "channel", name=op.f("uq_conversations_address_hash_channel")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_conversations_forget",
        "conversations",
        ["forget_requested_at"],
        unique=False,
        postgresql_where=sa.text("forget_requested_at IS NOT NULL"),
        sqlite_where=sa.text("forget_requested_at IS NOT NULL"),
    )
    op.create_table(
        "early_receipts",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("received_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_receipts")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_early_receipts_provider", "early_receipts", ["channel", "provider_id"], unique=False
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "unanswered",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("noted_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unanswered_noted", "unanswered", ["noted_at"], unique=False)
    op.create_table(
        "encounters",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Number, nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("met_at", Time, nullable=False),
        sa.Column("ask_at", Time, nullable=True),
        sa.Column("asked_at", Time, nullable=True),
        sa.Column("answered_at", Time, nullable=True),
        sa.Column("declined_at", Time, nullable=True),
        sa.Column("declined_reason", sa.Text(), nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_encounters_conversation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encounters")),
        sa.UniqueConstraint("unit", "key", name=op.f("uq_encounters_unit_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_encounters_conversation", "encounters", ["conversation_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Number, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Time, nullable=False),
        sa.Column("handled_at", Time, nullable=True),
        sa.Column("status", sa.Text(), server_default="new", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("edition", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_inbox_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "message_id", name=op.f("uq_inbox_channel_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_conversation", "inbox", ["conversation_id"], unique=False)
    op.create_index(
        "ix_inbox_dead",
        "inbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'dead'"),
        sqlite_where=sa.text("status = 'dead'"),
    )
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["conversation_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'new'"),
        sqlite_where=sa.text("status = 'new'"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Number, nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("leased_until", Time, nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_reason", sa.Text(), nullable=True),
        sa.Column("answers", Number, nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("sent_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_outbox_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_conversation", "outbox", ["conversation_id"], unique=False)
    op.create_index("ix_outbox_provider", "outbox", ["channel", "provider_id"], unique=False)
    op.create_index(
        "ix_outbox_queued",
        "outbox",
        ["priority", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
        sqlite_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["recipient", "priority", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'sending', 'in_doubt')"),
        sqlite_where=sa.text("status IN ('queued', 'sending', 'in_doubt')"),
    )
    op.create_index(
        "ix_outbox_unsure",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status IN ('sending', 'in_doubt')"),
        sqlite_where=sa.text("status IN ('sending', 'in_doubt')"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", Number, nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("due_at", Time, nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("acknowledgement", sa.Text(), nullable=False),
        sa.Column("escalation", sa.Text(), nullable=False),
        sa.Column("recused", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("wants_contact", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", Time, nullable=False),
        sa.Column("first_answer_at", Time, nullable=True),
        sa.Column("closed_at", Time, nullable=True),
        sa.Column("overdue_at", Time, nullable=True),
        sa.Column("sequence", Number, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_tickets_conversation_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index("ix_tickets_conversation", "tickets", ["conversation_id"], unique=False)
    op.create_index("ix_tickets_sequence", "tickets", ["sequence"], unique=False)
    op.create_index("ix_tickets_unit", "tickets", ["unit", "sequence"], unique=False)
    op.create_table(
        "timers",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Number, nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_timers_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
        sa.UniqueConstraint("conversation_id", "key", name=op.f("uq_timers_conversation_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_timers_due", "timers", ["due_at"], unique=False)
    op.create_table(
        "ratings",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Number, nullable=True),
        sa.Column("encounter_id", Number, nullable=True),
        sa.Column("ticket_id", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("message_number", Number, nullable=False),
        sa.Column("rated_at", Time, nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 6", name="ck_ratings_value"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_ratings_conversation_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["encounter_id"], ["encounters.id"], name=op.f("fk_ratings_encounter_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ratings_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ratings_conversation", "ratings", ["conversation_id"], unique=False)
    op.create_index("ix_ratings_unit", "ratings", ["unit", "rated_at"], unique=False)
    op.create_table(
        "ticket_history",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("happened_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_history_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_history")),
        sa.UniqueConstraint("ticket_id", "key", name=op.f("uq_ticket_history_ticket_id_key")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("ticket_history")
    op.drop_table("ratings")
    op.drop_table("timers")
    op.drop_table("tickets")
    op.drop_table("outbox")
    op.drop_table("inbox")
    op.drop_table("encounters")
    op.drop_table("unanswered")
    op.drop_table("meta")
    op.drop_table("early_receipts")
    op.drop_table("conversations")
