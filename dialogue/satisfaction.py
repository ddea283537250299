"""When a rating may be asked for.

Two hours after the encounter, on working days between 9 and 19, once per person in 30 days,
one reminder, closed after 14 days. No law sets these; they are the example's own choice
(90 days of quarantine would be the careful one).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

from dialogue.conversation import Conversation
from dialogue.routing.facts import Facts

ASK_AFTER = timedelta(hours=2)
ASK_BETWEEN = (time(9), time(19))
QUARANTINE = timedelta(days=30)
REMIND_AFTER = timedelta(days=3)
OPEN_FOR = timedelta(days=14)
LOW_RATING = 2  # 1 and 2 offer contact (decision table «escalation», row E4)


class Calendar(Protocol):
    """Which days people are at work."""

    def is_working_day(self, day: date) -> bool: ...


def meeting_facts(service: str | None, channel: str, standard: str | None) -> Facts:
    """A meeting with a service as the decision table «rating» sees it."""
    return Facts(
        kind="question",  # a meeting is no feedback; no row for meetings looks at its kind
        who="user",
        service=service,
        channel=channel,
        standard="nn" if standard == "nn" else "nb",
        encounter=True,
    )


def may_ask(conversation: Conversation, at: datetime) -> bool:
    """Whether this person may be asked for a rating now."""
    if conversation.opted_out:
        return False
    asked_at = conversation.rating_asked_at
    return asked_at is None or at - asked_at >= QUARANTINE


def next_asking_time(at: datetime, calendar: Calendar, timezone: tzinfo) -> datetime:
    """`at`, or the first moment after it that lies outside the quiet hours."""
    local = at.astimezone(timezone)
    opens, closes = ASK_BETWEEN
    day = local.date()
    if calendar.is_working_day(day) and opens <= local.time() < closes:
        return at
    if not (calendar.is_working_day(day) and local.time() < opens):
        day += timedelta(days=1)
        while not calendar.is_working_day(day):
            day += timedelta(days=1)
    return datetime.combine(day, opens, timezone)


def ask_at(met_at: datetime, calendar: Calendar, timezone: tzinfo) -> datetime:
    """When to ask about an encounter at `met_at`."""
    return next_asking_time(met_at + ASK_AFTER, calendar, timezone)
