"""Claims whose commit nobody answered: whoever made them sent nothing, and says so.

Without that, what such a claim holds would be in doubt a minute later, and stay there
where the provider can't be asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
import sqlalchemy as sa

from dialogue.store.engine import Database
from dialogue.store.statements import among, as_list
from dialogue.store.tables import outbox
from dialogue.store.utc_time import UtcTime


class Lease(msgspec.Struct, frozen=True):
    """Messages that were claimed together, and when the claim ends."""

    ids: list[int]
    until: datetime


@asynccontextmanager
async def noted(unsure: list[Lease]) -> AsyncIterator[Callable[[Lease], Lease]]:
    """What is noted within goes to `unsure` when the transaction fails."""
    leases: list[Lease] = []

    def note(lease: Lease) -> Lease:
        leases.append(lease)
        return lease

    try:
        yield note
    except Exception:
        unsure += leases
        raise


async def give_back(database: Database, unsure: list[Lease]) -> None:
    """Queue again what these claims hold, if they were committed after all."""
    while unsure:
        lease = unsure[0]
        numbers = as_list(lease.ids, on_sqlite=database.sqlite)
        async with database.write() as connection:
            parameters = {"ids": numbers, "the_end": lease.until}
            await connection.execute(_GIVE_BACK[database.sqlite], parameters)
        unsure.remove(lease)


_GIVE_BACK = {
    kind: sa.update(outbox)
    .where(
        among(outbox.c.id, on_sqlite=kind),
        outbox.c.status == "sending",
        outbox.c.leased_until == sa.bindparam("the_end", type_=UtcTime),
    )
    .values(status="queued", leased_until=None, attempts=outbox.c.attempts - 1)
    for kind in (True, False)
}
