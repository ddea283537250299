"""Handing a case over: never to one who is out, and the deadline stays."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dialogue.edition import Edition
from dialogue.hand_over import HandOver, plan_hand_over
from dialogue.reply_check import Notice
from dialogue.routing.conditions import Vocabulary, read_boxes
from dialogue.routing.deadlines import due_at
from dialogue.routing.domains import domains_of
from dialogue.routing.explain import explain
from dialogue.routing.facts import read_facts
from dialogue.routing.memory import Memory
from dialogue.routing.reading import Faults
from dialogue.routing.route import route
from dialogue.routing.screening import replayed, ties_above
from dialogue.routing.ties import Tie
from knowledge.yaml_lines import parse

OPENED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 26)
COMPLAINT = {"kind": "complaint", "service": "grunnskole"}


def a_tie(edition: Edition, unit: str, kind: str) -> Tie:
    domains = domains_of(edition.municipality)
    words = Vocabulary(domains, frozenset(domains.values), {})
    boxes = read_boxes("any", (), words, Faults(parse("a: 1", "ties.yml")))
    day = date(2026, 1, 1)
    return Tie("t1", unit, kind, "family", boxes, day, None, day)


def planned(
    edition: Edition, facts: dict[str, Any], to: str, ties: tuple[Tie, ...] = (), **more: Any
) -> HandOver | Notice:
    _, outcome = edition.route(read_facts(facts), OPENED)
    given: dict[str, Any] = {
        "facts": facts,
        "rules": outcome.rules,
        "unit": outcome.unit,
        "recused": outcome.recused,
        "deadline": due_at(outcome, OPENED, edition.working_days),
        "to": to,
        "opened_at": OPENED,
        "opened_on": OPENED.date(),
        "today": TODAY,
    }
    return plan_hand_over(edition.rule_sets, ties, edition.working_days, **(given | more))


def test_the_deadline_counts_from_the_day_the_case_came(edition: Edition) -> None:
    _, outcome = edition.route(read_facts(COMPLAINT), OPENED)
    plan = planned(edition, COMPLAINT, "ppt")
    assert isinstance(plan, HandOver)
    assert plan.unit == "ppt"
    assert plan.due_at == due_at(outcome, OPENED, edition.working_days)
    assert plan.told == ("ppt.lead", "kdir.lead")


@pytest.mark.parametrize("tie", ["auto", "superior"])
def test_one_with_a_declared_tie_does_not_get_it(edition: Edition, tie: str) -> None:
    refused = planned(edition, COMPLAINT, "ppt", (a_tie(edition, "ppt", tie),))
    assert isinstance(refused, Notice)
    assert refused.code == "recused"
    assert "declared tie" in refused.text


def test_a_doubt_is_decided_by_the_level_above_first(edition: Edition) -> None:
    refused = planned(edition, COMPLAINT, "ppt.lead", (a_tie(edition, "ppt", "doubt"),))
    assert isinstance(refused, Notice)
    assert refused.code == "doubt"


def test_a_case_about_a_leader_never_comes_back_to_her(edition: Edition) -> None:
    about = {"kind": "complaint", "service": "sykehjem", "about": "leader"}
    for role in ("sjukeheim", "sjukeheim.lead", "sjukeheim.deputy"):
        refused = planned(edition, about, role)
        assert isinstance(refused, Notice)
        assert refused.code == "recused"


def test_nobody_under_a_director_who_is_out_gets_it(edition: Edition) -> None:
    refused = planned(edition, {"kind": "complaint", "about": "director"}, "torg")
    assert isinstance(refused, Notice)
    assert refused.code == "recused"


def test_a_report_from_an_employee_stays_in_its_circle(edition: Edition) -> None:
    report = {"kind": "complaint", "who": "employee", "service": "sykehjem"}
    refused = planned(edition, report, "sjukeheim")
    assert isinstance(refused, Notice)
    assert refused.code == "named-group"
    assert isinstance(planned(edition, report, "politisk"), HandOver)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("skule", "same-unit"),
        ("statsforvaltar", "outside"),
        ("nowhere", "unknown-unit"),
        ("ppt.intern", "unknown-unit"),
    ],
)
def test_what_makes_no_sense_is_refused(edition: Edition, to: str, code: str) -> None:
    refused = planned(edition, COMPLAINT, to)
    assert isinstance(refused, Notice)
    assert refused.code == code


def test_no_case_of_any_kind_reaches_one_who_is_out(edition: Edition) -> None:
    for unit in edition.municipality.units:
        for kind in ("auto", "superior"):
            tie = (a_tie(edition, unit, kind),)
            assert isinstance(planned(edition, COMPLAINT, unit, tie), Notice)


def test_a_tie_above_the_handler_is_replayed_from_who_was_out(edition: Edition) -> None:
    about = read_facts({"kind": "complaint", "service": "sykehjem", "tie": "auto"})
    rules = edition.rules_at(OPENED)
    then = route(rules, about, frozenset({"kdir"}))
    assert then.unit == "politisk"
    assert ties_above(rules, about, then.recused) == {"kdir"}
    assert replayed(rules, about, then.recused) == then
    explained = explain(rules, about, then, out=ties_above(rules, about, then.recused))
    assert explained.summary[0] == f"{edition.municipality.units['politisk'].name['nb']} har saken."
    memory = Memory(rules)
    assert memory.route(about).unit == "kdir"
    assert memory.route(about, frozenset({"kdir"})) == then
