"""What must have been done before a unit closes a case: the table `closing.yml`. Pure.

An appeal is a case by law: it is registered in the archive and handled there, so it is not
closed here as if it were feedback. The one who closes it tells where it lies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dialogue.effects import RuleReference
from dialogue.reply_check import Notice, rules_of_version
from dialogue.routing.facts import read_facts
from dialogue.routing.route import what_closing_takes
from dialogue.routing.ruleset import Row, RuleSet
from dialogue.routing.versions import RuleSets
from dialogue.routing.wording import basis_text
from intents.sensitive import mask

LONGEST_REFERENCE = 60  # characters
_REFERENCE = re.compile(r"[^\W_][\w ./:()-]*")
_WHAT_IT_IS = "must be the case's number in the archive, as 2026/1234"


def read_archive_reference(text: str) -> str:
    """The case's number in the archive, on one line. Raises ValueError with words for the unit.

    >>> read_archive_reference(" 2026/1234 ")
    '2026/1234'
    """
    cleaned = " ".join(text.split())
    if not _REFERENCE.fullmatch(cleaned) or not re.search(r"\d", cleaned):
        raise ValueError(_WHAT_IT_IS)
    if len(cleaned) > LONGEST_REFERENCE:
        raise ValueError(f"must be at most {LONGEST_REFERENCE} characters")
    if mask(cleaned) != cleaned:
        raise ValueError("is a person's number or an account, not a case's number")
    return cleaned


def closing_row(
    sets: RuleSets, facts: Mapping[str, Any], rules: Sequence[RuleReference], opened_on: date
) -> tuple[RuleSet, Row] | None:
    """What the version that decided the case says of closing it; None: nothing does.

    A version adopted before there was such a table is read with the newest: the law is older.
    """
    decided = rules_of_version(sets, rules, opened_on)
    try:
        case = read_facts(facts)
    except ValueError:  # written by a version with other facts
        case = read_facts({"kind": facts.get("kind", "question")})
    for each in (decided, sets.newest):
        row = what_closing_takes(each, case)
        if row is not None:
            return each, row
    return None


def check_closing(
    sets: RuleSets,
    *,
    facts: Mapping[str, Any],
    rules: Sequence[RuleReference],
    opened_on: date,
    archive_reference: str | None,
) -> Notice | None:
    """None when the case may be closed here, with what is known of the archive."""
    found = closing_row(sets, facts, rules, opened_on)
    if found is None or found[1].then != "archive_first" or archive_reference:
        return None
    deciding, row = found
    return Notice(
        "archive-first",
        f"By {row.id} «{row.title['nb']}» ({basis_text(deciding, row)}) this is registered in "
        "the archive and handled there, not closed as feedback. Register it, and close it here "
        "with the case's number in the archive.",
    )
