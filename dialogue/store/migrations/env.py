"""Alembic's entry point. The connection, in a transaction, is given by `dialogue.store.migrate`."""

from __future__ import annotations

from alembic import context

from dialogue.store.consent_tables import consents
from dialogue.store.tables import metadata

assert consents.metadata is metadata  # tables in a file of their own count too
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
    compare_server_default=False,
)
context.run_migrations()
