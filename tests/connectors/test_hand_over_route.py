"""Handing a ticket over by HTTP: by the example's own rules, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
import small_decide
from served import BEARER, NOW, Answer, Caller, an_app, calling

from connectors.channels.simulated_phone import SimulatedPhone
from connectors.commands.rule_sets import OpenRules
from connectors.reply_leave import hand_over_by
from dialogue.conversation import Conversation
from dialogue.decision import Decision
from dialogue.messages import Numbered
from dialogue.routing.conditions import Vocabulary, read_boxes
from dialogue.routing.domains import domains_of
from dialogue.routing.facts import read_facts
from dialogue.routing.reading import Faults
from dialogue.routing.route import route
from dialogue.routing.ties import Tie
from dialogue.routing.versions import RuleSets
from dialogue.store.store import Store
from knowledge.working_days import WorkingDays
from knowledge.yaml_lines import parse

COMPLAINT = {"kind": "complaint", "service": "grunnskole"}
ABOUT_THE_LEADER = {"kind": "complaint", "service": "sykehjem", "about": "leader"}
BY_AN_EMPLOYEE = {"kind": "complaint", "service": "sykehjem", "who": "employee"}


@cache
def example() -> OpenRules:
    return OpenRules(None)


@dataclass
class Grounds:
    """The example's rules, and one tie that was declared since."""

    rule_sets: RuleSets
    ties: tuple[Tie, ...]
    working_days: WorkingDays
    timezone: Any


@pytest.fixture
def grounds() -> Grounds:
    """The leader of `ppt` is kin to a party."""
    rules = example()
    domains = domains_of(rules.municipality)
    words = Vocabulary(domains, frozenset(domains.values), {})
    boxes = read_boxes("any", (), words, Faults(parse("a: 1", "ties.yml")))
    declared = date(2026, 1, 1)
    tie = Tie("t1", "ppt", "auto", "family", boxes, declared, None, declared)
    return Grounds(rules.rule_sets, (tie,), rules.working_days, rules.timezone)


@pytest.fixture
async def call(store: Store, grounds: Grounds) -> AsyncIterator[Caller]:
    plan = hand_over_by(lambda: grounds, lambda: NOW)
    app = an_app([SimulatedPhone("sms")], store=store, plan_hand_over=plan)
    async with calling(app) as caller:
        yield caller


async def open_ticket(store: Store, facts: dict[str, Any]) -> str:
    """A ticket as the rules decide it."""
    outcome = route(example().rule_sets.newest, read_facts(facts))

    def decide(conversation: Conversation, message: Numbered) -> Decision:
        made = small_decide.ticket(
            f"S{message.number}",
            unit=outcome.unit,
            facts=facts,
            rules=outcome.rules,
            recused=outcome.recused,
            due_at=NOW + timedelta(days=20),
        )
        return Decision(conversation=conversation, effects=(made,), edition="test")

    [number] = await store.receive(small_decide.incoming("Hei", "m1"), NOW)
    await store.run_batch(decide, NOW)
    return f"S{number}"


async def hand_over(call: Caller, ticket: str, to: Any, **more: Any) -> Answer:
    headers = BEARER | ({"Idempotency-Key": more.pop("key")} if "key" in more else {})
    body = {"to": to, **more}
    return await call("POST", f"/api/tickets/{ticket}/hand-over", json=body, headers=headers)


async def test_another_unit_gets_a_ticket_once_and_the_history_tells(
    call: Caller, store: Store
) -> None:
    ticket = await open_ticket(store, COMPLAINT)
    first = await hand_over(call, ticket, "barnehage", note="feil bygg", author="skule", key="k1")
    again = await hand_over(call, ticket, "barnehage", note="feil bygg", author="skule", key="k1")
    assert (first.status, first.json["unit"]) == (201, "barnehage")
    assert (again.status, again.json) == (200, first.json)
    there = await hand_over(call, ticket, "barnehage", key="k2")
    assert (there.status, there.json["code"]) == (409, "same-unit")
    moves = [e for e in first.json["history"] if e["kind"] == "handed_over"]
    assert [(e["author"], e["text"]) for e in moves] == [("skule", "skule > barnehage: feil bygg")]


@pytest.mark.parametrize(
    ("facts", "to", "code", "told"),
    [
        (ABOUT_THE_LEADER, "sjukeheim", "recused", "Sykehjemmet"),
        (ABOUT_THE_LEADER, "sjukeheim.lead", "recused", "is out of this case"),
        (ABOUT_THE_LEADER, "sjukeheim.deputy", "recused", "is out of this case"),
        (COMPLAINT, "ppt", "recused", "declared tie"),
        ({"kind": "complaint", "about": "director"}, "torg", "recused", "under one who is"),
        (BY_AN_EMPLOYEE, "sjukeheim", "named-group", "named group"),
        (COMPLAINT, "statsforvaltar", "outside", "outside the municipality"),
        (COMPLAINT, "nowhere", "unknown-unit", "neither a unit"),
    ],
)
async def test_one_who_is_out_or_outside_gets_no_ticket(
    call: Caller, store: Store, facts: dict[str, Any], to: str, code: str, told: str
) -> None:
    ticket = await open_ticket(store, facts)
    before = await store.get_ticket(ticket)
    answer = await hand_over(call, ticket, to)
    assert (answer.status, answer.json["code"]) == (409, code)
    assert told in answer.json["detail"]
    assert await store.get_ticket(ticket) == before


async def test_a_closed_missing_or_locked_ticket_stays(call: Caller, store: Store) -> None:
    ticket = await open_ticket(store, COMPLAINT)
    assert (await hand_over(call, "S999", "ppt")).status == 404
    empty = await hand_over(call, ticket, "")
    assert (empty.status, empty.json["errors"][0]["field"]) == (422, "to")
    path = f"/api/tickets/{ticket}/hand-over"
    assert (await call("POST", path, json={"to": "barnehage"})).status == 401
    await store.close_ticket(ticket, "Ferdig.", "skule", NOW)
    closed = await hand_over(call, ticket, "barnehage")
    assert (closed.status, closed.json["code"]) == (409, "already-closed")
