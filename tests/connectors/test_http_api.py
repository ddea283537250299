"""The HTTP API on a real store, on both databases."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import small_decide
from served import BEARER, NOW, Answer, Caller, an_app, calling

from connectors.channels.simulated_phone import SimulatedPhone
from dialogue.store.store import Store

ENCOUNTER = {"unit": "heime", "channel": "sms", "to": "900 00 001"}


@pytest.fixture
async def call(store: Store) -> AsyncIterator[Caller]:
    phones = [SimulatedPhone("sms"), SimulatedPhone("telegram")]
    async with calling(an_app(phones, store=store)) as caller:
        yield caller


async def post(call: Caller, path: str, body: Any, **headers: str) -> Answer:
    return await call("POST", path, json=body, headers=BEARER | headers)


async def get(call: Caller, path: str) -> Answer:
    return await call("GET", path, headers=BEARER)


async def ticket(store: Store, words: str = "ticket", message_id: str = "m1") -> str:
    [number] = await store.receive(small_decide.incoming(words, message_id), NOW)
    await store.run_batch(small_decide.decide, NOW)
    return f"S{number}"


async def test_an_encounter_is_registered_and_planned(call: Caller) -> None:
    answer = await post(call, "/api/encounters", ENCOUNTER | {"service": "hjemmehjelp"})
    assert answer.status == 201
    assert answer.json["new"] is True
    assert answer.json["ask_at"] == "2026-11-24T15:00:00+01:00"
    assert "900" not in answer.text


async def test_the_same_key_registers_once(call: Caller) -> None:
    first = await post(call, "/api/encounters", ENCOUNTER | {"key": "besok-1"})
    by_body = await post(call, "/api/encounters", ENCOUNTER | {"key": "besok-1"})
    headers = {"Idempotency-Key": "besok-1"}
    by_header = await post(call, "/api/encounters", ENCOUNTER, **headers)
    assert (first.status, by_body.status, by_header.status) == (201, 200, 200)
    assert first.json["id"] == by_body.json["id"] == by_header.json["id"]
    two = await post(call, "/api/encounters", ENCOUNTER | {"key": "other"}, **headers)
    assert (two.status, two.json["errors"][0]["field"]) == (422, "key")


async def test_nobody_is_asked_twice_within_the_quarantine(call: Caller) -> None:
    await post(call, "/api/encounters", ENCOUNTER)
    again = await post(call, "/api/encounters", ENCOUNTER)
    assert (again.status, again.json["ask_at"], again.json["why"]) == (201, None, "recent")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"unit": "moon"}, "unit", "is not a unit"),
        ({"unit": "statsforvaltar"}, "unit", "outside"),
        ({"unit": 5}, "unit", "must be a text"),
        ({"service": "moon"}, "service", "is not a service"),
        ({"channel": "fax"}, "channel", "must be 'sms' or 'telegram'"),
        ({"to": "12"}, "to", "is not a phone number"),
        ({"to": "+47000000000000"}, "to", "is not a phone number"),
        ({"to": "kari"}, "to", "is not a phone number"),
        ({"channel": "telegram", "to": "@kari"}, "to", "digits alone"),
        ({"channel": "telegram", "to": "-5"}, "to", "digits alone"),
        ({"met_at": "yesterday"}, "met_at", "must be a time"),
        ({"met_at": "2026-11-24T12:00:00"}, "met_at", "time zone"),
        ({"met_at": "2026-10-01T12:00:00Z"}, "met_at", "days ago"),
        ({"met_at": "2027-10-01T12:00:00Z"}, "met_at", "days ahead"),
        ({"standard": "en"}, "standard", "must be 'nb' or 'nn'"),
        ({"key": ""}, "key", "must not be empty"),
        ({"key": "with space"}, "key", "without spaces"),
        ({"color": "red"}, "color", "is not known"),
        ({"unit": None}, "unit", "must be a text"),
    ],
)
async def test_each_fault_names_its_field(
    call: Caller, change: dict[str, Any], field: str, words: str
) -> None:
    answer = await post(call, "/api/encounters", ENCOUNTER | change)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    [fault] = answer.json["errors"]
    assert fault["field"] == field
    assert words in fault["detail"]


async def test_all_faults_are_told_at_once(call: Caller) -> None:
    answer = await post(call, "/api/encounters", {"unit": "heime", "x": 1})
    assert {fault["field"] for fault in answer.json["errors"]} == {"channel", "to", "x"}
    answer = await post(call, "/api/encounters", {"unit": "moon", "channel": "sms", "to": "1"})
    assert {fault["field"] for fault in answer.json["errors"]} == {"unit", "to"}


@pytest.mark.parametrize("body", [[], "text", 5, None])
async def test_a_body_that_is_no_object_is_refused(call: Caller, body: Any) -> None:
    headers = BEARER | {"Content-Type": "application/json"}
    answer = await call("POST", "/api/encounters", data=json.dumps(body), headers=headers)
    assert answer.status == 422


async def test_a_ticket_is_listed_shown_answered_and_closed(call: Caller, store: Store) -> None:
    identifier = await ticket(store)
    listed = (await get(call, "/api/tickets?unit=torg")).json
    assert listed == {"tickets": [], "before": None}
    [found] = (await get(call, "/api/tickets?status=open")).json["tickets"]
    assert (found["id"], found["status"], found["reachable"]) == (identifier, "open", True)
    assert found["rules"] == [{"table": "unit", "row": "U7", "version": "2026-1"}]

    answered = await post(call, f"/api/tickets/{identifier}/reply", {"text": "Vi ser på det."})
    assert (answered.status, answered.json["status"]) == (201, "answered")
    closed = await post(
        call, f"/api/tickets/{identifier.lower()}/close", {"text": "Ordna.", "author": "Leiar"}
    )
    assert (closed.status, closed.json["status"]) == (201, "closed")
    assert [(each["kind"], each["author"]) for each in closed.json["history"]] == [
        ("opened", "person"),
        ("replied", "api"),
        ("closed", "Leiar"),
    ]
    again = await post(call, f"/api/tickets/{identifier}/reply", {"text": "Og så."})
    assert (again.status, again.json["code"]) == (409, "already-closed")
    assert "9000" not in closed.text


async def test_the_same_key_answers_once(call: Caller, store: Store) -> None:
    identifier = await ticket(store)
    path = f"/api/tickets/{identifier}/reply"
    headers = {"Idempotency-Key": "k1"}
    statuses = [(await post(call, path, {"text": "Hei"}, **headers)).status for _ in range(2)]
    assert statuses == [201, 200]
    shown = (await get(call, f"/api/tickets/{identifier}")).json
    assert len(shown["history"]) == 2


async def test_an_anonymous_ticket_can_be_closed_but_not_answered(
    call: Caller, store: Store
) -> None:
    identifier = await ticket(store, "anonymous")
    answer = await post(call, f"/api/tickets/{identifier}/reply", {"text": "Hei"})
    assert (answer.status, answer.json["code"]) == (409, "nobody-to-answer")
    assert (await post(call, f"/api/tickets/{identifier}/close", {"text": "Ordna"})).status == 201


@pytest.mark.parametrize("identifier", ["S999", "999", "S", "Sx", "S1%2F..", "S" + "9" * 30])
async def test_a_ticket_that_is_not_there_is_not_found(call: Caller, identifier: str) -> None:
    assert (await get(call, f"/api/tickets/{identifier}")).status == 404
    answer = await post(call, f"/api/tickets/{identifier}/close", {"text": "Ordna"})
    assert answer.status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\u0000 "}, "text"),
        ({"text": "a" * 1_501}, "text"),
        ({"text": 5}, "text"),
        ({"text": "Hei", "author": ""}, "author"),
        ({"text": "Hei", "cc": "x"}, "cc"),
    ],
)
async def test_a_text_has_its_limits(call: Caller, body: dict[str, Any], field: str) -> None:
    for path in ("/api/tickets/S1/reply", "/api/tickets/S1/close"):
        answer = await post(call, path, body)
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=lost", "status"), ("unit=moon", "unit"), ("limit=0", "limit"), ("stat=open", "stat")],
)
async def test_a_filter_that_means_nothing_is_refused(call: Caller, query: str, field: str) -> None:
    answer = await get(call, f"/api/tickets?{query}")
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


async def test_a_long_list_is_read_page_by_page(call: Caller, store: Store) -> None:
    made = {await ticket(store, "ticket", f"m{number}") for number in range(5)}
    seen, before = [], ""
    while True:
        page = (await get(call, f"/api/tickets?limit=2{before}")).json
        seen += [each["id"] for each in page["tickets"]]
        if page["before"] is None:
            break
        before = f"&before={page['before']}"
    assert len(seen) == 5
    assert set(seen) == made


async def test_a_waiting_time_holds_the_municipalitys_zone(call: Caller, store: Store) -> None:
    identifier = await ticket(store)
    shown = (await get(call, f"/api/tickets/{identifier}")).json
    assert shown["opened_at"] == "2026-11-24T13:00:00+01:00"
    assert shown["history"][0]["happened_at"] == shown["opened_at"]
