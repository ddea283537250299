"""Declared ties: each case is held against them at routing, hand-over and reply."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.routing.facts import Facts
from dialogue.routing.invented import invent
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.screening import may_take, route_screened
from dialogue.routing.tables import load_rules
from dialogue.routing.ties import Tie, read_ties
from knowledge.content import EXAMPLE
from knowledge.municipality import Municipality
from knowledge.municipality_files import read_municipality

DAY = date(2027, 3, 1)
TIE = """
ties:
  - id: kultur-1
    role: kultur.lead
    tie: auto
    ground: organisation
    when: {service: kulturmidler}
    valid_from: 2027-01-01
    valid_to: 2027-12-31
    declared_at: 2026-12-20
"""
GRANTS = Facts(kind="appeal", service="kulturmidler")
_municipality, _ = read_municipality(EXAMPLE)
assert _municipality is not None
RULES = load_rules(EXAMPLE, _municipality)
UNITS = sorted(unit for unit in RULES.municipality.units if unit != "statsforvaltar")


@pytest.fixture
def declare(tmp_path: Path, municipality: Municipality) -> Callable[[str], tuple[Tie, ...]]:
    def write(text: str) -> tuple[Tie, ...]:
        (tmp_path / "ties.yml").write_text(text, encoding="utf-8")
        ties, problems = read_ties(tmp_path, municipality)
        assert not problems
        return ties

    return write


def test_without_the_file_nobody_has_ties(tmp_path: Path, municipality: Municipality) -> None:
    assert read_ties(tmp_path, municipality) == ((), [])


@pytest.mark.parametrize(
    ("day", "unit"),
    [(date(2026, 12, 31), "kultur"), (DAY, "kdir"), (date(2028, 1, 1), "kultur")],
)
def test_a_tie_counts_only_while_it_is_valid(
    day: date, unit: str, rules: RuleSet, declare: Callable[[str], tuple[Tie, ...]]
) -> None:
    facts, outcome = route_screened(rules, GRANTS, declare(TIE), day)
    assert outcome.unit == unit
    assert (facts.tie == "auto") == (unit == "kdir") == ("kultur.lead" in outcome.recused)


def test_other_cases_of_the_unit_stay(
    rules: RuleSet, declare: Callable[[str], tuple[Tie, ...]]
) -> None:
    other = Facts(kind="complaint", service="bibliotektjenester")
    facts, outcome = route_screened(rules, other, declare(TIE), DAY)
    assert (facts, outcome) == (other, route(rules, other))


def test_a_doubt_asks_the_superior_and_never_decides(
    rules: RuleSet, declare: Callable[[str], tuple[Tie, ...]]
) -> None:
    ties = declare(TIE.replace("tie: auto", "tie: doubt"))
    _, outcome = route_screened(rules, GRANTS, ties, DAY)
    assert (outcome.unit, outcome.impartiality, outcome.judge) == ("kultur", "hold", "kdir.lead")


def test_a_superior_who_is_out_too_is_passed_by(
    rules: RuleSet, declare: Callable[[str], tuple[Tie, ...]]
) -> None:
    above = TIE.replace("ties:\n", "").replace("kultur-1", "k2").replace("kultur.lead", "kdir.lead")
    ties = declare(TIE + above)
    _, outcome = route_screened(rules, GRANTS, ties, DAY)
    assert outcome.unit == "politisk"
    assert set(outcome.recused) == {"kultur.lead", "kdir.lead"}
    assert not any(step.to.startswith(("kultur", "kdir")) for step in outcome.escalation_steps)


def test_when_the_director_is_out_nobody_below_decides(
    rules: RuleSet, declare: Callable[[str], tuple[Tie, ...]]
) -> None:
    ties = declare(TIE.replace("kultur.lead", "kdir.lead"))
    facts, outcome = route_screened(rules, GRANTS, ties, DAY)
    assert (facts.tie, outcome.unit) == ("superior", "politisk")


def test_a_case_is_not_handed_over_to_one_with_a_tie(
    rules: RuleSet, declare: Callable[[str], tuple[Tie, ...]]
) -> None:
    ties = declare(TIE)
    assert not may_take(rules, GRANTS, ties, "kultur", DAY)
    assert may_take(rules, GRANTS, ties, "kultur", date(2028, 1, 1))
    assert may_take(rules, GRANTS, ties, "kdir", DAY)
    assert not may_take(rules, GRANTS, ties, "statsforvaltar", DAY)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("kultur.lead", "Kari Nordmann", "routing.tie-role"),
        ("kultur.lead", "kultur.deputy", "routing.tie-role"),
        ("tie: auto", "tie: friend", "routing.tie-field"),
        ("ground: organisation", "ground: gossip", "routing.tie-field"),
        ("service: kulturmidler", "service: kulturmiddel", "routing.value-unknown"),
        ("service: kulturmidler", "channel: sms", "routing.fact-not-declared"),
        ("valid_from: 2027-01-01", "valid_from: soon", "routing.date"),
        ("    ground: organisation\n", "", "routing.field-missing"),
        ("    ground: organisation\n", "    ground: other\n    name: x\n", "routing.field-unknown"),
    ],
)
def test_a_tie_that_cannot_be_used_is_told(
    old: str, new: str, code: str, tmp_path: Path, municipality: Municipality
) -> None:
    assert old in TIE
    (tmp_path / "ties.yml").write_text(TIE.replace(old, new), encoding="utf-8")
    assert {each.code for each in read_ties(tmp_path, municipality)[1]} == {code}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(UNITS), st.sampled_from(["auto", "superior"])), max_size=6),
    st.integers(0, 400),
)
def test_nobody_with_a_tie_receives_decides_or_is_told(
    declared: list[tuple[str, str]], number: int
) -> None:
    facts = replace_none(next(islice(invent(RULES, number), 1)))
    box = RULES.table("unit").rows[-1].boxes
    ties = tuple(
        Tie(f"t{n}", unit, tie, "family", box, DAY, None, DAY)
        for n, (unit, tie) in enumerate(declared)
    )
    _, outcome = route_screened(RULES, facts, ties, DAY)
    out = {unit for unit, _ in declared}
    control = RULES.municipality.units[outcome.unit].level == "control"
    assert outcome.unit not in out or (control and outcome.passes_on)
    if not control:
        told = {step.to.split(".")[0] for step in outcome.escalation_steps}
        assert not told & out
        if outcome.judge is not None:
            assert outcome.judge.split(".")[0] not in out


def replace_none(facts: Facts) -> Facts:
    """The same case without a tie of its own."""
    import msgspec

    return msgspec.structs.replace(facts, tie="none")
