"""A user's consent that a relative is told about a case: asked for, given, taken back. Pure.

The user is asked in their own channel and answers JA and a code. The code is checked here
against a slow hash that only this conversation knows, so that it is good for one request and
one phone. What is recorded is the store's (`dialogue/store/consents.py`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

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


class Heard(msgspec.Struct, frozen=True):
    """What a message says about a consent: the intent, the code in it."""

    intent: str
    code: str = ""


def digest_of(code: str, request: str, salt: str) -> str:
    """The slow hash of a code, bound to the request by its salt."""
    salted = f"{request}:{salt}".encode()
    return hashlib.scrypt(code.encode(), salt=salted, n=2**12, r=8, p=1, dklen=32).hex()


def is_right(code: str, asked: AskedConsent) -> bool:
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


# -- what a person says

_YES = r"(?:ja|jo|jepp|yes|ok|okei|javisst|samtykker|samtykkjer|(?:jeg|eg) samtykk\w+)"
_YES_AND_CODE = re.compile(
    rf"\W*{_YES}(?:\s+takk)?\W*(?:kode[nr]?(?:\s+er)?\W*)?(\d[\d ]{{2,9}}\d)\W*", re.IGNORECASE
)
_CODE_ALONE = re.compile(r"\W*(?:kode[nr]?(?:\s+er)?\W*)?(\d{3} ?\d{3})\W*", re.IGNORECASE)
_YES_ALONE = re.compile(
    rf"\W*(?:{_YES}(?:[\s,]+(?:takk|da|gjerne|det er greit|det er i orden|det går bra))?"
    r"|(?:det er |heilt |helt )?(?:greit|greitt|i orden))\W*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\W*(?:nei|neida|nope|niks)\b(?:\W+(?:takk|ikke|ikkje|det vil (?:jeg|eg) ikk?j?e|"
    r"(?:jeg|eg) vil ikk?j?e|(?:jeg|eg) kjenner ikk?j?e til det|\d[\d ]*))*\W*",
    re.IGNORECASE,
)
_CONSENT = r"(?:samtykk\w*|ja-?et|fullmakt\w*)"
_TAKE_BACK = (
    r"(?:trekk\w*|trukket|trokke|angr\w*|tilbakekall\w*|kall\w* tilbake|tek tilbake|tar tilbake|"
    r"ta tilbake|slett\w*|fjern\w*|stopp\w*|stans\w*|avslutt\w*|opphev\w*)"
)
_WITHDRAW = re.compile(
    rf"\b{_TAKE_BACK}\b.{{0,40}}\b{_CONSENT}|\b{_CONSENT}.{{0,25}}\b(?:tilbake|trekk\w*|slutt)\b|"
    rf"\bsamtykk(?:er|jer|e)\b.{{0,20}}\bikk?j?e\b.{{0,10}}\b(?:lenger|lengre|lengjer|meir|mer)\b",
    re.IGNORECASE,
)
_ABOUT_CONSENT = re.compile(
    r"\W*(?:(?:vis|mine|mitt|kva|hva|hvilke|kva for|har (?:jeg|eg)|(?:jeg|eg)|gitt|gjeve|gjevi|i|"
    r"alle|om|status|til)\s+)*samtykk\w*\W*",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:spør\w*|spørr\w*|be|bed|ber|få|hent\w*|innhent\w*|skaff\w*)\b.{0,40}\b"
    r"(?:samtykk\w*|fullmakt\w*)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?\s*$|^\W*(?:kan|korleis|hvordan|kva|hva|når|kossen|åssen)\b", re.IGNORECASE)
_TELLS_OF_CASE = re.compile(r"\b(?:klag\w*|far|mor|bror|syster|søster)\b", re.IGNORECASE)
FEW_WORDS = 12


def hear_consent(
    text: str,
    known: Sequence[AskedConsent],
    at: datetime,
    *,
    asked_since: datetime | None,
    has_tickets: bool,
) -> Heard | None:
    """What a message says about a consent, None when it is about something else.

    `asked_since` is when the latest other open question was asked: a bare yes or no goes to
    what was asked last. Taking back is heard at any time, without a code.
    """
    if len(text.split()) > FEW_WORDS:
        return None
    if _WITHDRAW.search(text) and (known or not _TELLS_OF_CASE.search(text)):
        return Heard("consent_status" if _ASKS.search(text) else "consent_withdrawal")
    if has_tickets and _WISH.search(text):
        return Heard("consent_wish")
    if _ABOUT_CONSENT.fullmatch(text):
        return Heard("consent_status")
    request = open_request(known, at)
    if (yes := _YES_AND_CODE.fullmatch(text)) is not None:
        code = yes[1].replace(" ", "")
        return Heard("consent_yes", code) if request or len(code) == DIGITS else None
    if request is None:
        return None
    if _CODE_ALONE.fullmatch(text):
        return Heard("consent_unclear")
    if asked_since is not None and asked_since > request.asked_at:
        return None
    if _NO.fullmatch(text):
        return Heard("consent_no")
    return Heard("consent_unclear") if _YES_ALONE.fullmatch(text) else None
