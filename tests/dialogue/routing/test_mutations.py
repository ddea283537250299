"""Broken rule sets are caught, each with the right words; good ones are not refused."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialogue.routing.prove import prove
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.tables import load_rules
from dialogue.routing.versions import check_rules
from knowledge.content import EXAMPLE
from knowledge.municipality import Municipality
from knowledge.problems import ContentError
from knowledge.yaml_lines import read

MUTATIONS = read(Path(__file__).with_name("mutations.yml")).data


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each["name"].replace(" ", "_"))
def test_a_broken_set_is_caught(
    mutation: dict[str, Any], municipality: Municipality, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables")
    change = mutation["change"]
    file = tmp_path / "tables" / change["file"]
    text = file.read_text(encoding="utf-8")
    assert change["from"] in text
    file.write_text(text.replace(change["from"], change["to"], 1), encoding="utf-8")
    problems = check_rules(tmp_path, municipality)
    told = [each for each in problems if each.code == mutation["code"]]
    assert told, "\n".join(map(str, problems))
    assert any(mutation.get("says", "") in str(each) for each in told), "\n".join(map(str, told))
    assert all(each.file for each in told)


def test_a_set_with_an_error_is_not_loaded(municipality: Municipality, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables")
    (tmp_path / "tables" / "reply.yml").unlink()
    with pytest.raises(ContentError, match=re.escape("[routing.table-missing]")):
        load_rules(tmp_path, municipality)


def test_no_folder_is_told_as_a_missing_set(municipality: Municipality, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=re.escape("tables/ruleset.yml")):
        load_rules(tmp_path, municipality)


def test_there_are_enough_broken_sets() -> None:
    assert len(MUTATIONS) >= 40


@pytest.mark.parametrize(
    ("unit", "change", "code"),
    [
        ("kdir", {"recusal_to": "sjukeheim"}, "routing.recusal-down"),
        ("politisk", {"recusal_to": "kdir"}, "routing.recusal-down"),
        ("torg", {"recusal_to": None}, "routing.recusal-nobody"),
        ("torg", {"recusal_to": "statsforvaltar"}, "routing.recusal-down"),
        ("torg", {"recusal_to": "torg"}, "routing.recusal-down"),
        ("politisk", {"recusal_to": None}, "routing.recusal-nobody"),
        ("torg", {"deputy": {"nb": "", "nn": ""}}, "routing.stand-in"),
        ("torg", {"lead": {"nb": "leder"}}, "routing.stand-in"),
    ],
)
def test_units_that_leave_nobody_are_caught(
    unit: str, change: dict[str, Any], code: str, rules: RuleSet
) -> None:
    units = {**rules.municipality.units}
    units[unit] = replace(units[unit], **change)
    broken = replace(rules, municipality=replace(rules.municipality, units=units))
    assert code in {problem.code for problem in prove(broken)}


def test_a_service_without_a_unit_is_caught(rules: RuleSet) -> None:
    services = {**rules.municipality.services}
    services["sykehjem"] = replace(services["sykehjem"], decider="statsforvaltar")
    broken = replace(rules, municipality=replace(rules.municipality, services=services))
    assert "routing.service-owner" in {problem.code for problem in prove(broken)}


def test_unlike_treatment_comes_with_a_pair_of_like_cases(
    municipality: Municipality, tmp_path: Path
) -> None:
    """The declaration is refused at reading; the proof finds it all the same."""
    from dialogue.routing.tables import read_rules

    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables")
    file = tmp_path / "tables" / "unit.yml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("may_look_at: [kind,", "may_look_at: [standard, kind,")
    text = text.replace("when: {kind: access}", "when: {kind: access, standard: nb}")
    file.write_text(text, encoding="utf-8")
    rules, _ = read_rules(tmp_path, municipality)
    assert rules is not None
    told = [each for each in prove(rules) if each.code == "routing.unequal"]
    assert told
    assert "kind: access" in told[0].what
    assert "«nb»" in told[0].why
    assert "«nn»" in told[0].why
