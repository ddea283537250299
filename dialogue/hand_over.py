"""Handing a ticket over to another unit: screened like routing, refused with the reason.

The clock does not start anew: the deadline is counted by the version that decided, from the
day the case came, whoever has it. Who is told when it passes follows from the new unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from dialogue.effects import RuleReference
from dialogue.reply_check import Notice, rules_of_version
from dialogue.routing.deadlines import due_at
from dialogue.routing.facts import Facts, read_facts
from dialogue.routing.recusal import receiver
from dialogue.routing.route import Outcome, may_receive
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.screening import out_in, replayed, tie_in
from dialogue.routing.ties import Tie
from dialogue.routing.versions import RuleSets
from dialogue.routing.wording import basis_text, value_text
from knowledge.working_days import WorkingDays


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """What changes. `told` are the roles of the escalation's steps, in their order."""

    unit: str
    due_at: datetime | None
    recused: tuple[str, ...]
    told: tuple[str, ...]


def plan_hand_over(
    sets: RuleSets,
    ties: Sequence[Tie],
    working_days: WorkingDays,
    *,
    facts: Mapping[str, Any],
    rules: Sequence[RuleReference],
    unit: str,
    recused: Sequence[str],
    deadline: datetime | None,
    to: str,
    opened_at: datetime,
    opened_on: date,
    today: date,
) -> HandOver | Notice:
    """What a hand-over to a unit or role (`kdir`, `kdir.lead`) changes, or why it may not be."""
    decided = rules_of_version(sets, rules, opened_on)
    units = decided.municipality.units
    target, _, role = to.partition(".")
    if target not in units or role not in ("", "lead", "deputy"):
        return Notice("unknown-unit", f"«{to}» is neither a unit nor the role of one.")
    if target == unit:
        return Notice("same-unit", f"{_name(decided, target)} has the case already.")
    try:
        case = read_facts(facts)
    except ValueError:
        return Notice(
            "unreadable-facts", "The facts of the case can't be read, so nobody is cleared."
        )
    outcome = replayed(decided, case, recused)
    refusal = _refusal(decided, ties, case, outcome, target, recused, today)
    if refusal is not None:
        return refusal
    # an objection carries the deadline of the recusal table, not of the handling table
    own = (
        None
        if case.objection and deadline is not None
        else due_at(outcome, opened_at, working_days)
    )
    out = out_in(decided, case, ties, today) | _units(recused)
    return HandOver(
        unit=target,
        due_at=deadline if own is None else own,
        recused=tuple(dict.fromkeys((*recused, *(f"{each}.lead" for each in sorted(out))))),
        told=_told(decided, target, out, outcome),
    )


def _refusal(
    rules: RuleSet,
    ties: Sequence[Tie],
    case: Facts,
    outcome: Outcome,
    target: str,
    recused: Sequence[str],
    today: date,
) -> Notice | None:
    name = _name(rules, target)
    if rules.municipality.units[target].level == "outside":
        return Notice("outside", f"{name} is outside the municipality and receives no tickets.")
    tie = tie_in(rules, case, ties, target, today)
    if tie in ("auto", "superior") or (tie == "took_part" and case.kind == "appeal"):
        row = rules.row("recusal", _row(outcome, "recusal"))
        ground = value_text(rules, "tie", tie, "nb")
        return Notice(
            "recused",
            f"The leader of {name} is out of this case by a declared tie ({ground}). "
            f"Basis: {_recusal_basis(rules, row.id)}.",
        )
    if tie == "doubt":
        return Notice(
            "doubt",
            f"The leader of {name} has declared a doubt about this case. The level above "
            "decides that first (forvaltningsloven § 8).",
        )
    if f"{target}.lead" in recused or not may_receive(rules, case, target):
        row = rules.row("recusal", _row(outcome, "recusal"))
        return Notice(
            "recused",
            f"The leader of {name} is out of this case, or is under one who is: "
            f"{row.id} «{row.title['nb']}» ({basis_text(rules, row)}).",
        )
    if outcome.visibility == "named_group" and target not in _closed_circle(rules, outcome):
        row = rules.row("visibility", _row(outcome, "visibility"))
        return Notice(
            "named-group",
            f"Only a named group may see this case ({row.id}, {basis_text(rules, row)}); "
            f"{name} is not in it.",
        )
    return None


def _closed_circle(rules: RuleSet, outcome: Outcome) -> frozenset[str]:
    """Who may have a case that only a named group sees: the first unit, and those above it."""
    found = [outcome.first_unit]
    while (above := rules.municipality.units[found[-1]].recusal_to) and above not in found:
        found.append(above)
    return frozenset(found)


def _told(rules: RuleSet, unit: str, out: frozenset[str], outcome: Outcome) -> tuple[str, ...]:
    above = receiver(rules.municipality, unit, out | {unit}) or unit
    steps = rules.table("escalation").outcomes[outcome.escalation].steps
    return tuple(f"{unit if step.to == 'lead' else above}.lead" for step in steps)


def _recusal_basis(rules: RuleSet, row: str) -> str:
    return basis_text(rules, rules.row("recusal", row))


def _row(outcome: Outcome, table: str) -> str:
    return next(each.row for each in outcome.rules if each.table == table)


def _units(roles: Sequence[str]) -> frozenset[str]:
    return frozenset(role.split(".")[0] for role in roles)


def _name(rules: RuleSet, unit: str) -> str:
    return rules.municipality.units[unit].name["nb"]
