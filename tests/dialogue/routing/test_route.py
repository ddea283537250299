"""Deciding: what an outcome tells, and how facts are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dialogue.routing.explain import explain
from dialogue.routing.facts import Facts, read_facts
from dialogue.routing.route import may_receive, route, rules_on
from dialogue.routing.ruleset import ON_REQUEST, RuleSet, Table
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE


def test_an_outcome_names_the_row_of_every_table_and_the_version(rules: RuleSet) -> None:
    outcome = route(rules, Facts(kind="complaint", service="sykehjem"))
    decides = [table.name for table in rules.tables if table.name not in ON_REQUEST]
    assert [each.table for each in outcome.rules] == decides
    assert {each.version for each in outcome.rules} == {rules.version}


def test_a_service_that_nobody_knows_is_distributed_by_the_service_centre(rules: RuleSet) -> None:
    assert route(rules, Facts(kind="question", service="heisatur")).unit == "torg"


def test_a_channel_that_is_new_is_like_any_other(rules: RuleSet) -> None:
    sms = route(rules, Facts(kind="complaint", service="sykehjem"))
    assert route(rules, Facts(kind="complaint", service="sykehjem", channel="pigeon")) == sms


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"kind": "gossip"},
        {"kind": "praise", "name": "Kari"},
        {"kind": "praise", "anonymous": "yes"},
        {"kind": "praise", "service": "heisatur"},
    ],
)
def test_facts_that_cannot_be_read_are_refused(plain: dict[str, object], rules: RuleSet) -> None:
    with pytest.raises(ValueError):
        read_facts(plain, rules.municipality.services)


@pytest.mark.parametrize(
    ("facts", "unit", "may"),
    [
        (Facts(kind="complaint", service="sykehjem", about="leader"), "sjukeheim", False),
        (Facts(kind="complaint", service="sykehjem", about="leader"), "politisk", True),
        (Facts(kind="complaint", service="sykehjem"), "heime", True),
        (Facts(kind="complaint", service="sykehjem", about="director"), "torg", False),
        (Facts(kind="complaint", service="sykehjem", about="director"), "kontroll", True),
        (Facts(kind="access", about="director"), "torg", True),
        (Facts(kind="access", about="director"), "kdir", False),
        (Facts(kind="complaint", service="sykehjem"), "statsforvaltar", False),
    ],
)
def test_a_case_is_not_handed_over_to_one_who_is_out(
    facts: Facts, unit: str, may: bool, rules: RuleSet
) -> None:
    assert may_receive(rules, facts, unit) is may


def test_a_row_decides_only_while_it_is_valid(rules: RuleSet) -> None:
    unit = rules.table("unit")
    rows = tuple(
        replace(row, valid_to=date(2026, 12, 31)) if row.id == "U2" else row for row in unit.rows
    )
    dated = _with_table(rules, replace(unit, rows=rows))
    facts = Facts(kind="access", service="byggesak")
    assert route(rules_on(dated, date(2026, 12, 31)), facts).unit == "torg"
    assert route(rules_on(dated, date(2027, 1, 1)), facts).unit == "byggplan"


def test_the_new_act_is_told_from_the_day_it_is_in_force(rules: RuleSet) -> None:
    dated = replace(rules, nfvl_from=date(2027, 7, 1))
    facts = Facts(kind="appeal", service="byggesak")
    told = [
        explain(rules_on(dated, day), facts).decisions[0].basis
        for day in (date(2027, 6, 30), date(2027, 7, 1))
    ]
    assert told == ["forvaltningsloven § 32", "forvaltningsloven (2025) §§ 61-68"]


def test_the_example_set_loads_without_a_warning(rules: RuleSet) -> None:
    from dialogue.routing.versions import check_rules

    assert check_rules(EXAMPLE, rules.municipality) == []
    assert load_rules(EXAMPLE, rules.municipality).version == rules.version
    assert 45 <= sum(len(table.rows) for table in rules.tables) <= 70


def _with_table(rules: RuleSet, table: Table) -> RuleSet:
    return replace(
        rules,
        tables=tuple(table if each.name == table.name else each for each in rules.tables),
    )
