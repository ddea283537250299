"""Which conversations batches of this process have under way on SQLite.

PostgreSQL locks them; SQLite has one worker, so it is enough that this process remembers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable


class InFlight:
    """The conversations of batches that are not committed. Claims take turns (`claiming`)."""

    def __init__(self) -> None:
        self.claiming = asyncio.Lock()
        self.conversations: set[int] = set()

    def hold(self, conversations: Iterable[int]) -> None:
        """Nobody else claims these until they are released."""
        self.conversations.update(conversations)

    def release(self, conversations: Iterable[int]) -> None:
        self.conversations.difference_update(conversations)
