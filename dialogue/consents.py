"""A user's consent that a relative is told about a case: asked for, given, taken back. Pure.

The user is asked in their own channel and answers JA and a code. The code is checked here
against a slow hash that only this conversation knows, so that it is good for one request and
one phone. What is recorded is the store's (`dialogue/store/consents.py`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import msgspec

from dialogue.effects import ChangeConsent, Effect, Forget, OptOut
from dialogue.replies import Reply

ANSWER_WITHIN = timedelta(hours=48)
VALID_FOR = timedelta(days=90)
LONGEST = timedelta(days=365)
WAIT_AFTER = timedelta(days=30)  # after a no, or no answer, before the same is asked again
MOST_IN_THE_WAIT = 3  # requests to one person within that time, whoever asks
TRIES = 3  # wrong codes before a request is closed
DIGITS = 6
CODE_MARK = "#" * DIGITS  # stands for the code until the message is sent
REMEMBERED = 10  # requests of one conversation

Status = Literal["asked", "given", "refused", "unanswered", "closed", "withdrawn", "ended"]
Whom = Literal["user", "guardian"]


class AskedConsent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request as the conversation of the one who was asked remembers it.

    `relative` is how the unit calls the one who is to be told, `digest` the slow hash of the
    code (empty once the request is answered), `closed`: too many wrong codes.
    """

    id: str
    unit: str
    relative: str
    whom: Whom = "user"
    asked_at: datetime
    answer_by: datetime
    until: datetime
    salt: str = ""
    digest: str = ""
    tries_left: int = TRIES
    status: Status = "asked"

    def is_open(self, at: datetime) -> bool:
        """Whether it can be answered at that time."""
        return self.status == "asked" and at <= self.answer_by

    def holds(self, at: datetime) -> bool:
        """Whether a consent was given that is valid at that time."""
        return self.status == "given" and at <= self.until


def code_of(drawn: int) -> str:
    """A code of DIGITS figures from a number that nobody can foresee."""
    return f"{drawn % 10**DIGITS:0{DIGITS}}"


def digest_of(code: str, request: str, salt: str) -> str:
    """The slow hash of a code, bound to the request by its salt."""
    salted = f"{request}:{salt}".encode()
    return hashlib.scrypt(code.encode(), salt=salted, n=2**12, r=8, p=1, dklen=32).hex()


class Asked(Protocol):
    """What a code was asked for."""

    @property
    def id(self) -> str: ...
    @property
    def salt(self) -> str: ...
    @property
    def digest(self) -> str: ...


def is_right(code: str, asked: Asked) -> bool:
    """Whether this is the code of that request."""
    if len(code) != DIGITS or not asked.digest:
        return False
    return hmac.compare_digest(digest_of(code, asked.id, asked.salt), asked.digest)


def remember(known: Sequence[AskedConsent], asked: AskedConsent) -> tuple[AskedConsent, ...]:
    """The requests with this one new or changed; those that still matter are kept longest."""
    others = [each for each in known if each.id != asked.id]
    over = [each for each in others if each.status not in ("asked", "given")]
    spare = len(others) + 1 - REMEMBERED
    gone = {each.id for each in over[: max(spare, 0)]}
    return (*(each for each in others if each.id not in gone), asked)


def settled(asked: AskedConsent, status: Status) -> AskedConsent:
    """The request with its outcome, its code forgotten."""
    return msgspec.structs.replace(asked, status=status, salt="", digest="")


def open_request(known: Iterable[AskedConsent], at: datetime) -> AskedConsent | None:
    """The request that waits for an answer."""
    return next((each for each in known if each.is_open(at)), None)


def marked(replies: Sequence[Reply], data: Mapping[str, Any]) -> tuple[Reply, ...]:
    """What an event said, with what it may only be sent with: a valid consent, a sealed code."""
    rests_on, sealed = data.get("rests_on"), data.get("sealed")
    if not rests_on and not sealed:
        return tuple(replies)
    return tuple(
        msgspec.structs.replace(
            reply,
            rests_on=rests_on or reply.rests_on,
            sealed=sealed if CODE_MARK in reply.text else None,
        )
        for reply in replies
    )


def ended_with(
    effects: Sequence[Effect], before: Sequence[AskedConsent], after: Sequence[AskedConsent]
) -> tuple[tuple[Effect, ...], tuple[AskedConsent, ...]]:
    """STOPP leaves an open request unanswered; «slett meg» takes back all that was given.

    `before` and `after` are what the conversation remembered and remembers now.
    """
    if not effects:
        return (), tuple(after)
    if any(isinstance(effect, Forget) for effect in effects) and before:
        return (ChangeConsent(consent=None, to="withdrawn"), *effects), tuple(after)
    if not any(isinstance(effect, OptOut) for effect in effects):
        return tuple(effects), tuple(after)
    waiting = [each for each in after if each.status == "asked"]
    changes = [ChangeConsent(consent=each.id, to="unanswered") for each in waiting]
    kept = (settled(each, "unanswered") if each in waiting else each for each in after)
    return (*effects, *changes), tuple(kept)
