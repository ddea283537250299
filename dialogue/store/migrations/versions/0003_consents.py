"""Consents: users who are asked whether a relative may be told; messages that rest on one.

Only added to, so that processes of the version before may go on meanwhile: they neither ask
for consents nor write answers that rest on one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", Number, primary_key=True, autoincrement=True),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", Number, nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("whom", sa.Text(), nullable=False),
        sa.Column("age_group", sa.Text(), nullable=False),
        sa.Column("relative", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", Time, nullable=False),
        sa.Column("answer_by", Time, nullable=False),
        sa.Column("valid_until", Time, nullable=False),
        sa.Column("given_at", Time, nullable=True),
        sa.Column("changed_at", Time, nullable=False),
        sa.Column("changed_by", Number, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_consents_ticket_id_tickets"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name="fk_consents_conversation_id_conversations",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consents_ticket", "consents", ["ticket_id"])
    op.create_index("ix_consents_conversation", "consents", ["conversation_id"])
    op.add_column("outbox", sa.Column("rests_on", Number, nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "rests_on")
    op.drop_table("consents")
