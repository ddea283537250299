"""The state of one conversation: a frozen value that serialises small."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from dialogue.asked_code import AskedCode
from dialogue.consents import AskedConsent
from dialogue.replies import Choice
from dialogue.tracker import TrackerState

PromptKind = Literal["choice", "rating", "form"]


class Prompt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question that waits for an answer.

    `number` is unique in the conversation and stands in the payload of its buttons, so
    that an old button still finds its own question. `choice`: one of `choices`, whose
    payloads are Rasa payloads (``/affirm``). `rating`: a number from 1 to 6; `data` says
    about what. `form`: the form that is open has asked; it may have choices too.
    `reminded_at`: when it was last brought to mind, though it is not the latest.
    """

    number: int
    kind: PromptKind
    asked_at: datetime
    text: str = ""
    choices: tuple[Choice, ...] = ()
    data: dict[str, Any] = {}
    reminded_at: datetime | None = None


class OwnTicket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a conversation remembers of a ticket that was opened in it.

    `facts` are those that were not as usual, `rules_version` the version that decided.
    """

    id: str
    unit: str
    kind: str
    opened_at: datetime
    due_at: datetime | None = None
    status: Literal["open", "answered", "closed", "withdrawn"] = "open"
    answered_at: datetime | None = None
    wants_contact: bool = True
    facts: dict[str, Any] = {}
    rules_version: str = ""

    @property
    def is_open(self) -> bool:
        """Whether more can be said about it: neither closed nor withdrawn."""
        return self.status in ("open", "answered")


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An article that was answered lately: what «feil svar» or a reaction may be about.

    `number` is that of the message that led to it.
    """

    number: int
    article: str
    question: str


class LastArticle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The article that was said last, to what question: what a follow-up is about."""

    id: str
    at: datetime
    question: str = ""


class LastRating(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The rating that was given last: what a reason that comes after it is about.

    `number` is that of the message that rated, `ticket` the case that came of a wish for contact.
    """

    number: int
    at: datetime
    unit: str
    service: str | None = None
    ticket: str | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """How often a text, known by its `mark`, has been said lately (`dialogue/loop_guard.py`)."""

    mark: int
    count: int
    since: datetime
    last_at: datetime


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered between two messages of one person on one channel.

    `standard` is the written standard that the person has shown or, if `standard_chosen`,
    asked for; None while unknown. `standard_doubts` counts clear messages in a row in the
    other standard. `prompts` are the open questions, latest last. `consents`: what this
    person was asked to consent to. No address of anybody is kept here.
    """

    schema: int = 1
    channel: str
    standard: Literal["nb", "nn"] | None = None
    standard_chosen: bool = False
    standard_doubts: int = 0
    introduced: bool = False
    opted_out: bool = False
    prompt_count: int = 0
    prompts: tuple[Prompt, ...] = ()
    tickets: tuple[OwnTicket, ...] = ()
    rating_asked_at: datetime | None = None
    misunderstood: int = 0
    said: tuple[Said, ...] = ()
    answered: tuple[Answered, ...] = ()
    article: LastArticle | None = None
    rating: LastRating | None = None
    consents: tuple[AskedConsent, ...] = ()
    asked_code: AskedCode | None = None
    tracker: TrackerState = TrackerState()

    @property
    def open_case(self) -> OwnTicket | None:
        """The latest case of which more can be said."""
        return next((ticket for ticket in reversed(self.tickets) if ticket.is_open), None)


def begin(channel: str, standard: Literal["nb", "nn"] | None = None) -> Conversation:
    """The state of a conversation in which nothing has been said."""
    return Conversation(channel=channel, standard=standard)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Conversation)


class _Lasting(msgspec.Struct):
    """The part of a state that outlives a change of its form."""

    channel: str
    standard: Literal["nb", "nn"] | None = None
    standard_chosen: bool = False
    introduced: bool = False
    opted_out: bool = False
    rating_asked_at: datetime | None = None


def dump(conversation: Conversation) -> bytes:
    """The state as it is stored."""
    return _encoder.encode(conversation)


def load(data: bytes) -> Conversation:
    """The state as it was stored, by this version or an earlier one.

    A state that this version can't read begins anew, but keeps what the person has
    decided: to be left in peace, and the written standard.
    """
    try:
        conversation = _decoder.decode(data)
    except msgspec.DecodeError:  # includes ValidationError
        lasting = msgspec.json.decode(data, type=_Lasting)
        return Conversation(**msgspec.structs.asdict(lasting))
    return conversation
