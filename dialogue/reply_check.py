"""What a unit is told before its answer goes out: the reply table, and declared ties.

The bot can't judge what a text gives away. So where the table says that only general
information may be sent, and the text has a sign of telling of somebody, the one who answers
must say that it holds nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from dialogue.effects import RuleReference
from dialogue.general_text import signs_of_a_person
from dialogue.routing.facts import read_facts
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.screening import is_out, may_take
from dialogue.routing.ties import Tie
from dialogue.routing.versions import RuleSets
from dialogue.routing.wording import basis_text

MUST_CONFIRM: Mapping[str, str] = {
    "receipt_only": "only a receipt may be sent, nothing about the matter",
    "general_only": "only general information may be sent, not even that somebody is a user",
    "safe_channel": "only the status may be sent here; the content goes by a safe channel",
}
"""Outcomes of the reply table under which a text may tell of nobody."""


class Notice(msgspec.Struct, frozen=True):
    """Why an answer is not sent as it is. `code`: "confirm-general" or "recused"."""

    code: str
    text: str


def check_reply(
    sets: RuleSets,
    ties: Sequence[Tie],
    *,
    facts: Mapping[str, Any],
    rules: Sequence[RuleReference],
    unit: str,
    author: str,
    opened_on: date,
    today: date,
    text: str,
    confirmed: bool,
) -> Notice | None:
    """None when the answer `text` may go out.

    The reply table is that of the version that decided the ticket. `author` may name the unit
    or role (`kdir.lead`) that answers in the place of one who is out.
    """
    decided = rules_of_version(sets, rules, opened_on)
    try:
        case = read_facts(facts)
    except ValueError:  # written by a version with other facts: nothing is given away blindly
        why = "The facts of the ticket can't be read. Confirm that the text is general."
        return None if confirmed else Notice("confirm-general", why)
    answering = author.split(".", maxsplit=1)[0]
    answers = answering if answering in decided.municipality.units else unit
    fit = (
        not is_out(decided, case, ties, unit, today)  # it was found fit when it got the case
        if answers == unit
        else may_take(decided, case, ties, answers, today)
    )
    if not fit:
        name = decided.municipality.units[answers].name["nb"]
        return Notice(
            "recused",
            f"The leader of {name} is out of this case. Let another answer, with its unit as "
            "author.",
        )
    outcome = route(decided, case)
    demand = MUST_CONFIRM.get(outcome.reply)
    if demand is None or confirmed:
        return None
    signs = signs_of_a_person(text, _public_names(decided))
    if outcome.reply != "receipt_only" and not signs:
        return None
    row = next(each.row for each in outcome.rules if each.table == "reply")
    found = decided.row("reply", row)
    return Notice(
        "confirm-general",
        f"By {row} «{found.title['nb']}» ({basis_text(decided, found)}) {demand}. "
        f"{_told(signs)}Confirm that the text is general, and it is sent.",
    )


def _told(signs: Sequence[str]) -> str:
    if not signs:
        return ""
    return "The text may tell of somebody: " + ", ".join(f"«{sign}»" for sign in signs) + ". "


def _public_names(rules: RuleSet) -> list[str]:
    town = rules.municipality
    named = [town.name, *(name for unit in town.units.values() for name in unit.name.values())]
    return named + [name for each in town.services.values() for name in each.name.values()]


def rules_of_version(sets: RuleSets, rules: Sequence[RuleReference], day: date) -> RuleSet:
    """The version that decided, as it was that day; the newest when it is gone."""
    version = rules[0].version if rules else ""
    return sets.of_version(version, day) if version in sets.versions else sets.newest
