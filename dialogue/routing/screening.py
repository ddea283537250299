"""Each case is held against the declared ties: at routing, hand-over and reply."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from dialogue.routing.facts import Facts
from dialogue.routing.route import Outcome, case_of, may_receive, route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.ties import GRAVITY, Tie, gravest

DISQUALIFYING = frozenset({"auto", "superior"})
"""Ties that take a leader out in whatever kind of case."""


def route_screened(
    rules: RuleSet, facts: Facts, ties: Iterable[Tie], day: date
) -> tuple[Facts, Outcome]:
    """Decide a case with the ties that count on `day`; the facts with the tie that was found.

    The handler's own tie becomes the fact `tie`. Leaders above who are out are passed by,
    and when the director is, nobody under the director decides (§ 6 third paragraph).
    """
    known = tuple(ties)
    if not known:
        return facts, route(rules, facts)
    first = route(rules, facts).first_unit
    found = max(facts.tie, tie_in(rules, facts, known, first, day), key=lambda t: GRAVITY[t])
    out = out_in(rules, facts, known, day)
    units = rules.municipality.units
    if units[first].level == "unit" and any(units[each].level == "director" for each in out):
        found = max(found, "superior", key=lambda t: GRAVITY[t])
    screened = msgspec.structs.replace(facts, tie=found)
    return screened, route(rules, screened, out - {first})


def tie_in(rules: RuleSet, facts: Facts, ties: Iterable[Tie], unit: str, day: date) -> str:
    """The gravest tie that the leader of a unit has in a case."""
    return gravest(ties, unit, case_of(rules, facts), day)


def out_in(rules: RuleSet, facts: Facts, ties: Iterable[Tie], day: date) -> frozenset[str]:
    """The units whose leader is out of a case because of a declared tie."""
    case = case_of(rules, facts)
    return frozenset(
        each.unit for each in ties if each.tie in DISQUALIFYING and each.holds(case, day)
    )


def replayed(rules: RuleSet, facts: Facts, recused: Iterable[str]) -> Outcome:
    """Decide a case again that once was screened: `recused` are the roles that were out then.

    The handler's tie stands in the facts; those above who were passed by only in `recused`.
    """
    return route(rules, facts, ties_above(rules, facts, recused))


def ties_above(rules: RuleSet, facts: Facts, recused: Iterable[str]) -> frozenset[str]:
    """The units whose leader was out of a case though its facts do not say so."""
    plain = route(rules, facts)
    known = {role.partition(".")[0] for role in plain.recused} | {plain.first_unit}
    return frozenset(role.partition(".")[0] for role in recused) - known


def may_take(rules: RuleSet, facts: Facts, ties: Iterable[Tie], unit: str, day: date) -> bool:
    """Whether a case may be handed over to `unit`, or be answered by it, on that day."""
    return not is_out(rules, facts, ties, unit, day) and may_receive(rules, facts, unit)


def is_out(rules: RuleSet, facts: Facts, ties: Iterable[Tie], unit: str, day: date) -> bool:
    """Whether the leader of `unit` is out of a case by a declared tie."""
    found = tie_in(rules, facts, ties, unit, day)
    return found in DISQUALIFYING or (found == "took_part" and facts.kind == "appeal")
