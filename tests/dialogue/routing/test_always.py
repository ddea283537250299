"""What must hold in every case, whatever the facts."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.routing.domains import UNKNOWN
from dialogue.routing.facts import Facts
from dialogue.routing.route import Outcome, route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.municipality_files import read_municipality

_found, _ = read_municipality(EXAMPLE)
assert _found is not None
RULES: RuleSet = load_rules(EXAMPLE, _found)


def _values(fact: str) -> st.SearchStrategy[Any]:
    values = RULES.domains.values[fact]
    return st.sampled_from([None if value == UNKNOWN else value for value in values])


ANY_FACTS = st.builds(Facts, **{fact: _values(fact) for fact in Facts.__struct_fields__})
MANY = settings(max_examples=400, deadline=None)


def _decided(outcome: Outcome) -> tuple[object, ...]:
    return outcome.unit, outcome.due_working_days, outcome.visibility, outcome.recused


@MANY
@given(ANY_FACTS)
def test_a_recused_leader_receives_nothing(facts: Facts) -> None:
    outcome = route(RULES, facts)
    assert outcome.handler not in outcome.recused
    assert outcome.judge not in outcome.recused
    assert not {step.to for step in outcome.escalation_steps} & set(outcome.recused)


@MANY
@given(ANY_FACTS)
def test_nobody_under_a_recused_leader_decides(facts: Facts) -> None:
    outcome = route(RULES, facts)
    units = RULES.municipality.units
    if outcome.first_unit != outcome.unit:
        assert units[outcome.unit].level != "unit" or units[outcome.first_unit].level == "unit"
        assert outcome.unit not in {role.split(".")[0] for role in outcome.may_not_decide}
    if "kdir.lead" in outcome.recused and facts.kind not in ("concern", "access"):
        assert units[outcome.unit].level in ("political", "control")


@MANY
@given(ANY_FACTS, _values("channel"), _values("standard"), st.booleans())
def test_channel_standard_and_encounter_change_nothing(
    facts: Facts, channel: Any, standard: Any, encounter: bool
) -> None:
    like = msgspec.structs.replace(facts, channel=channel, standard=standard, encounter=encounter)
    assert route(RULES, facts) == route(RULES, like)


@MANY
@given(ANY_FACTS)
def test_the_same_facts_always_give_the_same_outcome(facts: Facts) -> None:
    again = msgspec.json.decode(msgspec.json.encode(facts), type=Facts)
    assert route(RULES, facts) == route(RULES, again)


@MANY
@given(ANY_FACTS)
def test_a_relative_without_consent_gets_no_case_information(facts: Facts) -> None:
    outcome = route(RULES, facts)
    if facts.who in ("relative", "guardian") and facts.consent != "documented":
        assert outcome.reply in ("general_only", "receipt_only")


@MANY
@given(ANY_FACTS)
def test_only_the_control_secretariat_passes_on(facts: Facts) -> None:
    outcome = route(RULES, facts)
    assert outcome.passes_on == (outcome.unit == "kontroll")


@MANY
@given(ANY_FACTS)
def test_the_first_matching_row_decides_as_a_plain_loop_finds_it(facts: Facts) -> None:
    from dialogue.routing.route import case_of, decide_tables

    case = case_of(RULES, facts)
    won = decide_tables(RULES, case, on_request=True)
    for table in RULES.tables:
        first = next(
            row
            for row in table.rows
            if any(all(case[f] in s for f, s in box.sets.items()) for box in row.boxes)
        )
        assert won[table.name].id == first.id


@MANY
@given(ANY_FACTS, st.sampled_from(["health", "child", "threat"]))
def test_sensitive_content_is_never_slower_or_seen_by_more(facts: Facts, sensitive: str) -> None:
    plain = route(RULES, msgspec.structs.replace(facts, sensitive="none"))
    grave = route(RULES, msgspec.structs.replace(facts, sensitive=sensitive))
    width = RULES.table("visibility").outcomes
    assert width[grave.visibility].width <= width[plain.visibility].width
    slowest = 10_000
    assert (grave.due_working_days if grave.due_working_days is not None else slowest) <= (
        plain.due_working_days if plain.due_working_days is not None else slowest
    )
