"""What the HTTP API and the command line take for a request for consent."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from connectors.api_models import Key, address_of, invalid
from connectors.channels.plain_text import clean
from dialogue.closing import read_archive_reference
from dialogue.consent_plan import LONGEST_NAME
from dialogue.consents import LONGEST
from knowledge.gsm import is_gsm7, to_gsm7

WHY_NOT_ASKED = {
    "own-address": "that is the relative's own address",
    "left-in-peace": "they want no messages, or can't be reached",
    "already-asked": "a question to them is open",
    "asked-lately": "they were asked for the same relative less than 30 days ago",
    "asked-often": "they have been asked three times in 30 days",
}
_NAME = re.compile(r"[^\W\d_]+(?:[ .,'()-]+[^\W\d_]+)*[.)]?")


def _called(text: str) -> str:
    """What the relative is called: words alone, for a link or a number there would be a trap."""
    name = to_gsm7(" ".join(clean(text).split()))
    is_address = re.search(r"\.\S", name)  # read as a link by a phone
    if is_address or not is_gsm7(name) or not _NAME.fullmatch(name):
        raise ValueError("must be words alone, as «dattera di» or «Kari, dattera di»")
    return name


def _author(text: str) -> str:
    cleaned = clean(text)
    if not cleaned:
        raise ValueError("must hold some words")
    return cleaned


class ConsentAsk(BaseModel):
    """A request: `to` is the address of the one who is asked, as the unit itself knows it.

    `relative` is how the unit calls the relative to them. `address_confirmed`: the unit has
    made sure that it is theirs, and has not taken it from the relative's word.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    channel: Literal["sms", "telegram"]
    to: Annotated[str, Field(max_length=40)]
    relative: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_called)]
    whom: Literal["user", "guardian"] = "user"
    age_group: Literal["adult", "16-17", "12-15", "under-12"] | None = None
    until: AwareDatetime | None = None
    standard: Literal["nb", "nn"] | None = None
    address_confirmed: bool = False
    author: Annotated[str, Field(max_length=100), AfterValidator(_author)] | None = None
    key: Key | None = None


class ConsentOnPaper(BaseModel):
    """A consent that was given on paper: seen by whom, when it was given, where it lies.

    `given_on` is the day of the signature; `seen_by` is a role, not a name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    relative: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_called)]
    archive_reference: Annotated[str, AfterValidator(read_archive_reference)]
    given_on: date
    seen_by: Annotated[str, Field(max_length=100), AfterValidator(_author)]
    whom: Literal["user", "guardian"] = "user"
    age_group: Literal["adult", "16-17", "12-15", "under-12"] | None = None
    until: AwareDatetime | None = None
    key: Key | None = None


class ConsentEnd(BaseModel):
    """That the consents to a ticket end now."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    author: Annotated[str, Field(max_length=100), AfterValidator(_author)] | None = None


def demand_day(paper: ConsentOnPaper, today: date) -> None:
    """422 when the day of the signature can't be so, or is too long ago to rest on."""
    if paper.given_on > today:
        raise invalid(("given_on", "is a day to come"))
    if today - paper.given_on > LONGEST:
        raise invalid(("given_on", f"is more than {LONGEST.days} days ago: ask anew"))


def demand_address(asked: ConsentAsk, channels: list[str]) -> str:
    """The address as it is kept; 422 with every fault."""
    faults: list[tuple[str, str]] = []
    address = ""
    if asked.channel not in channels:
        faults.append(("channel", "is not switched on"))
    if not asked.address_confirmed:
        why = "must be true: make sure that the address is theirs; a relative's word is not enough"
        faults.append(("address_confirmed", why))
    try:
        address = address_of(asked.channel, asked.to)
    except ValueError as error:
        faults.append(("to", str(error)))
    if faults:
        raise invalid(*faults)
    return address
