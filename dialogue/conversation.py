"""The state of one conversation: a frozen value that serialises small."""

from __future__ import annotations

from typing import Any

import msgspec

from dialogue.messages import Numbered  # noqa: F401  (re-exported for readers of decide)


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered between two messages of one person on one channel.

    `standard` is the written standard that the person has shown or chosen, None while
    unknown. No address and no name is kept here.
    """

    schema: int = 1
    channel: str
    standard: str | None = None
    introduced: bool = False
    opted_out: bool = False
    tracker: dict[str, Any] = {}


def begin(channel: str, standard: str | None = None) -> Conversation:
    """The state of a conversation in which nothing has been said."""
    return Conversation(channel=channel, standard=standard)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Conversation)


def dump(conversation: Conversation) -> bytes:
    """The state as it is stored."""
    return _encoder.encode(conversation)


def load(data: bytes) -> Conversation:
    """The state as it was stored, by this version or an earlier one."""
    return _decoder.decode(data)
