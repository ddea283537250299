"""A version's files as plain values, and back to files: what CSV and DMN are made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dialogue.routing.ruleset import TABLES
from dialogue.routing.tables import ADOPTED, HEAD
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import parse
from knowledge.yaml_lines import read as parse_file

Plain = dict[str, Any]
Alternatives = list[Plain]
"""A row's `when`: one of these must hold, an empty one always does."""

TIMES = ("first_answer_working_days", "first_answer_hours", "due_working_days", "interim_months")


class PlainRules:
    """The set as its files say it: `head` of ruleset.yml, `tables` by name."""

    def __init__(self, head: Plain, tables: Mapping[str, Plain]) -> None:
        self.head = head
        self.tables = {name: tables[name] for name in TABLES if name in tables}


def read_plain(folder: Path) -> PlainRules:
    """The files of one version. Raises ContentError for what can't be read."""
    problems: list[Problem] = []
    tables: dict[str, Plain] = {}
    head: Plain = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == ADOPTED:
            continue
        try:
            data = parse_file(path, folder).data
        except ContentError as error:
            problems += error.problems
            continue
        if path.name == HEAD:
            head = data
        elif isinstance(data, dict):
            tables[str(data.get("table"))] = data
    if problems:
        raise ContentError(problems)
    return PlainRules(head, tables)


def write_plain(rules: PlainRules, folder: Path) -> None:
    """Write the files of one version into an empty folder. Comments are not kept."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {HEAD: rules.head} | {f"{name}.yml": data for name, data in rules.tables.items()}
    for name, data in files.items():
        text = as_yaml(data)
        if parse(text, name).data != data:
            raise ValueError(f"{name} can't be written without loss")
        (folder / name).write_text(text, encoding="utf-8")


def alternatives(when: Any) -> Alternatives:
    """A row's `when` as a list of alternatives, each fact → condition."""
    if when == "any":
        return [{}]
    return [{} if each == "any" else each for each in (when if isinstance(when, list) else [when])]


def when_of(found: Alternatives) -> Any:
    """The inverse of `alternatives`, as short as it can be written."""
    written = [each or "any" for each in found]
    return written[0] if len(written) == 1 else written


def condition_parts(wanted: Any) -> tuple[bool, list[Any]]:
    """Whether a condition is negated, and its values."""
    negated = isinstance(wanted, dict) and set(wanted) == {"not"}
    named = wanted["not"] if negated else wanted
    return negated, named if isinstance(named, list) else [named]


def condition_of(negated: bool, values: list[Any]) -> Any:
    """The inverse of `condition_parts`: one value stands alone."""
    plain = values[0] if len(values) == 1 else values
    return {"not": plain} if negated else plain


def normal(rules: PlainRules) -> PlainRules:
    """The same set with each `when` written the one way that an exchange gives back."""
    tables = {}
    for name, table in rules.tables.items():
        rows = []
        for row in table.get("rows") or []:
            found = [
                {fact: condition_of(*condition_parts(wanted)) for fact, wanted in each.items()}
                for each in alternatives(row["when"])
            ]
            rows.append({**row, "when": when_of(found)})
        tables[name] = {**table, "rows": rows}
    return PlainRules(rules.head, tables)


class _Dumper(yaml.SafeDumper):
    """PyYAML's dumper, which also quotes what YAML 1.2 would read as a number."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


_LIKE_NUMBER = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _LIKE_NUMBER.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def as_yaml(data: Plain) -> str:
    """A file as an editor would write it: one line for each name, condition and example."""
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=1000,
        default_flow_style=None,
    )
    return text
