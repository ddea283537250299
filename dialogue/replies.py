"""What goes out to a person, before any channel has given it its form."""

from __future__ import annotations

from typing import Literal

import msgspec

Purpose = Literal[
    "answer",  # the direct answer to a message
    "rating_request",
    "reminder",
    "ticket",  # a unit's answer or the closing of a ticket
    "opt_out",  # the one confirmation of STOPP, which is sent although they opted out
]


class Choice(msgspec.Struct, frozen=True):
    """An answer that is offered: a button on Telegram, a numbered line by SMS."""

    title: str
    payload: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One message to the person of the conversation."""

    text: str
    choices: tuple[Choice, ...] = ()
    purpose: Purpose = "answer"
