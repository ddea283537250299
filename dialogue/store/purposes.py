"""What is sent for what: how urgent it is, when it is given up, when it is tried again."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

GIVE_UP_AFTER = {
    "answer": timedelta(hours=24),
    "opt_out": timedelta(hours=24),
    "ticket": timedelta(hours=72),
    "rating_request": timedelta(hours=4),
    "reminder": timedelta(hours=4),
    "consent_request": timedelta(hours=24),  # half of the time there is to answer
    "unit": timedelta(days=7),  # a letter to a unit
}
UNSOLICITED = frozenset({"rating_request", "reminder", "consent_request"})
ALLOWED_AFTER_OPT_OUT = frozenset({"answer", "opt_out"})
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=30)


def expiry(purpose: str, created_at: datetime) -> datetime:
    """When a message that could not be sent is given up."""
    return created_at + GIVE_UP_AFTER.get(purpose, GIVE_UP_AFTER["answer"])


def priority(purpose: str) -> int:
    """0 goes before 1: answers never wait behind what nobody asked for."""
    return 1 if purpose in UNSOLICITED else 0


def next_attempt(outbox_id: int, attempts: int, now: datetime) -> datetime:
    """When to try again: 2 s, 4 s, 8 s … up to 30 min, give or take a quarter.

    The jitter comes from the row's number and the attempt: spread out, and yet the
    same each time it is asked.
    """
    wait = min(_FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 12), _LONGEST_WAIT)
    jitter = random.Random(outbox_id * 1_009 + attempts).uniform(0.75, 1.25)  # noqa: S311
    waits: timedelta = wait * jitter
    return now + waits
