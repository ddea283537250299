"""What the store does now and then by itself, and what an operator asks of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dialogue.store import forgetting, outbox, people, receipts, retention, rotation
from dialogue.store.engine import Database
from dialogue.store.retention import Kept
from dialogue.store.vault import Vault

RETAIN_EVERY = timedelta(hours=24)


class Upkeep:
    """A store's upkeep: leases, expiry, forgetting, retention; a person's rights; keys."""

    def __init__(self, database: Database, vault: Vault, kept: Kept | None = None) -> None:
        self._database = database
        self._vault = vault
        self._kept = kept or Kept()
        self._retain_at: datetime | None = None

    async def tidy(self, now: datetime) -> None:
        """Leases, expiry, early receipts, forgetting; a portion of retention where it is due."""
        await outbox.recover_leases(self._database, now)
        await outbox.expire(self._database, now)
        await receipts.settle_early_receipts(self._database, now)
        await forgetting.finish_forgetting(self._database, now)
        if self._retain_at is None or now >= self._retain_at:
            done = await retention.keep_no_longer(self._database, now, self._kept)
            self._retain_at = now if done else now + RETAIN_EVERY

    async def export_person(self, channel: str, address: str) -> dict[str, Any]:
        """All that is stored about a person. Raises NotFoundError."""
        return await people.export_person(self._database, self._vault, channel, address)

    async def forget_person(self, channel: str, address: str, now: datetime) -> None:
        """Forget a person as «slett meg» does. Raises NotFoundError."""
        await people.forget_person(self._database, self._vault, channel, address, now)
        await forgetting.finish_forgetting(self._database, now)

    async def rotate_keys(self) -> int:
        """Encrypt every address with the newest secret; how many were changed."""
        return await rotation.rotate_keys(self._database, self._vault)
