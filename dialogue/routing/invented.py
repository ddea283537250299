"""Invented cases, as a municipality gets them: for training, simulation and measuring.

The shares are guesses of ours (mostly questions, complaints and faults from residents and
users), not statistics of any municipality.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from dialogue.routing.facts import Facts
from dialogue.routing.ruleset import RuleSet

_SHARES: dict[str, dict[Any, int]] = {
    "kind": {
        "question": 28,
        "deviation": 22,
        "complaint": 20,
        "suggestion": 10,
        "praise": 8,
        "appeal": 6,
        "access": 4,
        "concern": 2,
    },
    "who": {"resident": 45, "user": 30, "relative": 17, "guardian": 3, "employee": 3, "other": 2},
    "about": {
        "service": 78,
        "employee": 9,
        "unit": 6,
        "leader": 4,
        "director": 1,
        "political": 2,
    },
    "tie": {"none": 96, "doubt": 1, "auto": 1, "took_part": 1, "superior": 1},
    "consent": {"none": 80, "stated": 14, "documented": 6},
    "sensitive": {"none": 84, "health": 12, "child": 3, "threat": 1},
    "age_group": {"adult": 92, "16-17": 3, "12-15": 3, "under-12": 2},
    "channel": {"sms": 65, "telegram": 30, "other": 5},
    "standard": {"nb": 55, "nn": 45},
    "anonymous": {False: 94, True: 6},
    "urgent": {False: 95, True: 5},
    "office_hours": {True: 70, False: 30},
    "encounter": {False: 75, True: 25},
    "objection": {False: 98, True: 2},
    "low_rating": {False: 95, True: 5},
}
SERVICE_KNOWN = 0.9


def invent(rules: RuleSet, seed: int = 1) -> Iterator[Facts]:
    """Cases without end. The same seed gives the same cases."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    services = tuple(rules.municipality.services)
    spread = {fact: (list(shares), list(shares.values())) for fact, shares in _SHARES.items()}
    while True:
        drawn: dict[str, Any] = {fact: chance.choices(*each)[0] for fact, each in spread.items()}
        known = chance.random() < SERVICE_KNOWN
        service = chance.choice(services) if known else None
        yield Facts(service=service, **drawn)
