"""From working days to moments: closing time, weekends, Christmas, the month of § 11 a."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dialogue.routing.deadlines import (
    due_at,
    escalate_at,
    first_answer_at,
    interim_at,
    outcome_names,
)
from dialogue.routing.facts import read_facts
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from knowledge.working_days import WorkingDays

OSLO = ZoneInfo("Europe/Oslo")
COMPLAINT = {"kind": "complaint", "service": "sykehjem"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.fixture(scope="module")
def days(rules: RuleSet) -> WorkingDays:
    return WorkingDays(rules.municipality.hours)


@pytest.mark.parametrize(
    ("facts", "received", "due"),
    [
        (COMPLAINT, "2026-11-24 10:00", "2026-12-15 15:30"),
        (COMPLAINT, "2026-12-23 14:00", "2027-01-19 15:30"),
        ({"kind": "concern"}, "2026-11-24 10:00", "2026-11-24 15:30"),
        ({"kind": "concern"}, "2026-11-24 15:30", "2026-11-25 15:30"),
        ({"kind": "concern"}, "2026-11-28 09:00", "2026-11-30 15:30"),
        ({"kind": "access"}, "2026-11-26 23:59", "2026-12-01 15:30"),
        ({"kind": "access"}, "2027-05-14 10:00", "2027-05-20 15:30"),  # 17 May is also Whit Monday
        ({"kind": "deviation", "urgent": True}, "2026-11-27 20:00", "2026-11-30 15:30"),
    ],
)
def test_a_final_answer_is_due_at_closing_time(
    facts: dict[str, object], received: str, due: str, rules: RuleSet, days: WorkingDays
) -> None:
    assert due_at(route(rules, read_facts(facts)), at(received), days) == at(due)


def test_praise_is_never_due(rules: RuleSet, days: WorkingDays) -> None:
    outcome = route(rules, read_facts({"kind": "praise"}))
    assert due_at(outcome, at("2026-11-24 10:00"), days) is None
    assert first_answer_at(outcome, at("2026-11-24 10:00"), days) is None
    assert interim_at(outcome, at("2026-11-24 10:00"), days) is None


@pytest.mark.parametrize(
    ("received", "first"),
    [
        ("2026-11-24 10:00", "2026-11-24 14:00"),
        ("2026-11-24 13:00", "2026-11-25 09:30"),
        ("2026-11-27 20:00", "2026-11-30 12:00"),
    ],
)
def test_hours_are_counted_while_it_is_open(
    received: str, first: str, rules: RuleSet, days: WorkingDays
) -> None:
    outcome = route(rules, read_facts({"kind": "complaint", "sensitive": "threat"}))
    assert first_answer_at(outcome, at(received), days) == at(first)


def test_an_interim_reply_goes_within_a_month(rules: RuleSet, days: WorkingDays) -> None:
    outcome = route(rules, read_facts({"kind": "appeal", "service": "byggesak"}))
    assert interim_at(outcome, at("2026-11-24 10:00"), days) == at("2026-12-23 15:30")
    asked, *_ = outcome.escalation_steps
    assert escalate_at(asked, outcome, at("2026-11-24 10:00"), days) == at("2026-12-16 15:30")


def test_access_is_watched_on_the_fourth_and_fifth_working_day(
    rules: RuleSet, days: WorkingDays
) -> None:
    outcome = route(rules, read_facts({"kind": "access"}))
    moments = [
        escalate_at(step, outcome, at("2026-11-24 10:00"), days)
        for step in outcome.escalation_steps
    ]
    assert moments == [at("2026-11-30 15:30"), at("2026-12-01 15:30")]


def test_a_moment_in_utc_is_read_as_local_time(rules: RuleSet, days: WorkingDays) -> None:
    outcome = route(rules, read_facts({"kind": "access"}))
    late = datetime.fromisoformat("2026-11-24T23:30+00:00")  # already the 25th in Oslo
    assert due_at(outcome, late, days) == at("2026-11-30 15:30")


@pytest.mark.parametrize(
    ("standard", "unit", "answer"),
    [("nb", "Sykehjemmet", "innen 15 virkedager"), ("nn", "Sjukeheimen", "innan 15 virkedagar")],
)
def test_the_person_is_told_unit_and_time_in_both_standards(
    standard: str, unit: str, answer: str, rules: RuleSet
) -> None:
    told = outcome_names(route(rules, read_facts(COMPLAINT)), standard, rules.municipality)
    assert told["unit"] == unit
    assert told["answer"] == answer
