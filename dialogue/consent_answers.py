"""What a message says about a consent: JA and a code, NEI, taking it back, asking for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from dialogue.consents import DIGITS, AskedConsent, open_request
from dialogue.play import Play
from intents.understood import Understood

_YES = r"(?:ja|jo|jepp|yes|ok|okei|javisst|samtykker|samtykkjer|(?:jeg|eg) samtykk\w+)"
_YES_AND_CODE = re.compile(
    rf"\W*{_YES}(?:\s+takk)?\W*(?:kode[nr]?(?:\s+er)?\W*)?(\d[\d ]{{2,9}}\d)\W*", re.IGNORECASE
)
_CODE_ALONE = re.compile(r"\W*(?:kode[nr]?(?:\s+er)?\W*)?(\d{3} ?\d{3})\W*", re.IGNORECASE)
YES_ALONE = re.compile(
    rf"\W*(?:{_YES}(?:[\s,]+(?:takk|da|gjerne|det er greit|det er i orden|det går bra))?"
    r"|(?:det er |heilt |helt )?(?:greit|greitt|i orden))\W*",
    re.IGNORECASE,
)
NO = re.compile(
    r"\W*(?:nei|neida|nope|niks)\b(?:\W+(?:takk|ikke|ikkje|det vil (?:jeg|eg) ikk?j?e|"
    r"(?:jeg|eg) vil ikk?j?e|(?:jeg|eg) kjenner ikk?j?e til det|\d[\d ]*))*\W*",
    re.IGNORECASE,
)
_CONSENT = r"(?:samtykk\w*|ja-?et|fullmakt\w*)"
_NAMES = ("samtykk", "ja-et", "jaet", "fullmakt")
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


class Heard(msgspec.Struct, frozen=True):
    """What a message says about a consent: the intent, the code in it."""

    intent: str
    code: str = ""


def answer_consent(play: Play, plain: Understood) -> Understood | None:
    """What is said about a consent; an open form neither hears of it nor asks again."""
    prompts = play.conversation.prompts
    said = hear_consent(
        plain.text,
        play.conversation.consents,
        play.message.received_at,
        asked_since=prompts[-1].asked_at if prompts else None,
        has_tickets=bool(play.conversation.tickets),
    )
    if said is None:
        return None
    heard = msgspec.structs.replace(plain, intent=said.intent)
    play.run(said.intent, heard, data={"code": said.code}, aside=True)
    return heard


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
    plain = text.lower()
    if any(name in plain for name in _NAMES):
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
    if NO.fullmatch(text):
        return Heard("consent_no")
    return Heard("consent_unclear") if YES_ALONE.fullmatch(text) else None
