"""An independent solver (Z3) agrees with the proof on thousands of random small sets."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from dialogue.routing.compiled import compile_table
from dialogue.routing.conditions import fold
from dialogue.routing.proof_of_rows import find_overlaps, prove_rows
from dialogue.routing.ruleset import NamedOutcome, Row, RuleSet, Table

z3: Any = pytest.importorskip("z3")

LOOKED_AT = ("kind", "who", "service", "sensitive", "anonymous")
DERIVED = ("owner", "environment", "service_known")
OUTCOMES = ("answer", "receipt_only", "general_only")
SETS, PARTS = 2_000, 4


class Solver:
    """The facts as integers for Z3; what follows from the service as a disjunction over it."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.values = {fact: list(rules.domains.values[fact]) for fact in LOOKED_AT}
        self.variables = {fact: z3.Int(fact) for fact in LOOKED_AT}
        self.solver = z3.Solver()
        for fact, values in self.values.items():
            self.solver.add(self.variables[fact] >= 0, self.variables[fact] < len(values))

    def possible(self, *conditions: Any) -> bool:
        """Whether some case meets them all."""
        return bool(self.solver.check(*conditions) == z3.sat)

    def holds(self, row: Row) -> Any:
        """That a row holds, read off what is written and not what was folded."""
        return z3.Or(
            *(
                z3.And(*(self._condition(*each) for each in box.written.items()))
                for box in row.boxes
            )
        )

    def _condition(self, fact: str, wanted: frozenset[Any]) -> Any:
        attributes = self.rules.domains.attributes
        if fact in attributes:
            wanted = frozenset(s for s, value in attributes[fact].items() if value in wanted)
            fact = "service"
        variable, values = self.variables[fact], self.values[fact]
        return z3.Or(*(variable == n for n, value in enumerate(values) if value in wanted))


def invent_table(rules: RuleSet, chance: random.Random) -> Table:
    def box() -> Any:
        facts = chance.sample([*LOOKED_AT, *DERIVED], chance.randint(0, 3))
        return fold({fact: some(fact) for fact in facts}, rules.domains)

    def some(fact: str) -> frozenset[Any]:
        known = (
            rules.domains.attribute_values(fact) if fact in DERIVED else rules.domains.values[fact]
        )
        return frozenset(chance.sample(list(known), chance.randint(1, max(1, len(known) // 2))))

    rows = tuple(
        Row(
            id=f"X{number}",
            title={"nb": "x", "nn": "x"},
            boxes=tuple(box() for _ in range(chance.randint(1, 2))),
            then=chance.choice(OUTCOMES),
            basis={"fvl": "x"},
            owner="torg",
            line=number + 1,
        )
        for number in range(chance.randint(1, 6))
    )
    names = {each: NamedOutcome(each, {"nb": each, "nn": each}) for each in OUTCOMES}
    return Table("reply", "tables/reply.yml", {}, LOOKED_AT, (), rows, names)


def solved(solver: Solver, table: Table) -> tuple[bool, set[str], set[tuple[str, str]]]:
    """Whether a case is missing, the dead rows, and for each row the first that takes from it."""
    holding = [solver.holds(row) for row in table.rows]
    nots = [z3.Not(each) for each in holding]
    dead = {
        row.id
        for number, row in enumerate(table.rows)
        if not solver.possible(holding[number], *nots[:number])
    }
    overlaps = set()
    for number, other in enumerate(table.rows):
        if not any(box.sets for box in other.boxes):
            continue
        for earlier in range(number):
            if table.rows[earlier].then == other.then:
                continue
            if solver.possible(holding[earlier], holding[number]):
                overlaps.add((table.rows[earlier].id, other.id))
                break
    return solver.possible(*nots), dead, overlaps


def proven(rules: RuleSet, table: Table) -> tuple[bool, set[str], set[tuple[str, str]]]:
    one = replace(rules, tables=(table,), compiled={"reply": compile_table(table)})
    problems = list(prove_rows(one, table))
    dead = {
        each.what.split("«")[1].split("»")[0]
        for each in problems
        if each.code in ("routing.dead-row", "routing.impossible-row")
    }
    overlaps = set()
    for each in find_overlaps(one):
        first, second = (part.split("»")[0] for part in each.what.split("«")[1:3])
        overlaps.add((first, second))
    return any(each.code == "routing.incomplete" for each in problems), dead, overlaps


@pytest.mark.parametrize("part", range(PARTS))
def test_a_solver_finds_the_same_gaps_dead_rows_and_overlaps(part: int, rules: RuleSet) -> None:
    chance = random.Random(part)
    solver = Solver(rules)
    seen = {"gap": 0, "dead": 0, "overlap": 0}
    for _ in range(SETS // PARTS):
        table = invent_table(rules, chance)
        found = proven(rules, table)
        assert found == solved(solver, table), [
            (row.id, row.then, [dict(box.written) for box in row.boxes]) for row in table.rows
        ]
        for name, value in zip(seen, found, strict=True):
            seen[name] += bool(value)
    assert all(count > SETS // PARTS // 10 for count in seen.values()), seen
