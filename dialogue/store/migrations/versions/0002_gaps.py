"""Unanswered questions: whose they are, what was drafted of them, what answers them now.

Only added to, so that processes of the version before may go on meanwhile.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)
LINK = "fk_unanswered_conversation_id_conversations"
WITH_WORDS = sa.text("text <> ''")


def upgrade() -> None:
    kept = {"sqlite_autoincrement": True}  # SQLite makes the table anew
    with op.batch_alter_table("unanswered", table_kwargs=kept) as table:
        table.add_column(sa.Column("conversation_id", Number, nullable=True))
        table.add_column(sa.Column("draft", sa.Text(), nullable=True))
        table.add_column(sa.Column("answered_by", sa.Text(), nullable=True))
        table.add_column(sa.Column("closed_at", Time, nullable=True))
        table.create_foreign_key(
            LINK, "conversations", ["conversation_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index("ix_unanswered_conversation", "unanswered", ["conversation_id"])
    op.create_index(
        "ix_unanswered_words",
        "unanswered",
        ["noted_at"],
        postgresql_where=WITH_WORDS,
        sqlite_where=WITH_WORDS,
    )


def downgrade() -> None:
    op.drop_index("ix_unanswered_words", "unanswered")
    op.drop_index("ix_unanswered_conversation", "unanswered")
    kept = {"sqlite_autoincrement": True}
    with op.batch_alter_table("unanswered", table_kwargs=kept) as table:
        table.drop_constraint(LINK, type_="foreignkey")
        for name in ("conversation_id", "draft", "answered_by", "closed_at"):
            table.drop_column(name)
