"""Consents on paper: how a consent was documented, and where the paper lies in the archive.

Only added to: processes of the version before write neither, and what they write was by code.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    how = sa.Column("how", sa.Text(), nullable=False, server_default="code")
    op.add_column("consents", how)
    op.add_column("consents", sa.Column("archive_reference", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("consents", "archive_reference")
    op.drop_column("consents", "how")
