"""From an outcome's working days to moments, and to words for the person.

A deadline on a day means before closing time that day. Day 0 is the day the case
came in, or the next working day when it came in after closing time or on a day off.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogue.routing.route import EscalationStep, Outcome
from dialogue.routing.wording import days_text, hours_text
from knowledge.municipality import Municipality, Names
from knowledge.working_days import WorkingDays


def due_at(outcome: Outcome, received_at: datetime, working_days: WorkingDays) -> datetime | None:
    """When the final answer is due; None where no answer is due."""
    if outcome.due_working_days is None:
        return None
    return _end_of(outcome.due_working_days, received_at, working_days)


def first_answer_at(
    outcome: Outcome, received_at: datetime, working_days: WorkingDays
) -> datetime | None:
    """When the first answer is due, counted in opening hours where the rule gives hours."""
    if outcome.first_answer_hours is not None:
        return add_open_hours(received_at, outcome.first_answer_hours, working_days)
    if outcome.first_answer_working_days is None:
        return None
    return _end_of(outcome.first_answer_working_days, received_at, working_days)


def interim_at(
    outcome: Outcome, received_at: datetime, working_days: WorkingDays
) -> datetime | None:
    """The last moment for an interim reply (forvaltningsloven § 11 a), None where none is due.

    A month is counted by domstolloven §§ 148-149; the answer goes on the last working
    day that is not after it.
    """
    if outcome.interim_months is None:
        return None
    start = _local(received_at, working_days)
    last = working_days.term(start, outcome.interim_months, "months")
    return working_days.closing(_working_day_at_or_before(last, working_days))


def escalate_at(
    step: EscalationStep, outcome: Outcome, received_at: datetime, working_days: WorkingDays
) -> datetime | None:
    """When a step of an escalation comes due; None when what it counts from never comes."""
    if step.since == "received":
        return _end_of(step.working_days, received_at, working_days)
    counted = interim_at if step.since == "interim" else due_at
    start = counted(outcome, received_at, working_days)
    if start is None:
        return None
    day = start.date()
    if step.working_days >= 0:
        return working_days.closing(working_days.add(day, step.working_days))
    for _ in range(-step.working_days):
        day = _working_day_at_or_before(day - timedelta(days=1), working_days)
    return working_days.closing(day)


def add_open_hours(at: datetime, hours: int, working_days: WorkingDays) -> datetime:
    """The moment when the municipality has been open for `hours` since `at`."""
    left = timedelta(hours=hours)
    opening = working_days.next_opening(at)
    while True:
        closing = working_days.closing(opening.date())
        if opening + left <= closing:
            return opening + left
        left -= closing - opening
        opening = working_days.next_opening(closing)


def outcome_names(outcome: Outcome, standard: str, municipality: Municipality) -> Names:
    """What the dialogue tells the person: the unit, and within which time.

    `unit`: the name of the unit that receives. `first_answer` and `answer`: like
    "innen 5 virkedager"; empty where none is promised. `handler`: the role's name.
    """
    unit = municipality.units[outcome.unit]
    first = outcome.first_answer_working_days
    return {
        "unit": unit.name[standard],
        "handler": unit.lead[standard],
        "first_answer": (
            hours_text(outcome.first_answer_hours, standard)
            if outcome.first_answer_hours is not None
            else days_text(first, standard)
        ),
        "answer": days_text(outcome.due_working_days, standard),
    }


def _end_of(days: int, received_at: datetime, working_days: WorkingDays) -> datetime:
    start = _local(received_at, working_days)
    if days == 0:
        start = working_days.next_opening(received_at).date()
    return working_days.closing(working_days.add(start, days))


def _local(at: datetime, working_days: WorkingDays) -> date:
    """The day at the municipality's place (the closing time carries its time zone)."""
    zone = working_days.closing(at.date()).tzinfo or ZoneInfo("Europe/Oslo")
    return at.astimezone(zone).date()


def _working_day_at_or_before(day: date, working_days: WorkingDays) -> date:
    while not working_days.is_working_day(day):
        day -= timedelta(days=1)
    return day
