"""What goes out to a person, before any channel has given it its form."""

from __future__ import annotations

from typing import Literal

import msgspec

Purpose = Literal[
    "answer",  # the direct answer to a message
    "rating_request",
    "reminder",
    "ticket",  # a unit's answer or the closing of a ticket
    "consent_request",  # may a relative be told?
    "opt_out",  # the one confirmation of STOPP, which is sent although they opted out
]


class Choice(msgspec.Struct, frozen=True):
    """An answer that is offered: a button on Telegram, a numbered line by SMS."""

    title: str
    payload: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One message to the person of the conversation.

    `listed`: a channel without buttons writes the choices as numbered lines; not where
    the text already says what may be answered («svar 1 til 6»). `rests_on`: the consent
    (C12) that must be valid at the moment of sending. `sealed`: an encrypted code, which
    takes its mark's place in the text when it is sent.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    listed: bool = True
    purpose: Purpose = "answer"
    rests_on: str | None = None
    sealed: str | None = None
