"""Several versions side by side: each case by the one in force when it came."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dialogue.routing.adoption import Adoption, add_adoption, digest_of, read_adoptions
from dialogue.routing.facts import Facts
from dialogue.routing.route import route
from dialogue.routing.versions import check_rules, load_rule_sets
from knowledge.content import EXAMPLE
from knowledge.municipality import Municipality
from knowledge.problems import ContentError

COMPLAINT = Facts(kind="complaint", service="broyting")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Version 1.0 in `tables/`, and a draft 2.0 in which complaints are answered in ten days."""
    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables")
    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables" / "2.0")
    replace(tmp_path / "tables/2.0/ruleset.yml", 'version: "1.0"', 'version: "2.0"')
    replace(tmp_path / "tables/2.0/handling.yml", "due_working_days: 15}", "due_working_days: 10}")
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def adopt(folder: Path, version: str, day: date, place: str, kind: str = "adopted") -> None:
    adoption = Adoption(
        version=version,
        from_day=day,
        by="Kommunestyret",
        case="EKS-PS-0009/27",
        why="Kortare frist: vedteke med 18 røyster",
        recorded_at=datetime(2026, 12, 1, tzinfo=UTC),
        digest=digest_of(folder / place),
        kind=kind,
    )
    add_adoption(folder, adoption)


def codes(folder: Path, municipality: Municipality) -> set[str]:
    return {p.code for p in check_rules(folder, municipality) if p.severity == "error"}


def test_a_folder_is_a_draft_until_it_is_adopted(folder: Path, municipality: Municipality) -> None:
    sets = load_rule_sets(folder, municipality)
    assert list(sets.versions) == ["1.0"]
    assert sets.at(date(2030, 1, 1)).version == "1.0"
    assert codes(folder, municipality) == set()


def test_a_case_is_decided_by_the_version_in_force_when_it_came(
    folder: Path, municipality: Municipality
) -> None:
    adopt(folder, "2.0", date(2027, 2, 1), "tables/2.0")
    sets = load_rule_sets(folder, municipality)
    assert route(sets.at(date(2027, 1, 31)), COMPLAINT).due_working_days == 15
    assert route(sets.at(date(2027, 2, 1)), COMPLAINT).due_working_days == 10
    assert sets.newest.version == "2.0"


def test_going_back_counts_from_its_day_and_leaves_the_past_alone(
    folder: Path, municipality: Municipality
) -> None:
    adopt(folder, "2.0", date(2027, 2, 1), "tables/2.0")
    adopt(folder, "1.0", date(2027, 3, 1), "tables", "rolled_back")
    sets = load_rule_sets(folder, municipality)
    days = [date(2027, 1, 1), date(2027, 2, 15), date(2027, 3, 1), date(2030, 1, 1)]
    assert [sets.version_on(day) for day in days] == ["1.0", "2.0", "1.0", "1.0"]


def test_what_is_recorded_last_counts_even_before_an_earlier_decision_begins(
    folder: Path, municipality: Municipality
) -> None:
    adopt(folder, "2.0", date(2027, 6, 1), "tables/2.0")
    adopt(folder, "1.0", date(2027, 5, 1), "tables", "rolled_back")
    assert load_rule_sets(folder, municipality).version_on(date(2027, 7, 1)) == "1.0"


def test_versions_may_all_stand_in_folders(folder: Path, municipality: Municipality) -> None:
    first = folder / "tables" / "1.0"
    first.mkdir()
    for path in (folder / "tables").glob("*.yml"):
        path.rename(first / path.name)
    replace(folder / "tables/2.0/ruleset.yml", "in_force: 2026-12-01", "in_force: 2027-02-01")
    assert load_rule_sets(folder, municipality).at(date(2030, 1, 1)).version == "1.0"


def test_an_adopted_version_may_not_be_altered(folder: Path, municipality: Municipality) -> None:
    adopt(folder, "2.0", date(2027, 2, 1), "tables/2.0")
    replace(folder / "tables/2.0/handling.yml", "due_working_days: 10}", "due_working_days: 9}")
    assert "routing.adopted-changed" in codes(folder, municipality)
    with pytest.raises(ContentError, match="altered after it was adopted"):
        load_rule_sets(folder, municipality)


def test_an_adopted_version_may_not_be_deleted(folder: Path, municipality: Municipality) -> None:
    adopt(folder, "2.0", date(2027, 2, 1), "tables/2.0")
    shutil.rmtree(folder / "tables" / "2.0")
    assert codes(folder, municipality) == {"routing.adopted-missing"}


def test_two_versions_may_not_have_the_same_name(folder: Path, municipality: Municipality) -> None:
    shutil.copytree(folder / "tables" / "2.0", folder / "tables" / "again")
    assert codes(folder, municipality) == {"routing.version-twice"}


def test_a_draft_with_faults_is_told_and_stops_nothing(
    folder: Path, municipality: Municipality
) -> None:
    replace(folder / "tables/2.0/unit.yml", "  - id: U8", "  - id: U7")
    assert "routing.id-twice" in codes(folder, municipality)
    assert load_rule_sets(folder, municipality).newest.version == "1.0"


def test_a_decision_that_cannot_be_read_is_told(folder: Path, municipality: Municipality) -> None:
    adopt(folder, "2.0", date(2027, 2, 1), "tables/2.0")
    replace(folder / "tables/adopted.yml", "from_day", "form_day")
    assert codes(folder, municipality) == {"routing.adoption"}


def test_decisions_are_added_and_read_again_as_they_were(folder: Path) -> None:
    adopt(folder, "2.0", date(2027, 2, 1), "tables/2.0")
    before = (folder / "tables/adopted.yml").read_text(encoding="utf-8")
    adopt(folder, "1.0", date(2027, 3, 1), "tables", "rolled_back")
    after = (folder / "tables/adopted.yml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip("\n"))
    decisions, problems = read_adoptions(folder)
    assert not problems
    assert [each.version for each in decisions] == ["2.0", "1.0"]
    assert decisions[0].why == "Kortare frist: vedteke med 18 røyster"


def test_a_row_counts_only_on_the_days_for_which_it_is_valid(
    tmp_path: Path, municipality: Municipality
) -> None:
    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables")
    row = """  - id: T6x
    title: {nb: Mot slutten, nn: Mot slutten}
    when: {kind: complaint}
    then: {first_answer_working_days: 1, due_working_days: 3}
    basis: lokal regel
    owner: kdir
    reviewed: 2026-11-24
    valid_from: 2027-07-01
    examples: []
  - id: T6
"""
    replace(tmp_path / "tables/handling.yml", "  - id: T6\n", row)
    replace(
        tmp_path / "tables/handling.yml",
        "    examples: []\n",
        "    examples:\n      - facts: {kind: complaint, service: broyting}\n"
        "        outcome: {due_working_days: 3}\n",
    )
    from dialogue.routing.tables import read_rules
    from dialogue.routing.versions import only

    rules, _ = read_rules(tmp_path, municipality)
    assert rules is not None
    sets = only(rules)
    assert route(sets.at(date(2027, 6, 30)), COMPLAINT).due_working_days == 15
    assert route(sets.at(date(2027, 7, 1)), COMPLAINT).due_working_days == 3
