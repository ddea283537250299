"""Explanations name what counted, in both standards, and nothing that a person may not see."""

from __future__ import annotations

import pytest

from dialogue.routing.domains import SERVICE_ATTRIBUTES
from dialogue.routing.explain import PERSON_TABLES, explain
from dialogue.routing.facts import Facts
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.wording import box_text, fact_text, outcome_text, value_text
from knowledge.gsm import is_gsm7

ABOUT_THE_LEADER = Facts(kind="complaint", who="relative", service="sykehjem", about="leader")


@pytest.mark.parametrize(
    ("standard", "lines"),
    [
        (
            "nb",
            (
                "Kommunedirektøren har saken.",
                "Skal ikke behandle saken: enhetsleder (Sykehjemmet).",
                "U6 Ett nivå opp (hvem det handler om: lederen, hva det er: klage på tjeneste).",
                'Med "hvem det handler om: tjenesten" hadde Sykehjemmet fått saken (U7).',
            ),
        ),
        (
            "nn",
            (
                "Kommunedirektøren har saka.",
                "Skal ikkje handsame saka: einingsleiar (Sjukeheimen).",
                "U6 Eitt nivå opp (kven det handlar om: leiaren, kva det er: klage på teneste).",
                'Med "kven det handlar om: tenesta" hadde Sjukeheimen fått saka (U7).',
            ),
        ),
    ],
)
def test_an_explanation_tells_what_counted_and_what_would_have_changed_it(
    standard: str, lines: tuple[str, ...], rules: RuleSet
) -> None:
    text = explain(rules, ABOUT_THE_LEADER, standard=standard).text
    for line in lines:
        assert line in text


def test_each_change_that_is_told_does_change_the_outcome(rules: RuleSet) -> None:
    import msgspec

    now = route(rules, ABOUT_THE_LEADER)
    changes = explain(rules, ABOUT_THE_LEADER).changes
    assert {each.table for each in changes} == {"unit", "handling", "visibility", "reply"}
    for change in changes:
        other = route(
            rules, msgspec.structs.replace(ABOUT_THE_LEADER, **{change.fact: change.value})
        )
        field = {"handling": "due_working_days"}.get(change.table, change.table)
        assert getattr(other, field) != getattr(now, field)


def test_a_person_is_not_told_who_sees_the_case(rules: RuleSet) -> None:
    explained = explain(rules, ABOUT_THE_LEADER, standard="nn", tables=PERSON_TABLES)
    assert {each.table for each in explained.decisions} == set(PERSON_TABLES)
    assert "sjå saka" not in explained.text


def test_a_row_that_no_longer_decides_is_told(rules: RuleSet) -> None:
    then = route(rules, Facts(kind="complaint", service="sykehjem"))
    assert "unit" in explain(rules, ABOUT_THE_LEADER, then).drifted
    assert explain(rules, ABOUT_THE_LEADER, route(rules, ABOUT_THE_LEADER)).drifted == ()


@pytest.mark.parametrize("standard", ["nb", "nn"])
def test_everything_has_a_name(standard: str, rules: RuleSet) -> None:
    for fact in (*rules.domains.values, *SERVICE_ATTRIBUTES, "subject_is"):
        assert fact_text(rules, fact, standard)
        values = (
            rules.domains.attribute_values(fact)
            if fact in SERVICE_ATTRIBUTES
            else rules.domains.values.get(fact, ("none", "handler", "superior", "other"))
        )
        for value in values:
            assert value_text(rules, fact, value, standard)
    for table in rules.tables:
        for row in table.rows:
            assert outcome_text(rules, table.name, row.then, standard)
            for box in row.boxes:
                assert box_text(rules, box, standard)


@pytest.mark.parametrize("standard", ["nb", "nn"])
def test_what_may_go_by_sms_stays_within_the_small_alphabet(standard: str, rules: RuleSet) -> None:
    explained = explain(rules, ABOUT_THE_LEADER, standard=standard, tables=PERSON_TABLES)
    assert is_gsm7(explained.text.replace("§", ""))
    assert all(is_gsm7(line) for line in explained.summary)
