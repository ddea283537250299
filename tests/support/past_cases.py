"""A store filled with invented past tickets, as the rules of the day decided them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from dialogue.routing.facts import Facts
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.store.store import Store
from dialogue.store.tables import tickets

APART = timedelta(seconds=300)


def past_rows(rules: RuleSet, cases: Iterable[Facts], first: datetime) -> list[dict[str, Any]]:
    """Rows for the tickets table, five minutes apart, answered after one to nine hours."""
    found = []
    for number, facts in enumerate(cases, start=1):
        outcome = route(rules, facts)
        opened = first + APART * number
        found.append(
            {
                "id": f"S{number}",
                "conversation_id": None,
                "unit": outcome.unit,
                "kind": facts.kind,
                "service": facts.service,
                "text": "",
                "standard": facts.standard,
                "due_at": None,
                "visibility": outcome.visibility,
                "acknowledgement": outcome.acknowledgement,
                "escalation": outcome.escalation,
                "recused": msgspec.json.encode(outcome.recused).decode(),
                "rules": msgspec.json.encode(outcome.rules).decode(),
                "facts": msgspec.json.encode(facts).decode(),
                "wants_contact": True,
                "anonymous": facts.anonymous,
                "edition": f"x/{rules.version}",
                "status": "answered",
                "opened_at": opened,
                "first_answer_at": opened + timedelta(hours=1 + number * 7919 % 9),
                "closed_at": None,
                "overdue_at": None,
                "sequence": number,
            }
        )
    return found


async def fill(store: Store, rows: list[dict[str, Any]]) -> None:
    """Put the rows into the store."""
    async with store.database.write() as connection:
        await connection.execute(sa.insert(tickets), rows)
