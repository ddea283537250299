"""Measures deciding and proving at a thousand rows: `python tests/benchmarks/routing.py`.

Invents rule sets of growing size over twelve facts (nine of ten rows name a service), and
prints one table in Markdown: microseconds for a case with the compiled masks and with a
plain loop over the rows, and seconds for the proof of completeness and dead rows
(`--proof`: how it grows with rows and facts). Then the
example municipality's own set: routing, the whole proof, a simulation of past cases.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dialogue.routing.compare import simulate
from dialogue.routing.compiled import compile_table
from dialogue.routing.conditions import fold
from dialogue.routing.domains import UNKNOWN, Value
from dialogue.routing.facts import Facts
from dialogue.routing.field import make_field
from dialogue.routing.proof_of_rows import prove_rows
from dialogue.routing.prove import prove
from dialogue.routing.route import case_of, route
from dialogue.routing.ruleset import NamedOutcome, Row, RuleSet, Table
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.municipality_files import read_municipality

TWELVE = (
    "kind",
    "who",
    "service",
    "about",
    "tie",
    "consent",
    "anonymous",
    "sensitive",
    "age_group",
    "urgent",
    "office_hours",
    "objection",
)
GROWING_FACTS = (8, 10, 12)
OUTCOMES = ("receipt_only", "general_only", "safe_channel", "reference_only", "answer")


def invent_row(
    rules: RuleSet, number: int, chance: random.Random, facts: Sequence[str] = TWELVE
) -> Row:
    """A row as a large municipality has them: some services, a kind, two facts more."""
    written: dict[str, frozenset[Value]] = {}
    for fact in ("kind", *chance.sample([f for f in facts if f not in ("kind", "service")], 2)):
        values = rules.domains.values[fact]
        written[fact] = frozenset(
            chance.sample(values, chance.randint(1, max(1, len(values) // 3)))
        )
    if number % 10:
        services = rules.domains.values["service"]
        written["service"] = frozenset(chance.sample(services, chance.randint(1, 3)))
    return Row(
        id=f"X{number}",
        title={"nb": "x", "nn": "x"},
        boxes=(fold(written, rules.domains),),
        then=chance.choice(OUTCOMES),
        basis={"fvl": "x"},
        owner="torg",
        line=number + 1,
    )


def invent_table(rules: RuleSet, rows: int, seed: int, facts: Sequence[str] = TWELVE) -> Table:
    """A table of `rows` rows over `facts`, the last of which takes what is left."""
    chance = random.Random(seed)
    last = replace(invent_row(rules, 0, chance), id="rest", boxes=(fold({}, rules.domains),))
    invented = tuple(invent_row(rules, number, chance, facts) for number in range(rows - 1))
    names = {each: NamedOutcome(each, {"nb": each, "nn": each}) for each in OUTCOMES}
    return Table("reply", "tables/reply.yml", {}, tuple(facts), (), (*invented, last), names)


def invent_cases(rules: RuleSet, count: int, seed: int) -> list[Facts]:
    chance = random.Random(seed)
    cases = []
    for _ in range(count):
        values: dict[str, Any] = {
            fact: chance.choice(values) for fact, values in rules.domains.values.items()
        }
        values["service"] = None if values["service"] == UNKNOWN else values["service"]
        cases.append(Facts(**values))
    return cases


def plain_loop(table: Table, case: dict[str, Value]) -> Row | None:
    """What anyone would write first: look at each row until one holds."""
    for row in table.rows:
        for box in row.boxes:
            if all(case[fact] in values for fact, values in box.sets.items()):
                return row
    return None


def microseconds(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    """The best of five rounds, per item."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for item in items:
            work(item)
        best = min(best, time.perf_counter() - start)
    return best / len(items) * 1e6


def print_proofs(rules: RuleSet) -> None:
    """How the proof grows with rows and with facts, in seconds of one core."""
    print("| rows | " + " | ".join(f"{count} facts" for count in GROWING_FACTS) + " |")
    print("| --- |" + " --- |" * len(GROWING_FACTS))
    for rows in (100, 300, 1000):
        told = []
        for count in GROWING_FACTS:
            table = invent_table(rules, rows, rows, TWELVE[:count])
            alone = replace(rules, tables=(table,), compiled={"reply": compile_table(table)})
            cases = make_field(alone, ["reply"]).space.size
            start = time.process_time()
            list(prove_rows(alone, table))
            told.append(f"{time.process_time() - start:.2f} s ({cases / 1e6:.1f} M cases)")
        print(f"| {rows} | " + " | ".join(told) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[50, 200, 1000])
    parser.add_argument("--proof", action="store_true", help="only how the proof grows")
    arguments = parser.parse_args()
    municipality, _ = read_municipality(EXAMPLE)
    if municipality is None:
        raise SystemExit("the example municipality cannot be read")
    rules = load_rules(EXAMPLE, municipality)
    if arguments.proof:
        print_proofs(rules)
        return
    facts = invent_cases(rules, 500, 1)
    print("| rows | masks, us a case | plain loop, us a case | proof, s | dead rows |")
    print("| --- | --- | --- | --- | --- |")
    for rows in arguments.rows:
        table = invent_table(rules, rows, rows)
        compiled = compile_table(table)
        cases = [case_of(rules, each) for each in facts]
        assert all(compiled.winner(case) is plain_loop(table, case) for case in cases)
        fast = microseconds(compiled.winner, cases)
        slow = microseconds(lambda case, table=table: plain_loop(table, case), cases)
        alone = replace(rules, tables=(table,), compiled={"reply": compiled})
        start = time.perf_counter()
        dead = sum(each.code == "routing.dead-row" for each in prove_rows(alone, table))
        print(f"| {rows} | {fast:.1f} | {slow:.1f} | {time.perf_counter() - start:.2f} | {dead} |")
    count = sum(len(table.rows) for table in rules.tables)
    past = [(each, route(rules, each)) for each in invent_cases(rules, 10_000, 2)]
    start = time.perf_counter()
    simulate(rules, past)
    simulated = time.perf_counter() - start
    start = time.perf_counter()
    prove(rules)
    proven = time.perf_counter() - start
    whole = microseconds(lambda each: route(rules, each), facts)
    print(
        f"\nEksempelvåg, {count} rows in {len(rules.tables)} tables: route {whole:.1f} us a case,"
    )
    print(f"whole proof {proven:.2f} s, simulation of {len(past):,} past cases {simulated:.2f} s")


if __name__ == "__main__":
    main()
