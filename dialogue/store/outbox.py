"""What waits to be sent: claimed in order for each recipient, and how each attempt went."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from dialogue.consents import CODE_MARK
from dialogue.replies import Reply
from dialogue.store.consent_changes import drop_groundless
from dialogue.store.engine import Database
from dialogue.store.errors import AddressUnreadableError
from dialogue.store.outbox_order import is_first
from dialogue.store.statements import among, as_list
from dialogue.store.tables import conversations, is_queued, is_unsure, outbox
from dialogue.store.unsure_claims import Lease, give_back, noted
from dialogue.store.utc_time import UtcTime
from dialogue.store.vault import Vault

LEASED_FOR = timedelta(seconds=60)
DOUBT_HOLDS = timedelta(seconds=60)  # the next to a recipient waits so long for an answer
_reply = msgspec.json.Decoder(Reply)


class Sendable(msgspec.Struct, frozen=True, kw_only=True):
    """A message that this process is to send now.

    To a person: `address` and `reply`. To a unit: `unit` and `letter`, the JSON of the
    effect that the unit is told of (an OpenTicket, AddToTicket, …).
    """

    outbox_id: int
    channel: str
    purpose: str
    attempts: int
    created_at: datetime
    expires_at: datetime
    conversation_id: int | None = None
    address: str | None = None
    reply: Reply | None = None
    unit: str | None = None
    letter: bytes | None = None
    answers: int | None = None  # the number of the message that it answers
    known: frozenset[str] = frozenset()  # in doubt: what the provider calls the person's others


OutcomeStatus = Literal["sent", "retry", "unreachable", "rejected", "in_doubt", "not_sent"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt went.

    `retry` waits until `retry_at`, or for the ordinary back-off; `not_sent` settles a
    message in doubt: the provider does not have it, so it is queued again. `opted_out`
    (with `unreachable`) marks the person as having said STOPP to the provider.
    """

    outbox_id: int
    status: OutcomeStatus
    provider_id: str | None = None
    retry_at: datetime | None = None
    code: str | None = None
    reason: str | None = None
    opted_out: bool = False


async def claim_outgoing(
    database: Database,
    vault: Vault,
    channels: Sequence[str],
    limit: int,
    now: datetime,
    unsure: list[Lease],
) -> list[Sendable]:
    """Claim at most `limit` messages on these channels, the first unsent one of each recipient.

    A claim is a lease of one minute. What a dead sender had claimed is in doubt then,
    and not sent again unasked (`recover_leases`); for another minute the next to that
    recipient waits for the doubt to be settled, so that order holds. `unsure`: claims of
    this process whose commit nobody answered; kept here, and given back first.
    """
    await give_back(database, unsure)
    names = as_list(list(channels), on_sqlite=database.sqlite)
    parameters = {"channels": names, "most": limit, "now": now}
    async with database.look() as connection:
        if (await connection.execute(_ANY_QUEUED)).first() is None:
            return []
    async with noted(unsure) as note, database.write() as connection:
        rows = (await connection.execute(_CLAIMABLE[database.sqlite], parameters)).all()
        if not rows:
            return []
        lease = note(Lease([row.id for row in rows], now + LEASED_FOR))
        numbers = as_list(lease.ids, on_sqlite=database.sqlite)
        await connection.execute(_LEASE[database.sqlite], {"ids": numbers, "until": lease.until})
        groundless = await drop_groundless(connection, list(rows), now)
        kept = [row for row in rows if row.id not in groundless]
        found = await _readable(connection, vault, kept)
    if not kept:  # what stood behind what was dropped may go now
        return await claim_outgoing(database, vault, channels, limit, now, unsure)
    return found


async def claim_in_doubt(
    database: Database, vault: Vault, channels: Sequence[str], limit: int
) -> list[Sendable]:
    """Messages that may or may not have been sent, for a provider that can be asked."""
    names = as_list(list(channels), on_sqlite=database.sqlite)
    async with database.write() as connection:
        asked = {"channels": names, "most": limit}
        rows = (await connection.execute(_IN_DOUBT[database.sqlite], asked)).all()
        found = await _readable(connection, vault, rows)
        people = [one.conversation_id for one in found if one.conversation_id is not None]
        if not people:
            return found
        ids = {"ids": as_list(people, on_sqlite=database.sqlite)}
        sent: dict[int, set[str]] = {}
        for row in await connection.execute(_SENT_TO[database.sqlite], ids):
            sent.setdefault(row.conversation_id, set()).add(row.provider_id)
    return [
        msgspec.structs.replace(one, known=frozenset(sent.get(one.conversation_id or 0, ())))
        for one in found
    ]


async def recover_leases(database: Database, now: datetime) -> int:
    """Mark as in doubt what a dead sender had claimed; how many there were."""
    async with database.write() as connection:
        times = {"now": now, "until": now + DOUBT_HOLDS}
        return int((await connection.execute(_LEASE_OVER, times)).rowcount)


async def expire(database: Database, now: datetime) -> int:
    """Give up what could not be sent in time; how many there were."""
    async with database.write() as connection:
        return int((await connection.execute(_EXPIRE, {"now": now})).rowcount)


async def next_attempt_at(
    database: Database, channels: Sequence[str], now: datetime
) -> datetime | None:
    """When the next message may be tried: the earliest first unsent one of a recipient."""
    names = as_list(list(channels), on_sqlite=database.sqlite)
    async with database.look() as connection:
        found: datetime | None = (
            await connection.execute(_NEXT[database.sqlite], {"channels": names, "now": now})
        ).scalar_one_or_none()
    return found


async def _readable(connection: Any, vault: Vault, rows: Sequence[Any]) -> list[Sendable]:
    sendable: list[Sendable] = []
    for row in rows:
        try:
            sendable.append(_sendable(row, vault))
        except AddressUnreadableError:
            await connection.execute(_UNREADABLE, {"the_id": row.id})
    return sendable


def _sendable(row: Any, vault: Vault) -> Sendable:
    common: dict[str, Any] = {
        "outbox_id": row.id,
        "channel": row.channel,
        "purpose": row.purpose,
        "attempts": row.attempts + 1,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "answers": row.answers,
    }
    if row.unit is not None:
        return Sendable(**common, unit=row.unit, letter=row.body)
    return Sendable(
        **common,
        conversation_id=row.conversation_id,
        address=vault.decrypt(row.channel, row.address_cipher),
        reply=_unsealed(_reply.decode(row.body), vault),
    )


def _unsealed(reply: Reply, vault: Vault) -> Reply:
    """The message as it is sent: its code, which was stored encrypted, in its place."""
    if reply.sealed is None:
        return reply
    code = vault.decrypt("consent", base64.b64decode(reply.sealed))
    return msgspec.structs.replace(reply, text=reply.text.replace(CODE_MARK, code), sealed=None)


def _columns() -> sa.Select[Any]:
    return sa.select(outbox, conversations.c.address_cipher).outerjoin(
        conversations, conversations.c.id == outbox.c.conversation_id
    )


def _claimable(*, on_sqlite: bool) -> sa.Select[Any]:
    now = sa.bindparam("now", type_=UtcTime)
    return (
        _columns()
        .where(
            is_queued,
            outbox.c.next_attempt_at <= now,
            outbox.c.expires_at > now,
            among(outbox.c.channel, on_sqlite=on_sqlite, name="channels"),
            is_first(),
        )
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(of=outbox, skip_locked=True)
    )


def _in_doubt(*, on_sqlite: bool) -> sa.Select[Any]:
    return (
        _columns()
        .where(
            is_unsure,
            outbox.c.status == "in_doubt",
            among(outbox.c.channel, on_sqlite=on_sqlite, name="channels"),
        )
        # not by the bare id: SQLite would go through all messages in that order
        .order_by(outbox.c.id + 0)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


_KINDS = (True, False)
_ANY_QUEUED = sa.select(outbox.c.id).where(is_queued).limit(1)
_CLAIMABLE = {kind: _claimable(on_sqlite=kind) for kind in _KINDS}
_IN_DOUBT = {kind: _in_doubt(on_sqlite=kind) for kind in _KINDS}
_LEASE = {
    kind: sa.update(outbox)
    .where(among(outbox.c.id, on_sqlite=kind))
    .values(
        status="sending",
        leased_until=sa.bindparam("until", type_=UtcTime),
        attempts=outbox.c.attempts + 1,
    )
    for kind in _KINDS
}
_SENT_TO = {
    kind: sa.select(outbox.c.conversation_id, outbox.c.provider_id).where(
        among(outbox.c.conversation_id, on_sqlite=kind), outbox.c.provider_id.is_not(None)
    )
    for kind in _KINDS
}
_LEASE_OVER = (
    sa.update(outbox)
    .where(
        is_unsure,
        outbox.c.status == "sending",
        outbox.c.leased_until <= sa.bindparam("now", type_=UtcTime),
    )
    .values(
        status="in_doubt",
        error_reason="the sender stopped while sending",
        leased_until=sa.bindparam("until", type_=UtcTime),
    )
)
_EXPIRE = (
    sa.update(outbox)
    .where(is_queued, outbox.c.expires_at <= sa.bindparam("now", type_=UtcTime))
    .values(status="expired")
)
_UNREADABLE = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("the_id"))
    .values(status="failed", error_code="address_unreadable", leased_until=None)
)
_NEXT = {
    kind: sa.select(sa.func.min(outbox.c.next_attempt_at, type_=UtcTime)).where(
        is_queued, among(outbox.c.channel, on_sqlite=kind, name="channels"), is_first()
    )
    for kind in _KINDS
}
