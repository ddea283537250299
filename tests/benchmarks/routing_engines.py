"""Our masks beside zen-engine and a plain loop: `python tests/benchmarks/routing_engines.py`.

Needs `zen-engine` (MIT), which nothing else of ours needs: install it by hand. Each rule
set is the same for all three, and all must name the same row for each case.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

import zen
from routing import TWELVE, invent_cases, invent_table, microseconds, plain_loop

from dialogue.routing.compiled import compile_table
from dialogue.routing.route import case_of
from dialogue.routing.ruleset import Table
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.municipality_files import read_municipality


def zen_decision(table: Table) -> Callable[[dict[str, Any]], str]:
    """The table as a JSON decision model of zen-engine, hit policy «first», compiled."""
    rules = []
    for row in table.rows:
        for box in row.boxes:
            cells = {
                fact: ", ".join(json.dumps(value) for value in sorted(values, key=str))
                for fact, values in box.sets.items()
            }
            rules.append({"_id": f"r{len(rules)}", "then": json.dumps(row.id), **cells})
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": fact, "name": fact, "field": fact} for fact in TWELVE],
        "outputs": [{"id": "then", "name": "row", "field": "row"}],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    made = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def decide(case: dict[str, Any]) -> str:
        found: str = made.evaluate(case)["result"]["row"]
        return found

    return decide


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[50, 200, 1000])
    municipality, _ = read_municipality(EXAMPLE)
    assert municipality is not None
    rules = load_rules(EXAMPLE, municipality)
    cases = [case_of(rules, each) for each in invent_cases(rules, 200, 1)]
    print("| rows | masks, us a case | plain loop, us | zen-engine, us |")
    print("| --- | --- | --- | --- |")
    for count in parser.parse_args().rows:
        table = invent_table(rules, count, count)
        compiled, decide = compile_table(table), zen_decision(table)
        for case in cases:
            ours = compiled.winner(case)
            assert ours is not None
            assert decide(case) == ours.id
        fast = microseconds(compiled.winner, cases)
        slow = microseconds(lambda case, table=table: plain_loop(table, case), cases)
        other = microseconds(decide, cases)
        print(f"| {count} | {fast:.1f} | {slow:.1f} | {other:.1f} |")


if __name__ == "__main__":
    main()
