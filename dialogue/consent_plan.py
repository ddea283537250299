"""Whom a unit may let the bot ask for consent, by the rules of the ticket. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from dialogue.consents import LONGEST, VALID_FOR
from dialogue.effects import RuleReference
from dialogue.reply_check import Notice, rules_of_version
from dialogue.routing.facts import Facts, read_facts
from dialogue.routing.route import whom_to_ask
from dialogue.routing.screening import is_out
from dialogue.routing.ties import Tie
from dialogue.routing.versions import RuleSets
from dialogue.routing.wording import basis_text

LONGEST_NAME = 30  # characters of what the relative is called, so that the SMS stays short
_ASKED = {"ask_user": "user", "ask_guardian": "guardian"}
_WHY_NOT = {
    "nobody": "Nobody is asked for consent in this case",
    "staff": "The staff decide this themselves, and the bot asks nobody",
}


class ConsentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask ("user", "guardian"), until when a yes holds, and the row that said so."""

    whom: str
    until: datetime
    rule: str
    rules_version: str


def plan_consent(
    sets: RuleSets,
    ties: Sequence[Tie],
    *,
    facts: Mapping[str, Any],
    rules: Sequence[RuleReference],
    unit: str,
    opened_on: date,
    now: datetime,
    today: date,
    whom: str,
    age_group: str,
    until: datetime | None,
    on_paper: bool = False,
) -> ConsentPlan | Notice:
    """The plan, or why the bot asks nobody. `whom` is whose address the unit has given.

    `on_paper`: it has been given already, and the unit has seen it. That may also be where
    the staff decide for themselves, and the bot asks nobody.
    """
    decided = rules_of_version(sets, rules, opened_on)
    try:
        case = read_facts({**facts, "age_group": age_group})
    except ValueError:
        return Notice("consent-facts", "The facts of the ticket can't be read.")
    if is_out(decided, case, ties, unit, today):
        return Notice("recused", "The leader of the unit is out of this case: hand it over first.")
    ends = now + VALID_FOR if until is None else until
    if not now < ends <= now + LONGEST:
        return Notice("consent-until", f"A consent holds for at most {LONGEST.days} days from now.")
    accepted = _ASKED | ({"staff": whom} if on_paper else {})
    return _by_rules(sets, decided.version, case, whom, ends, opened_on, accepted)


def _by_rules(
    sets: RuleSets,
    version: str,
    case: Facts,
    whom: str,
    ends: datetime,
    opened_on: date,
    accepted: Mapping[str, str],
) -> ConsentPlan | Notice:
    """What the table says; a version adopted before there was one is read with the newest."""
    known = sets.of_version(version, opened_on)
    rules = known if whom_to_ask(known, case) is not None else sets.newest
    row = whom_to_ask(rules, case)
    if row is None:
        return Notice("consent-table", "The rules have no table consent_request.yml.")
    then = str(row.then)
    told = f"{row.id} «{row.title['nb']}» ({basis_text(rules, row)})"
    if then not in accepted:
        return Notice("consent-not-asked", f"{_WHY_NOT[then]}, by {told}.")
    if accepted[then] != whom:
        name = {"user": "the one whom it is about", "guardian": "a guardian"}[accepted[then]]
        return Notice("consent-whom", f"Here it is {name} who consents, by {told}.")
    return ConsentPlan(whom=whom, until=ends, rule=row.id, rules_version=rules.version)


def with_consent(facts: Mapping[str, Any], age_group: str) -> dict[str, Any]:
    """The facts of a ticket to which a consent holds."""
    return {**facts, "consent": "documented", "age_group": age_group}
