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
    """One message to the person of the conversation.

    `listed`: a channel without buttons writes the choices as numbered lines; not where
    the text already says what may be answered («svar 1 til 6»).
    """

    text: str
    choices: tuple[Choice, ...] = ()
    listed: bool = True
    purpose: Purpose = "answer"
