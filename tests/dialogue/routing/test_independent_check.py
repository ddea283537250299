"""The proof agrees with counting through all cases one by one, on random tables."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.routing.compiled import compile_table
from dialogue.routing.conditions import fold
from dialogue.routing.domains import UNKNOWN, Domains
from dialogue.routing.proof_of_rows import find_overlaps, prove_rows
from dialogue.routing.ruleset import NamedOutcome, Row, RuleSet, Table
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.municipality_files import read_municipality

_found, _ = read_municipality(EXAMPLE)
assert _found is not None
RULES = load_rules(EXAMPLE, _found)
LOOKED_AT = ("kind", "anonymous", "sensitive", "service")
SERVICES = (UNKNOWN, "sykehjem", "hjemmehjelp", "byggesak", "grunnskole")
DOMAINS = Domains(
    {**RULES.domains.values, "service": SERVICES},
    {
        name: {service: values[service] for service in SERVICES}
        for name, values in RULES.domains.attributes.items()
    },
)
OUTCOMES = ("answer", "receipt_only", "general_only")


def possible(fact: str) -> tuple[Any, ...]:
    if fact in ("owner", "environment", "service_known"):
        return tuple(sorted({DOMAINS.attributes[fact][each] for each in SERVICES}, key=str))
    return tuple(DOMAINS.values[fact])


CASES = [dict(zip(LOOKED_AT, values, strict=True)) for values in product(*map(possible, LOOKED_AT))]


@st.composite
def boxes(draw: st.DrawFn) -> Any:
    facts = draw(
        st.lists(
            st.sampled_from([*LOOKED_AT, "owner", "environment", "service_known"]),
            max_size=3,
            unique=True,
        )
    )
    return fold(
        {
            fact: frozenset(draw(st.lists(st.sampled_from(possible(fact)), min_size=1, max_size=4)))
            for fact in facts
        },
        DOMAINS,
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rows = tuple(
        Row(
            id=f"X{number}",
            title={"nb": "x", "nn": "x"},
            boxes=tuple(draw(st.lists(boxes(), min_size=1, max_size=2))),
            then=draw(st.sampled_from(OUTCOMES)),
            basis={"fvl": "x"},
            owner="torg",
            line=number + 1,
        )
        for number in range(draw(st.integers(1, 9)))
    )
    names = {each: NamedOutcome(each, {"nb": each, "nn": each}) for each in OUTCOMES}
    return Table("reply", "tables/reply.yml", {}, LOOKED_AT, (), rows, names)


def holds(row: Row, case: dict[str, Any]) -> bool:
    """Whether the row holds, read off what is written and not what was folded."""
    return any(
        all(
            (
                DOMAINS.attributes[fact][case["service"]]
                if fact in DOMAINS.attributes
                else case[fact]
            )
            in values
            for fact, values in box.written.items()
        )
        for box in row.boxes
    )


@settings(max_examples=200, deadline=None)
@given(tables())
def test_the_proof_finds_just_the_dead_rows_and_gaps_that_counting_finds(table: Table) -> None:
    rules: RuleSet = replace(
        RULES, tables=(table,), compiled={"reply": compile_table(table)}, domains=DOMAINS
    )
    winners = [next((row.id for row in table.rows if holds(row, case)), None) for case in CASES]
    problems = list(prove_rows(rules, table))
    gap = any(each.code == "routing.incomplete" for each in problems)
    assert gap == (None in winners)
    dead = {
        each.what.split("«")[1].split("»")[0]
        for each in problems
        if each.code in ("routing.dead-row", "routing.impossible-row")
    }
    assert dead == {row.id for row in table.rows} - set(winners)
    compiled = rules.compiled["reply"]
    for case, expected in zip(CASES, winners, strict=True):
        found = compiled.winner(case)
        assert (found and found.id) == expected


@settings(max_examples=100, deadline=None)
@given(tables())
def test_overlaps_are_just_those_that_counting_finds(table: Table) -> None:
    rules: RuleSet = replace(RULES, tables=(table,), domains=DOMAINS)
    told = {
        tuple(part.split("»")[0] for part in each.what.split("«")[1:])
        for each in find_overlaps(rules)
    }
    counted = set()
    for number, other in enumerate(table.rows):
        takers = [
            one.id
            for one in table.rows[:number]
            if one.then != other.then
            and any(box.sets for box in other.boxes)
            and any(holds(one, case) and holds(other, case) for case in CASES)
        ]
        if takers:
            counted.add((takers[0], other.id))
    assert told == counted
