"""What Twilio's errors mean for a message: one table, with its source.

Sources: twilio.com/docs/api/errors/CODE for each code; the split of 2024-07-10 is in
Twilio's changelog («updates to the error code dictionary to clarify number validation»).
Twilio warns that codes are added: what is not in the table goes by its HTTP status.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

import aiohttp
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from connectors.channel import InDoubt, Rejected, SendOutcome, Throttled, Unreachable

Meaning = Literal["unreachable", "opted_out", "throttled", "rejected"]

CODES: dict[int, tuple[Meaning, str]] = {
    20003: ("rejected", "Twilio refuses the Account SID or Auth Token"),
    20404: ("rejected", "the account or messaging service is not found"),
    20429: ("throttled", "too many requests"),
    20500: ("throttled", "error inside Twilio"),
    20503: ("throttled", "Twilio is away"),
    21211: ("unreachable", "not a valid number"),
    21212: ("rejected", "SAMSVAR_TWILIO_FROM is not valid"),
    21265: ("unreachable", "the number is a short code"),
    21266: ("rejected", "the number is the service's own"),
    21408: ("rejected", "sending to that country is not permitted in Twilio's console"),
    21601: ("rejected", "the sender can't send SMS"),
    21602: ("rejected", "the text is empty"),
    21606: ("rejected", "SAMSVAR_TWILIO_FROM can't send to that number"),
    21608: ("rejected", "a trial account reaches verified numbers only"),
    21610: ("opted_out", "the person has opted out with STOP"),
    21611: ("throttled", "the sender's queue is full"),
    21612: ("unreachable", "no route to that number"),
    21614: ("unreachable", "not a mobile number"),
    21617: ("rejected", "the text is longer than 1,600 characters"),
    21635: ("unreachable", "a landline"),
    21659: ("rejected", "SAMSVAR_TWILIO_FROM is not a number of this account"),
    21703: ("rejected", "the messaging service has no number"),
    # These reach us by the status callback, after Twilio took the message.
    30001: ("throttled", "Twilio's queue overflowed"),
    30002: ("rejected", "the account is suspended"),
    30003: ("unreachable", "the phone is off or out of reach"),
    30004: ("unreachable", "the person or operator blocks the message"),
    30005: ("unreachable", "the number is not in use"),
    30006: ("unreachable", "a landline, or an operator that can't be reached"),
    30007: ("rejected", "an operator takes the message for spam"),
    30008: ("unreachable", "not delivered, the operator does not say why"),
    30022: ("throttled", "too many messages for the sender"),
}
AWAY_AFTER = timedelta(seconds=15)
BUSY_AFTER = timedelta(seconds=2)
NOT_STARTED = Throttled(BUSY_AFTER, "the channel is stopped")


def outcome_of_code(code: int, reason: str = "") -> SendOutcome | None:
    """What a code means, or None for one that is not known."""
    known = CODES.get(code)
    if known is None:
        return None
    meaning, words = known
    if meaning == "throttled":
        return Throttled(BUSY_AFTER if code == 20429 else AWAY_AFTER, f"{code}: {words}")
    if meaning == "rejected":
        return Rejected(words, str(code))
    return Unreachable(words, str(code), opted_out=meaning == "opted_out")


def outcome_of_error(error: Exception) -> SendOutcome:
    """What an error of a send means. Reasons hold no number and no text.

    Before the request was on its way nothing can have been sent (Throttled); after that
    it may have (InDoubt). 502 and 504 are a gateway's: Twilio may have taken it.
    """
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _of_answer(error.status, error.code)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Throttled(AWAY_AFTER, "Twilio can't be reached")
    if isinstance(error, RuntimeError):  # aiohttp: the session is closed
        return NOT_STARTED
    if isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | OSError | ValueError):
        return InDoubt(f"the connection to Twilio broke: {type(error).__name__}")
    raise error


def _of_answer(status: int, code: int | None) -> SendOutcome:
    known = outcome_of_code(code) if code else None
    if known is not None:
        return known
    if status == 429:
        return Throttled(BUSY_AFTER, "too many requests")
    if status in (502, 504):
        return InDoubt(f"a gateway of Twilio's answered {status}")
    if status >= 500:
        return Throttled(AWAY_AFTER, f"Twilio answered {status}")
    return Rejected(f"Twilio refused the message ({status})", str(code or status))
