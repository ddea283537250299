"""docs/rules.md has a heading for every fault, and no heading for a fault that is no more."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import yaml

import dialogue.routing
from dialogue.routing.domains import MAY_NEVER_MATTER
from dialogue.routing.ruleset import TABLES, RuleSet

ROOM = Path(next(iter(dialogue.routing.__path__)))
DOCS = ROOM.parents[1] / "docs" / "rules.md"


def codes_in(source: str) -> set[str]:
    """The codes that a module gives: whole ones, and the second argument of `faults.add`."""
    found = set(re.findall(r'"(routing\.[a-z-]+)"', source))
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "add"
            and len(node.args) > 1
            and isinstance(code := node.args[1], ast.Constant)
        ):
            found.add(f"routing.{code.value}")
    return found


def test_every_fault_has_a_heading_and_every_heading_a_fault() -> None:
    given = set().union(*(codes_in(path.read_text("utf-8")) for path in ROOM.glob("*.py")))
    told = set(re.findall(r"^### (routing\.[a-z-]+)$", DOCS.read_text("utf-8"), re.MULTILINE))
    assert given == told


def test_the_docs_name_every_fact_value_and_table(rules: RuleSet) -> None:
    text = DOCS.read_text("utf-8")
    for table in TABLES:
        assert f"`{table}.yml`" in text
    for fact, values in rules.domains.values.items():
        assert f"`{fact}`" in text
        if fact not in MAY_NEVER_MATTER | {"service"}:
            line = next(each for each in text.splitlines() if f"`{fact}`" in each and "|" in each)
            assert all(str(value).lower() in line for value in values)


def test_the_row_in_the_docs_is_a_row_of_the_example(rules: RuleSet) -> None:
    blocks = re.findall(r"```yaml\n(- id.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    (row,) = yaml.safe_load(blocks[0])
    assert rules.row("unit", row["id"]).title == row["title"]
