"""Cases as a lawyer would put them: facts, what must come out, and the basis."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from dialogue.routing.facts import read_facts
from dialogue.routing.route import Outcome, route, what_closing_takes, whom_to_ask
from dialogue.routing.ruleset import RuleSet
from knowledge.yaml_lines import read

ON_REQUEST = {"consent_request": whom_to_ask, "closing": what_closing_takes}
CASES = [
    pytest.param(case, id=f"{path.stem}-{case['name'].replace(' ', '_')}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))
    for case in read(path).data
]


def told(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain values, and those whom an escalation reaches, in order."""
    plain: dict[str, Any] = msgspec.to_builtins(outcome)
    plain["escalates_to"] = list(dict.fromkeys(step.to for step in outcome.escalation_steps))
    return plain


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_decided_as_the_law_and_the_council_say(
    case: dict[str, Any], rules: RuleSet
) -> None:
    facts = read_facts(case["facts"], rules.municipality.services)
    outcome = told(route(rules, facts))
    for table, ask in ON_REQUEST.items():
        row = ask(rules, facts)
        outcome[table] = None if row is None else row.then
    for field in ("recused", "may_not_decide", "escalates_to"):
        outcome[field] = list(outcome[field])
    assert {key: outcome[key] for key in case["outcome"]} == case["outcome"]
    assert case["basis"]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150


def test_every_row_decides_some_case(rules: RuleSet) -> None:
    decided = {
        (reference.table, reference.row)
        for case in CASES
        for reference in route(rules, read_facts(case.values[0]["facts"])).rules  # type: ignore[index, call-overload]
    }
    for case in CASES:
        for table, ask in ON_REQUEST.items():
            row = ask(rules, read_facts(case.values[0]["facts"]))  # type: ignore[index, call-overload]
            assert row is not None
            decided.add((table, row.id))
    rows = {(table.name, row.id) for table in rules.tables for row in table.rows}
    assert rows - decided == set()
