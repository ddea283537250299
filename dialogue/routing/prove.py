"""Proof that a rule set decides every case, and rightly.

All cases that the tables can tell apart are gone through (`space.py`, `field.py`), so
what is found is a fault and what is not found is not there. Each fault comes with the
smallest counter-example.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dialogue.routing.field import TooLarge
from dialogue.routing.proof_of_deadlines import prove_deadlines
from dialogue.routing.proof_of_equality import prove_equality, prove_promises
from dialogue.routing.proof_of_examples import prove_examples
from dialogue.routing.proof_of_recusal import prove_recusal, prove_units
from dialogue.routing.proof_of_rows import find_overlaps, prove_receivers, prove_rows
from dialogue.routing.route import rules_on
from dialogue.routing.ruleset import RuleSet
from knowledge.problems import Problem


def prove(rules: RuleSet) -> list[Problem]:
    """Every fault that shows only when all cases are looked at, for each period of validity."""
    found = dict.fromkeys(find_overlaps(rules))
    found |= dict.fromkeys(prove_units(rules))
    for day in periods(rules):
        found |= dict.fromkeys(_prove_period(rules_on(rules, day)))
    return sorted(found)


def periods(rules: RuleSet) -> tuple[date, ...]:
    """The days from which the valid rows are others than the day before."""
    days = {rules.in_force}
    for table in rules.tables:
        for row in table.rows:
            if row.valid_from is not None:
                days.add(row.valid_from)
            if row.valid_to is not None:
                days.add(row.valid_to + timedelta(days=1))
    return tuple(sorted(day for day in days if day >= rules.in_force))


def _prove_period(rules: RuleSet) -> Iterator[Problem]:
    incomplete = False
    for table in rules.tables:
        try:
            for problem in prove_rows(rules, table):
                incomplete = incomplete or problem.code == "routing.incomplete"
                yield problem
        except TooLarge as error:
            yield Problem(
                table.file,
                1,
                "routing.too-large",
                f"the table cannot be proven: {error}",
                "Every case must be gone through.",
                "let the table look at fewer facts, or split it in two that build on each other.",
            )
            incomplete = True
    nowhere = [] if incomplete else list(prove_receivers(rules))
    yield from nowhere
    if incomplete or nowhere:
        return  # what follows asks for an outcome in every case
    yield from prove_examples(rules)
    yield from prove_equality(rules)
    yield from prove_recusal(rules)
    yield from prove_deadlines(rules)
    yield from prove_promises(rules)
