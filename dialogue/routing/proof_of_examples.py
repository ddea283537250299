"""Each row's examples are its tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from dialogue.routing.facts import read_facts
from dialogue.routing.route import case_of, decide_tables, resolve_unit
from dialogue.routing.ruleset import Example, Handling, Row, RuleSet, Table
from knowledge.problems import Problem


def prove_examples(rules: RuleSet) -> Iterator[Problem]:
    """Whether each example is decided by its row, with its outcome."""
    for table in rules.tables:
        for row in rules.compiled[table.name].rows:
            for example in row.examples:
                problem = _judge(rules, table, row, example)
                if problem is not None:
                    yield problem


def _judge(rules: RuleSet, table: Table, row: Row, example: Example) -> Problem | None:
    try:
        facts = read_facts(example.facts, rules.municipality.services)
    except (ValueError, TypeError) as error:
        return Problem(
            table.file,
            example.line,
            "routing.example-facts",
            f"the example of «{row.id}» is no case: {error}",
            mend="use the facts and values of docs/rules.md.",
        )
    case = case_of(rules, facts)
    won = decide_tables(rules, case, on_request=True)[table.name]
    outcome = resolve_unit(rules, case, won.then) if isinstance(won.then, str) else won.then
    if won.id != row.id:
        return Problem(
            table.file,
            example.line,
            "routing.example-wrong",
            f"the example of «{row.id}» is decided by «{won.id}» (line {won.line})",
            "An earlier row takes the case, or the row does not hold in it.",
            f"move the example to «{won.id}», or mend the conditions.",
        )
    if not _agrees(outcome, example.outcome):
        return Problem(
            table.file,
            example.line,
            "routing.example-wrong",
            f"the example of «{row.id}» gives «{_told(outcome)}», not «{_told(example.outcome)}»",
            mend="mend the outcome of the row or of the example.",
        )
    return None


def _agrees(outcome: str | Handling, expected: Any) -> bool:
    if isinstance(outcome, str):
        return bool(outcome == expected)
    plain = msgspec.to_builtins(outcome)
    return isinstance(expected, Mapping) and all(
        key in plain and plain[key] == value for key, value in expected.items()
    )


def _told(outcome: Any) -> str:
    plain = msgspec.to_builtins(outcome)
    if isinstance(plain, dict):
        return ", ".join(f"{key}: {value}" for key, value in plain.items() if value is not None)
    return str(plain)
