"""What comes in: a person's message, or something that the service itself tells a conversation.

Time is a sender too: timers and units' answers come in as `ServiceEvent`s and pass
the same way as a message.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

MessageKind = Literal[
    "text",  # typed words, perhaps with an attachment beside them
    "button",  # a pressed button; `payload` says which
    "reaction",  # a thumbs down at a message of ours; `about` says which
    "media",  # photo, voice, sticker, file, … without words
    "location",
    "contact",
    "edited",  # a message that was sent before, now changed
    "group",  # written in a group, where the bot does not talk
    "too_long",  # more than MAX_CHARACTERS; `text` holds the beginning
]
MAX_CHARACTERS = 4_000


class Attachment(msgspec.Struct, frozen=True):
    """Something that came with a message. The content itself is never fetched."""

    kind: str  # photo, voice, sticker, document, video, …
    mime_type: str | None = None


class PersonMessage(msgspec.Struct, frozen=True, tag="message", kw_only=True):
    """A message from a person, as a channel has parsed it."""

    kind: MessageKind = "text"
    text: str = ""
    payload: str | None = None
    attachments: tuple[Attachment, ...] = ()
    language_hint: str | None = None  # Telegram's language_code
    # the provider's id of our message that a reaction is to; the store, which knows it, makes
    # it the number of the message that was answered, or None
    about: str | None = None
    is_answered: bool = False  # the provider has answered already: only effects are wanted


class ServiceEvent(msgspec.Struct, frozen=True, tag="event", kw_only=True):
    """Something that the service tells a conversation; Rasa's external intent.

    `name` is one of EVENT_NAMES; `data` holds plain values (see `dialogue/timers.py`).
    """

    name: str
    data: dict[str, Any] = {}


Body = PersonMessage | ServiceEvent


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """One row for the inbox, before it has a number.

    `message_id` is the provider's id, unique within the channel: the same id is stored
    once, however often it is delivered. `address` is the sender (E.164 phone number,
    Telegram chat id); only the store and the channels ever see it.
    """

    channel: str
    address: str
    message_id: str
    body: Body


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A message as `decide` sees it: no address, but a number that is its own for ever.

    `number` is the inbox row's; what is made from the message (a ticket's reference)
    takes its name from it, so that a replay makes the same. `secret` is a keyed hash of the
    number that only the store can make: what nobody may guess comes from it.
    """

    number: int
    received_at: datetime
    body: Body
    secret: str = ""
