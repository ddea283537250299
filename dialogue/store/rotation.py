"""A new secret: every address is encrypted, and found, with it. The earlier one is then over.

Runs while the service does, in small transactions. Whoever is looked up meanwhile is
found by either secret, so nobody is met as a stranger.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.store.engine import Database
from dialogue.store.tables import conversations, meta
from dialogue.store.vault import Vault

BATCH = 500  # addresses in a transaction


async def rotate_keys(database: Database, vault: Vault, batch: int = BATCH) -> int:
    """Encrypt and hash with the newest secret what was with an earlier one; how many.

    Can be ended at any time and begun again. Raises AddressUnreadableError when an
    address was encrypted with a secret that is not in the ring.
    """
    changed, last = 0, 0
    while True:
        async with database.write() as connection:
            numbers = await _rotate_some(connection, vault, last, batch)
        if not numbers:
            break
        last = max(numbers)
        changed += sum(numbers.values())
    newest = sa.update(meta).where(meta.c.key == "vault").values(value=vault.key_ids[0])
    async with database.write() as connection:
        await connection.execute(newest)
    return changed


async def _rotate_some(
    connection: AsyncConnection, vault: Vault, after: int, most: int
) -> dict[int, bool]:
    """The next conversations by number, and which of them were changed."""
    column = conversations.c
    chosen = (
        sa.select(column.id, column.channel, column.address_cipher)
        .where(column.id > after)
        .order_by(column.id)
        .limit(most)
        .with_for_update(key_share=True)
    )
    found = (await connection.execute(chosen)).all()
    rows = []
    for row in found:
        if not vault.is_current(row.address_cipher):
            address = vault.decrypt(row.channel, row.address_cipher)
            rows.append(
                {
                    "the_id": row.id,
                    "address_hash": vault.hash(row.channel, address),
                    "address_cipher": vault.encrypt(row.channel, address),
                }
            )
    if rows:
        command = sa.update(conversations).where(column.id == sa.bindparam("the_id"))
        await connection.execute(command, rows)
    changed = {row["the_id"] for row in rows}
    return {row.id: row.id in changed for row in found}
