"""Deadlines can be kept, lie within the law's, and escalations have something to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from dialogue.routing.field import make_field
from dialogue.routing.ruleset import Handling, Limit, Row, RuleSet, Step
from dialogue.routing.space import shown
from knowledge.problems import Problem


def prove_deadlines(rules: RuleSet) -> Iterator[Problem]:
    """Whether no case gets a deadline past a limit, or one that cannot be kept."""
    yield from _prove_order(rules)
    yield from _prove_limits(rules)
    yield from _prove_escalations(rules)


def _prove_order(rules: RuleSet) -> Iterator[Problem]:
    table = rules.table("handling")
    for row in table.rows:
        handling = cast(Handling, row.then)
        first, due = handling.first_answer_working_days, handling.due_working_days
        negative = any(
            each is not None and each < 0
            for each in (first, due, handling.first_answer_hours, handling.interim_months)
        )
        if negative or (first is not None and due is not None and first > due):
            yield Problem(
                table.file,
                row.line,
                "routing.deadline",
                f"the row «{row.id}» has a first answer after the final one, or less than nothing",
                f"First answer {first}, final answer {due} working days.",
                "let the first answer come first.",
            )


def _prove_limits(rules: RuleSet) -> Iterator[Problem]:
    table = rules.table("handling")
    if not table.limits:
        return
    field = make_field(rules, ["handling"], boxes=[limit.box for limit in table.limits])
    rows, winners = field.rows["handling"], field.winners["handling"]
    for limit in table.limits:
        here = field.cells_of(limit.box)
        for number in np.unique(winners[here]):
            row = rows[int(number)]
            for what, given, most in _past(limit, cast(Handling, row.then)):
                case = field.space.smallest(here & (winners == number)) or {}
                yield Problem(
                    table.file,
                    row.line,
                    "routing.limit",
                    f"the row «{row.id}» gives {given} for {what}, past the limit of {most} "
                    f"in «{limit.id}», in the case {shown(case)}",
                    f"Basis: {limit.basis}.",
                    f"give at most {most}, or put a stricter row above it.",
                )


def _past(limit: Limit, handling: Handling) -> Iterator[tuple[str, str, int]]:
    for what in ("first_answer_working_days", "due_working_days", "interim_months"):
        most: int | None = getattr(limit, what)
        given: int | None = getattr(handling, what)
        if most is not None and (given is None or given > most):
            yield what, "nothing" if given is None else str(given), most


def _prove_escalations(rules: RuleSet) -> Iterator[Problem]:
    """Each step must have a deadline to count from, and each deadline someone who watches it."""
    field = make_field(rules, ["handling", "escalation"])
    handling, escalation = rules.table("handling"), rules.table("escalation")
    width = len(field.rows["escalation"])
    pairs = field.winners["handling"].astype(np.int64) * width + field.winners["escalation"]
    for pair in np.unique(pairs):
        fast = field.rows["handling"][int(pair) // width]
        row = field.rows["escalation"][int(pair) % width]
        what = _unreachable(cast(Handling, fast.then), escalation.outcomes[str(row.then)].steps)
        if what:
            case = field.space.smallest(pairs == pair) or {}
            yield _escalation_problem(escalation.file, row, fast, handling.file, what, shown(case))


def _unreachable(handling: Handling, steps: tuple[Step, ...]) -> str:
    for step in steps:
        if step.since == "interim" and handling.interim_months is None:
            return "waits for an interim reply that is never due"
        if step.since == "due" and handling.due_working_days is None:
            return "waits for an answer that is never due"
        if step.since != "interim" and step.working_days < 0:
            return "would come before the case"
    if handling.due_working_days is not None and not steps:
        return "lets a deadline pass with nobody told"
    if handling.interim_months is not None and not any(s.since == "interim" for s in steps):
        return "lets the day of an interim reply pass with nobody told"
    return ""


def _escalation_problem(
    file: str, row: Row, fast: Row, handling_file: str, what: str, case: str
) -> Problem:
    return Problem(
        file,
        row.line,
        "routing.escalation",
        f"the row «{row.id}» {what}, in the case {case}",
        f"The deadline is that of «{fast.id}» ({handling_file}:{fast.line}).",
        "give the case another escalation, or another deadline.",
    )
