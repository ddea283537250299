"""The rules as spreadsheets and as DMN, and back, without loss."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dialogue.routing.compare import compare
from dialogue.routing.exchange import PlainRules, as_yaml, normal, read_plain, write_plain
from dialogue.routing.exchange_csv import CsvError, read_csv, write_csv
from dialogue.routing.exchange_dmn import MODEL, DmnError, read_dmn, write_dmn
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.yaml_lines import parse


@pytest.fixture(scope="module")
def plain() -> PlainRules:
    return normal(read_plain(EXAMPLE / "tables"))


@pytest.fixture
def sheets(plain: PlainRules, tmp_path: Path) -> Path:
    for name, text in write_csv(plain).items():
        (tmp_path / name).write_text(text, encoding="utf-8-sig", newline="")
    return tmp_path


def same(one: PlainRules, other: PlainRules) -> bool:
    return (one.head, one.tables) == (other.head, other.tables)


def test_what_goes_out_as_csv_comes_back_the_same(plain: PlainRules, sheets: Path) -> None:
    assert same(read_csv(sheets), plain)


def test_a_spreadsheet_may_change_signs_between_cells_and_words_for_true(
    plain: PlainRules, sheets: Path
) -> None:
    for path in sheets.glob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        if path.name in ("provisional.csv", "subject.csv"):
            text = text.replace(";true;", ";SANN;")
        path.write_text(text, encoding="utf-8")
    assert same(read_csv(sheets), plain)


def test_no_cell_looks_like_a_date_but_dates(sheets: Path) -> None:
    assert "only 12-15" in (sheets / "reply.csv").read_text(encoding="utf-8-sig")


def test_a_torn_spreadsheet_is_told_with_its_line(sheets: Path) -> None:
    path = sheets / "unit.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([lines[0], lines[1] + ";;", *lines[2:]]), encoding="utf-8")
    with pytest.raises(CsvError, match=r"unit\.csv, line 2: more or fewer cells"):
        read_csv(sheets)


def test_what_goes_out_as_dmn_comes_back_the_same(plain: PlainRules) -> None:
    assert same(read_dmn(write_dmn(plain, "Eksempelvåg")), plain)


def test_each_table_is_a_decision_whose_first_fitting_rule_wins(plain: PlainRules) -> None:
    root = ET.fromstring(write_dmn(plain, "Eksempelvåg"))
    grids = root.findall(f".//{{{MODEL}}}decisionTable")
    assert len(grids) == len(plain.tables)
    assert {grid.get("hitPolicy") for grid in grids} == {"FIRST"}
    identifiers = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(identifiers) == len(set(identifiers))
    hrefs = {each.get("href", "")[1:] for each in root.iter() if each.get("href")}
    assert hrefs <= set(identifiers)


COLUMNS = ("input", "output", "annotation")
DMN_ORDER = {  # the order that the sequences of DMN13.xsd (OMG) have, of what we write
    "definitions": ["extensionElements", "inputData", "decision"],
    "decision": [
        "description", "extensionElements", "question", "variable", "informationRequirement",
        "decisionTable",
    ],
    "decisionTable": ["input", "output", "annotation", "rule"],
    "rule": ["description", "extensionElements", "inputEntry", "outputEntry", "annotationEntry"],
    "input": ["inputExpression"],
    "inputData": ["variable"],
}  # fmt: skip


def test_elements_stand_in_the_order_of_the_standards_schema(plain: PlainRules) -> None:
    """OMG's schema itself is not ours to keep here; against it the export is valid too."""
    root = ET.fromstring(write_dmn(plain, "Eksempelvåg"))
    assert {"name", "namespace"} <= set(root.keys())
    for name, order in DMN_ORDER.items():
        for parent in root.iter(f"{{{MODEL}}}{name}"):
            places = [order.index(each.tag.removeprefix(f"{{{MODEL}}}")) for each in parent]
            assert places == sorted(places)
    for grid in root.iter(f"{{{MODEL}}}decisionTable"):
        columns = {each: len(grid.findall(f"{{{MODEL}}}{each}")) for each in COLUMNS}
        for rule in grid.findall(f"{{{MODEL}}}rule"):
            for each, count in columns.items():
                assert len(rule.findall(f"{{{MODEL}}}{each}Entry")) == count


def test_a_change_made_in_a_dmn_editor_counts(plain: PlainRules) -> None:
    text = write_dmn(plain, "Eksempelvåg").replace("<text>15</text>", "<text>12</text>")
    rows = read_dmn(text).tables["handling"]["rows"]
    assert next(row for row in rows if row["id"] == "T6")["then"]["due_working_days"] == 12


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"', "hit policy FIRST"),
        ("<text>15</text>", "<text>&gt; 15</text>", "can't say"),
        ("<?xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><?xml", "entities"),
        ("samsvar:table>", "samsvar:tabel>", "not an export of ours"),
    ],
)
def test_another_dmn_is_refused_with_the_reason(
    old: str, new: str, said: str, plain: PlainRules
) -> None:
    with pytest.raises(DmnError, match=said):
        read_dmn(write_dmn(plain, "x").replace(old, new))


def test_files_made_from_an_exchange_decide_every_case_alike(
    plain: PlainRules, rules: RuleSet, tmp_path: Path
) -> None:
    write_plain(read_dmn(write_dmn(plain, "x")), tmp_path / "tables")
    assert compare(rules, load_rules(tmp_path, rules.municipality)) == ()


@pytest.mark.parametrize("text", ["1.0", "08", "1e3", "true", "null", "2026-11-24", "a: b", "- x"])
def test_yaml_keeps_a_text_a_text(text: str) -> None:
    assert parse(as_yaml({"a": text}), "x.yml").data == {"a": text}
