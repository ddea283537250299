"""What a changed rule set would change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialogue.routing.compare import compare, difference_text, simulate
from dialogue.routing.document import document
from dialogue.routing.facts import Facts, read_facts
from dialogue.routing.picture import picture
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.tables import load_rules, read_rules
from knowledge.content import EXAMPLE


@pytest.fixture
def changed(rules: RuleSet, tmp_path: Path) -> RuleSet:
    """Complaints are answered in ten days, and those about a unit go to its owner."""
    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables")
    for name, old, new in (
        ("handling.yml", "due_working_days: 15}", "due_working_days: 10}"),
        (
            "unit.yml",
            "about: [leader, unit], kind: [complaint",
            "about: [leader], kind: [complaint",
        ),
        (
            "unit.yml",
            "about: unit, service: broyting}, outcome: kdir",
            "about: leader}, outcome: kdir",
        ),
    ):
        file = tmp_path / "tables" / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
    found, problems = read_rules(tmp_path, rules.municipality)
    assert found is not None
    assert not problems
    return found


def test_a_set_does_not_differ_from_itself(rules: RuleSet) -> None:
    again = load_rules(EXAMPLE, rules.municipality)
    assert compare(rules, again) == ()


def test_differences_are_cases_not_lines(rules: RuleSet, changed: RuleSet) -> None:
    found = compare(rules, changed)
    handling = [each for each in found if each.table == "handling"]
    assert len(handling) == 1
    assert handling[0].before[0] == handling[0].after[0] == "T6"
    assert handling[0].example["kind"] == "complaint"
    units = {(each.before, each.after[0]) for each in found if each.table == "unit"}
    assert ((("U6", "kdir"), "U7")) in units


def test_each_difference_has_an_example_that_differs(rules: RuleSet, changed: RuleSet) -> None:
    for each in compare(rules, changed):
        if each.table in ("unit", "handling"):
            facts = read_facts({k: v for k, v in each.example.items() if k != "subject_is"})
            before, after = route(rules, facts), route(changed, facts)
            assert (before.unit, before.due_working_days, before.first_unit) != (
                after.unit,
                after.due_working_days,
                after.first_unit,
            )


@pytest.mark.parametrize(
    ("standard", "text"),
    [
        ("nb", "Hvor fort (T6), 4,4 % av tilfellene. Før: første svar innen 5 virkedager"),
        ("nn", "Kor fort (T6), 4,4 % av tilfella. Før: første svar innan 5 virkedagar"),
    ],
)
def test_a_difference_is_told_in_words(
    standard: str, text: str, rules: RuleSet, changed: RuleSet
) -> None:
    told = [difference_text(rules, each, standard) for each in compare(rules, changed)]
    assert any(each.startswith(text) for each in told)


def test_a_simulation_counts_who_would_have_moved(rules: RuleSet, changed: RuleSet) -> None:
    past = [
        Facts(kind="complaint", service="broyting"),
        Facts(kind="complaint"),
        Facts(kind="complaint", service="broyting", about="unit"),
        Facts(kind="praise", service="broyting"),
    ]
    result = simulate(changed, ((facts, route(rules, facts)) for facts in past))
    assert result.cases == 4
    assert result.faster == 3
    assert result.slower == 0
    assert result.changes["due_working_days"] == {(15, 10): 3}
    assert result.load_before["kdir"] == 1
    assert sum(result.load_after.values()) == 4


@pytest.mark.parametrize("standard", ["nb", "nn"])
@pytest.mark.parametrize("form", ["md", "html"])
def test_the_document_holds_every_row_with_its_basis(
    standard: str, form: str, rules: RuleSet
) -> None:
    text = document(rules, rules.municipality, standard, form)
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    for table in rules.tables:
        for row in table.rows:
            assert f"{row.id} {row.title[standard]}" in text
            assert row.basis["fvl"] in text
    for unit in rules.municipality.units.values():
        assert unit.name[standard] in text


def test_a_document_in_another_form_is_refused(rules: RuleSet) -> None:
    with pytest.raises(ValueError, match="md or html"):
        document(rules, rules.municipality, "nb", "docx")


@pytest.mark.parametrize("standard", ["nb", "nn"])
def test_the_picture_shows_each_table_and_everyone_who_can_take_over(
    standard: str, rules: RuleSet
) -> None:
    from xml.etree import ElementTree as ET

    root = ET.fromstring(picture(rules, rules.municipality, standard))
    words = " ".join(root.itertext())
    assert root.get("role") == "img"
    for table in rules.tables:
        assert table.title[standard] in words
    for unit in rules.municipality.units.values():
        if unit.level in ("director", "political", "control"):
            assert unit.name[standard] in words
    assert "<svg" in document(rules, rules.municipality, standard, "html")
    assert "<svg" not in document(rules, rules.municipality, standard, "md")


def test_a_page_loads_nothing_from_anywhere(rules: RuleSet) -> None:
    text = document(rules, rules.municipality, "nn", "html")
    for loading in ("src=", "href=", "url(h", "@import", "<script"):
        assert loading not in text
