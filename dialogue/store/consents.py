"""Consents as the units see them: asked for, listed, taken back. No address is ever in them.

Locks are taken in one order everywhere: ticket, then conversation, then consent.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogue.consents import (
    ANSWER_WITHIN,
    DIGITS,
    MOST_IN_THE_WAIT,
    WAIT_AFTER,
    code_of,
    digest_of,
)
from dialogue.messages import ServiceEvent
from dialogue.store.consent_changes import tell_relative, waiting_message
from dialogue.store.consent_tables import Consent, consent_of, consents
from dialogue.store.conversations import find_or_begin, lock_person
from dialogue.store.engine import Database
from dialogue.store.errors import ConsentRefusedError, NoConversationError
from dialogue.store.inbox import storable
from dialogue.store.statements import notify
from dialogue.store.tables import tickets, timers
from dialogue.store.tickets import is_done, lock_ticket, note_history, refuse_closed
from dialogue.store.vault import Vault
from dialogue.store.wake import INBOX, Wake
from intents.sensitive import mask

SEALED = "consent"  # in place of a channel, so that a sealed code is no address


class ConsentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody is asked whether a relative may be told about the relative's ticket.

    `channel` and `address` are those of the one who is asked, as the unit knows them.
    `relative` is how the unit calls the relative to them, `whom` and `rule` what the rules
    decided, `until` how long a consent holds. `key`: asking twice with it asks once.
    `send_at`: when they are asked, if that is later than now (nobody is woken by it).
    """

    ticket: str
    channel: str
    address: str
    whom: str
    relative: str
    until: datetime
    age_group: str = "adult"
    rule: str = ""
    rules_version: str = ""
    standard: str | None = None
    author: str
    key: str | None = None
    send_at: datetime | None = None


class PaperConsent(msgspec.Struct, frozen=True, kw_only=True):
    """A consent that was given on paper at `given_at`, as `seen_by` (a role) has seen it.

    The paper lies in the archive as `archive_reference`. The rest as in `ConsentRequest`.
    """

    ticket: str
    whom: str
    relative: str
    given_at: datetime
    until: datetime
    archive_reference: str
    seen_by: str
    age_group: str = "adult"
    rule: str = ""
    rules_version: str = ""
    key: str | None = None


def random_code() -> str:
    """A code that nobody can foresee."""
    return code_of(secrets.randbelow(10**DIGITS))


class Consents:
    """Asking, listing and taking back, for the units. `new_code` makes the codes."""

    def __init__(self, database: Database, vault: Vault, wake: Wake) -> None:
        self._database, self._vault, self._wake = database, vault, wake
        self.new_code: Callable[[], str] = random_code

    async def ask(self, asked: ConsentRequest, now: datetime) -> Consent:
        """Ask. NotFoundError, AlreadyClosedError, NoConversationError, ConsentRefusedError."""
        async with self._database.write() as connection:
            row = await lock_ticket(connection, asked.ticket)
            if await is_done(connection, asked.ticket, asked.key):
                return (await _of_ticket(connection, asked.ticket))[-1]
            refuse_closed(row)
            if row.conversation_id is None or row.anonymous or not row.wants_contact:
                raise NoConversationError(asked.ticket, "there is no relative to tell")
            who = (asked.channel, asked.address)
            found = await find_or_begin(
                connection, self._database, self._vault, [who], now, asked.standard
            )
            await _demand_leave(connection, found[who], row.conversation_id, now)
            asked_at = max(now, asked.send_at or now)
            number = await _insert(connection, asked, row.unit, found[who], asked_at)
            await note_history(
                connection,
                asked.ticket,
                "consent_asked",
                asked.author,
                f"C{number}",
                asked.key,
                now,
            )
            event = self._event(number, asked, row.unit, asked_at)
            if asked_at > now:
                await _wait(connection, found[who], number, event, asked_at)
            else:
                told = f"consent:{number}:asked"
                await waiting_message(connection, found[who], told, event, now)
            consent = (await _of_ticket(connection, asked.ticket))[-1]
            await notify(connection, INBOX, on_sqlite=self._database.sqlite)
        self._wake.signal(INBOX)
        return consent

    async def record(self, paper: PaperConsent, now: datetime) -> Consent:
        """Keep a consent on paper; the relative is told. NotFoundError, AlreadyClosedError."""
        async with self._database.write() as connection:
            row = await lock_ticket(connection, paper.ticket)
            if await is_done(connection, paper.ticket, paper.key):
                return (await _of_ticket(connection, paper.ticket))[-1]
            refuse_closed(row)
            values = _row_of(paper, row.unit, paper.seen_by)
            times = {"asked_at": now, "answer_by": now, "changed_at": now}
            paper_only = {
                "status": "given",
                "given_at": paper.given_at,
                "how": "paper",
                "archive_reference": storable(paper.archive_reference),
            }
            inserted = await connection.execute(
                sa.insert(consents).values(**values | times | paper_only)
            )
            key: Any = inserted.inserted_primary_key
            number, told = int(key[0]), f"C{key[0]} {paper.archive_reference}"
            await note_history(
                connection, paper.ticket, "consent_given", paper.seen_by, told, paper.key, now
            )
            await tell_relative(connection, number, paper.ticket, "given", now)
            await notify(connection, INBOX, on_sqlite=self._database.sqlite)
            consent = (await _of_ticket(connection, paper.ticket))[-1]
        self._wake.signal(INBOX)
        return consent

    async def list_consents(self, ticket: str | None = None, limit: int = 100) -> list[Consent]:
        """The requests, the newest first; of one ticket, or the latest of all."""
        chosen = sa.select(consents).order_by(consents.c.id.desc()).limit(limit)
        if ticket is not None:
            chosen = chosen.where(consents.c.ticket_id == ticket)
        async with self._database.read() as connection:
            return [consent_of(row) for row in (await connection.execute(chosen)).mappings()]

    async def holding(self, ticket: str, now: datetime) -> Consent | None:
        """The consent by which this ticket's relative may be told, if one holds now."""
        found = await self.list_consents(ticket)
        return next((each for each in found if each.holds(now)), None)

    async def withdraw(self, ticket: str, author: str, now: datetime) -> list[Consent]:
        """End every request and consent to a ticket; those that were. Raises NotFoundError."""
        async with self._database.write() as connection:
            await lock_ticket(connection, ticket)
            held = (consents.c.ticket_id == ticket, consents.c.status.in_(("asked", "given")))
            before = await connection.execute(sa.select(consents).where(*held).with_for_update())
            found = before.mappings().all()
            change = {"status": "withdrawn", "changed_at": now, "changed_by": None}
            await connection.execute(sa.update(consents).where(*held).values(**change))
            for row in found:
                name = f"C{row['id']}"
                unsent = timers.c.key == _timer_key(row["id"])
                await connection.execute(sa.delete(timers).where(unsent))
                await note_history(connection, ticket, "consent_withdrawn", author, name, None, now)
                if row["conversation_id"] is not None:
                    event = ServiceEvent(name="consent_withdrawn", data={"consent": name})
                    told = f"consent:{row['id']}:unit"
                    await waiting_message(connection, row["conversation_id"], told, event, now)
                if row["status"] == "given":
                    await tell_relative(connection, row["id"], ticket, "withdrawn", now)
            await notify(connection, INBOX, on_sqlite=self._database.sqlite)
        self._wake.signal(INBOX)
        return [consent_of({**row, **change}) for row in found]

    def _event(self, number: int, asked: ConsentRequest, unit: str, now: datetime) -> ServiceEvent:
        code, salt = self.new_code(), secrets.token_hex(8)
        sealed = base64.b64encode(self._vault.encrypt(SEALED, code)).decode()
        data = {
            "consent": f"C{number}",
            "unit": unit,
            "relative": storable(asked.relative),
            "whom": asked.whom,
            "answer_by": (now + ANSWER_WITHIN).isoformat(),
            "until": asked.until.isoformat(),
            "salt": salt,
            "digest": digest_of(code, f"C{number}", salt),
            "sealed": sealed,
            "rests_on": f"C{number}",
        }
        return ServiceEvent(name="consent_request", data=data)


async def _of_ticket(connection: AsyncConnection, ticket: str) -> list[Consent]:
    chosen = sa.select(consents).where(consents.c.ticket_id == ticket).order_by(consents.c.id)
    return [consent_of(row) for row in (await connection.execute(chosen)).mappings()]


def _timer_key(number: int) -> str:
    return f"consent:C{number}"


async def _wait(
    connection: AsyncConnection, person: int, number: int, event: ServiceEvent, at: datetime
) -> None:
    """The question goes out at that time."""
    timer = {
        "conversation_id": person,
        "key": _timer_key(number),
        "name": event.name,
        "data": msgspec.json.encode(event.data),
        "due_at": at,
    }
    await connection.execute(sa.insert(timers).values(**timer))


async def _demand_leave(
    connection: AsyncConnection, person: int, relative: int, now: datetime
) -> None:
    """Nobody is pestered: ConsentRefusedError tells why this person is not asked now."""
    if person == relative:
        raise ConsentRefusedError("own-address")
    known = await lock_person(connection, person)
    if known.opted_out or known.blocked_reason is not None:
        raise ConsentRefusedError("left-in-peace")
    its = (
        sa.select(consents, tickets.c.conversation_id.label("relative_id"))
        .join(tickets, tickets.c.id == consents.c.ticket_id)
        .where(consents.c.conversation_id == person, consents.c.asked_at > now - WAIT_AFTER)
    )
    recent = (await connection.execute(its)).all()
    if any(each.status == "asked" and each.answer_by >= now for each in recent):
        raise ConsentRefusedError("already-asked")
    said_no = ("asked", "refused", "unanswered")
    if any(each.status in said_no and each.relative_id == relative for each in recent):
        raise ConsentRefusedError("asked-lately")
    if sum(each.status != "given" for each in recent) >= MOST_IN_THE_WAIT:
        raise ConsentRefusedError("asked-often")


async def _insert(
    connection: AsyncConnection, asked: ConsentRequest, unit: str, person: int, asked_at: datetime
) -> int:
    row = _row_of(asked, unit, asked.author) | {
        "conversation_id": person,
        "status": "asked",
        "asked_at": asked_at,
        "answer_by": asked_at + ANSWER_WITHIN,
        "changed_at": asked_at,
    }
    inserted = await connection.execute(sa.insert(consents).values(**row))
    primary_key: Any = inserted.inserted_primary_key
    return int(primary_key[0])


def _row_of(asked: ConsentRequest | PaperConsent, unit: str, author: str) -> dict[str, Any]:
    return {
        "ticket_id": asked.ticket,
        "unit": unit,
        "author": storable(author),
        "whom": asked.whom,
        "age_group": asked.age_group,
        "relative": mask(storable(asked.relative)),
        "rule": asked.rule,
        "rules_version": asked.rules_version,
        "valid_until": asked.until,
    }
