"""The rules as DMN 1.3 (OMG, formal/2021-01-01), and our own export back without loss.

Each table is a decision with a decision table of hit policy FIRST; a row with several
alternatives is several rules. Conditions and outcomes are read from the DMN entries, so a
change made in a DMN editor counts; what DMN has no place for (texts in two standards,
basis, examples, limits) stands in extension elements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from dialogue.routing.exchange import (
    TIMES,
    Plain,
    PlainRules,
    alternatives,
    condition_of,
    condition_parts,
    when_of,
)
from dialogue.routing.ruleset import OPTIONAL_TABLES, TABLES

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
OURS = "https://www.eksempelvag.example/samsvar/rules"
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"|(true|false)|(-?\d+)')


class DmnError(ValueError):
    """The file is no export of ours, or holds what our tables can't say."""


def write_dmn(rules: PlainRules, name: str) -> str:
    """The set as a DMN file. `name` is told to the reader (the municipality)."""
    ET.register_namespace("", MODEL)
    ET.register_namespace("samsvar", OURS)
    root = ET.Element(
        _tag("definitions"),
        {"id": "rules", "name": name, "namespace": OURS, "expressionLanguage": FEEL},
    )
    _extension(root, "head", rules.head)
    for fact in sorted(_inputs(rules)):
        data = ET.SubElement(root, _tag("inputData"), {"id": f"fact_{fact}", "name": fact})
        ET.SubElement(data, _tag("variable"), {"name": fact, "typeRef": _type(rules, fact)})
    for table in rules.tables:
        _write_decision(root, rules, table)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def read_dmn(text: str) -> PlainRules:
    """The set in an export of ours. Raises DmnError."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DmnError("the file declares entities, which an export of ours never does")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise DmnError(f"not XML: {error}") from None
    if root.tag != _tag("definitions"):
        raise DmnError("not DMN 1.3")
    tables = {}
    for decision in root.findall(_tag("decision")):
        table = _read_decision(decision)
        tables[str(table["table"])] = table
    missing = [name for name in TABLES if name not in tables and name not in OPTIONAL_TABLES]
    if missing:
        raise DmnError(f"no decision for {', '.join(missing)}")
    return PlainRules(_extended(root, "head"), tables)


def _tag(name: str) -> str:
    return f"{{{MODEL}}}{name}"


def _inputs(rules: PlainRules) -> set[str]:
    """Each fact that some table looks at, and no table decides."""
    return {fact for name in rules.tables for fact in _facts(rules.tables[name])} - set(TABLES)


def _facts(table: Plain) -> list[str]:
    named = [fact for row in table["rows"] for box in alternatives(row["when"]) for fact in box]
    return list(dict.fromkeys([*table["may_look_at"], *named]))


def _type(rules: PlainRules, fact: str) -> str:
    for table in rules.tables.values():
        for row in table["rows"]:
            for box in alternatives(row["when"]):
                if fact in box:
                    values = condition_parts(box[fact])[1]
                    return "boolean" if isinstance(values[0], bool) else "string"
    return "string"


def _write_decision(root: ET.Element, rules: PlainRules, name: str) -> None:
    table = rules.tables[name]
    facts = _facts(table)
    decision = ET.SubElement(root, _tag("decision"), {"id": name, "name": name})
    ET.SubElement(decision, _tag("description")).text = table["purpose"]["nb"]
    _extension(decision, "table", {k: v for k, v in table.items() if k != "rows"})
    ET.SubElement(decision, _tag("question")).text = table["title"]["nb"]
    ET.SubElement(decision, _tag("variable"), {"name": name})
    for fact in facts:
        needed = ET.SubElement(
            decision, _tag("informationRequirement"), {"id": f"{name}_needs_{fact}"}
        )
        kind = "requiredDecision" if fact in TABLES else "requiredInput"
        href = f"#{fact}" if fact in TABLES else f"#fact_{fact}"
        ET.SubElement(needed, _tag(kind), {"href": href})
    grid = ET.SubElement(
        decision, _tag("decisionTable"), {"id": f"{name}_table", "hitPolicy": "FIRST"}
    )
    for fact in facts:
        column = ET.SubElement(grid, _tag("input"), {"id": f"{name}_{fact}", "label": fact})
        asked = ET.SubElement(column, _tag("inputExpression"), {"typeRef": _type(rules, fact)})
        ET.SubElement(asked, _tag("text")).text = fact
    outputs = TIMES if name == "handling" else (name,)
    for output in outputs:
        kind = "number" if name == "handling" else "string"
        ET.SubElement(grid, _tag("output"), {"name": output, "typeRef": kind})
    for title in ("row", "title", "basis"):
        ET.SubElement(grid, _tag("annotation"), {"name": title})
    for row in table["rows"]:
        for number, box in enumerate(alternatives(row["when"])):
            _write_rule(grid, name, row, number, box, facts)


def _write_rule(
    grid: ET.Element, name: str, row: Plain, number: int, box: Plain, facts: list[str]
) -> None:
    safe = re.sub(r"[^\w.-]", "_", str(row["id"]))
    rule = ET.SubElement(grid, _tag("rule"), {"id": f"{name}_{safe}_{number}"})
    rest = {k: v for k, v in row.items() if k not in ("when", "then")} if not number else {}
    _extension(rule, "row", {"id": row["id"]} | rest)
    for fact in facts:
        entry = ET.SubElement(rule, _tag("inputEntry"))
        ET.SubElement(entry, _tag("text")).text = _test(box[fact]) if fact in box else "-"
    then = row["then"]
    told = [then.get(key) for key in TIMES] if name == "handling" else [then]
    for value in told:
        entry = ET.SubElement(rule, _tag("outputEntry"))
        ET.SubElement(entry, _tag("text")).text = "null" if value is None else json.dumps(value)
    basis = row["basis"]
    for text in (row["id"], row["title"]["nb"], basis["fvl"] if isinstance(basis, dict) else basis):
        entry = ET.SubElement(rule, _tag("annotationEntry"))
        ET.SubElement(entry, _tag("text")).text = str(text)


def _test(wanted: Any) -> str:
    """A FEEL unary test."""
    negated, values = condition_parts(wanted)
    told = ", ".join(json.dumps(value, ensure_ascii=False) for value in values)
    return f"not({told})" if negated else told


def _read_decision(decision: ET.Element) -> Plain:
    head = _extended(decision, "table")
    grid = decision.find(_tag("decisionTable"))
    if grid is None or grid.get("hitPolicy") != "FIRST":
        raise DmnError(f"«{decision.get('name')}» is no decision table with hit policy FIRST")
    facts = [_text(column, "inputExpression/text") for column in grid.findall(_tag("input"))]
    outputs = [str(output.get("name")) for output in grid.findall(_tag("output"))]
    rows: list[Plain] = []
    boxes: list[list[Plain]] = []
    for rule in grid.findall(_tag("rule")):
        row = _extended(rule, "row")
        box, then = _read_entries(rule, facts, outputs)
        if not rows or rows[-1]["id"] != row["id"]:
            rows.append({**row, "then": then})
            boxes.append([])
        elif rows[-1]["then"] != then:
            raise DmnError(f"the alternatives of «{row['id']}» have different outcomes")
        boxes[-1].append(box)
    for row, found in zip(rows, boxes, strict=True):
        row["when"] = when_of(found)
    return {**head, "rows": rows}


def _read_entries(rule: ET.Element, facts: list[str], outputs: list[str]) -> tuple[Plain, Any]:
    tests = [_text(entry, "text") for entry in rule.findall(_tag("inputEntry"))]
    told = [_text(entry, "text") for entry in rule.findall(_tag("outputEntry"))]
    if len(tests) != len(facts) or len(told) != len(outputs):
        raise DmnError(f"rule {rule.get('id')} has more or fewer entries than columns")
    box = {
        fact: _read_test(test)
        for fact, test in zip(facts, tests, strict=True)
        if test not in ("-", "")
    }
    values = [None if each == "null" else _one_literal(each) for each in told]
    if len(outputs) == 1:
        return box, values[0]
    return box, {
        key: value for key, value in zip(outputs, values, strict=True) if value is not None
    }


def _read_test(test: str) -> Any:
    negated = test.startswith("not(") and test.endswith(")")
    return condition_of(negated, list(_literals(test[4:-1] if negated else test)))


def _literals(text: str) -> Iterator[Any]:
    rest = text.strip()
    while rest:
        match = _LITERAL.match(rest)
        if match is None:
            raise DmnError(f"our tables can't say the test {text}")
        yield json.loads(match.group())
        rest = rest[match.end() :].lstrip().removeprefix(",").lstrip()


def _one_literal(text: str) -> Any:
    found = list(_literals(text))
    if len(found) != 1:
        raise DmnError(f"our tables can't say the outcome {text}")
    return found[0]


def _extension(element: ET.Element, name: str, value: Plain) -> None:
    holder = ET.SubElement(element, _tag("extensionElements"))
    ET.SubElement(holder, f"{{{OURS}}}{name}").text = json.dumps(value, ensure_ascii=False)


def _extended(element: ET.Element, name: str) -> Plain:
    found = element.find(f"{_tag('extensionElements')}/{{{OURS}}}{name}")
    if found is None or not found.text:
        raise DmnError(f"no samsvar:{name} in {element.get('id')}: not an export of ours")
    value: Plain = json.loads(found.text)
    return value


def _text(element: ET.Element, path: str) -> str:
    found = element.find("/".join(_tag(part) for part in path.split("/")))
    return "" if found is None else (found.text or "").strip()
