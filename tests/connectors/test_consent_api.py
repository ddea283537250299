"""A unit asks for consent over HTTP: who may be asked, what is refused, what is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from consent_world import CODE, RELATIVE, TELLING, USER, World
from served import BEARER, Caller, an_app, calling

from connectors.channels.simulated_phone import SimulatedPhone
from connectors.consent_api import ConsentApi
from connectors.reply_leave import leave_by
from dialogue.edition import Edition
from dialogue.store.store import Store

ASK = {"channel": "sms", "to": "900 00 002", "relative": "dotter di", "address_confirmed": True}


@asynccontextmanager
async def served(edition: Edition, store: Store) -> AsyncIterator[tuple[World, Caller, str]]:
    """The API over a relative's ticket; the path of its consents."""
    world = World(edition, store, datetime(2026, 12, 2, 10, tzinfo=edition.timezone))
    await world.open_ticket()
    app = an_app(
        [SimulatedPhone("sms")],
        store=store,
        municipality=lambda: edition.municipality,
        ask_leave=leave_by(lambda: edition, lambda: world.now),
        consents=ConsentApi(store, world.asking, edition.timezone, lambda: world.now),
        clock=lambda: world.now,
    )
    async with calling(app) as call:
        yield world, call, f"/api/tickets/{world.ticket}/consent"


async def test_a_user_says_yes_and_the_relative_is_answered_until_it_is_taken_back(
    edition: Edition, store: Store
) -> None:
    async with served(edition, store) as (world, call, path):
        reply = path.replace("/consent", "/reply")
        body = {"text": TELLING, "author": "sjukeheim"}
        refused = await call("POST", reply, json=body, headers=BEARER)
        assert (refused.status, refused.json["code"]) == (409, "confirm-general")

        asked = await call("POST", path, json=ASK | {"author": "lege"}, headers=BEARER)
        assert asked.status == 201
        told = asked.json
        assert (told["status"], told["rule"], told["author"]) == ("asked", "M7", "lege")
        assert told["answer_by"] == "2026-12-04T10:00:00+01:00"
        await world.handle()
        await world.send()
        request = world.sent[-1]
        assert request.address == USER
        assert f"JA {CODE}" in (request.reply.text if request.reply else "")
        await world.yes()
        await world.handle()
        await world.send()

        ticket = (await call("GET", f"/api/tickets/{world.ticket}", headers=BEARER)).json
        assert [each["status"] for each in ticket["consents"]] == ["given"]
        whole = str(ticket) + str((await call("GET", path, headers=BEARER)).json)
        assert not any(hidden in whole for hidden in ("90000002", CODE, "digest", "salt"))
        assert (await call("POST", reply, json=body, headers=BEARER)).status == 201
        await world.handle()
        await world.send()
        assert sum(TELLING in (one.reply.text if one.reply else "") for one in world.sent) == 1

        ended = await call("POST", f"{path}/withdraw", json={}, headers=BEARER)
        assert [each["status"] for each in ended.json["consents"]] == ["withdrawn"]
        again = await call("POST", f"{path}/withdraw", json={}, headers=BEARER)
        assert (again.status, again.json) == (200, {"consents": []})
        await world.handle()
        await world.send()
        last = {one.address: one.reply.text for one in world.sent if one.reply}
        assert last[RELATIVE].endswith("berre gje deg generelle svar.")
        assert last[USER].startswith("Sjukeheimen har avslutta samtykket")
        assert (await call("POST", reply, json=body, headers=BEARER)).status == 409


REFUSED: list[tuple[dict[str, Any], int, str, str | None]] = [
    ({"address_confirmed": False}, 422, "invalid", "address_confirmed"),
    ({"to": "51 90 00 00"}, 422, "invalid", "to"),
    ({"to": "mor"}, 422, "invalid", "to"),
    ({"channel": "telegram", "to": "1001"}, 422, "invalid", "channel"),
    ({"relative": "ring 900 00 001"}, 422, "invalid", "relative"),
    ({"relative": "www.eksempelvag.example"}, 422, "invalid", "relative"),
    ({"relative": "x" * 31}, 422, "invalid", "relative"),
    ({"code": "123456"}, 422, "invalid", "code"),
    ({"to": "900 00 001"}, 409, "own-address", None),
    ({"age_group": "12-15"}, 409, "consent-not-asked", None),
    ({"age_group": "under-12"}, 409, "consent-whom", None),
    ({"whom": "guardian"}, 409, "consent-whom", None),
    ({"until": "2026-12-01T10:00:00+01:00"}, 409, "consent-until", None),
    ({"until": "2028-12-01T10:00:00+01:00"}, 409, "consent-until", None),
]


async def test_what_may_not_be_is_refused_and_nobody_is_asked(
    edition: Edition, store: Store
) -> None:
    async with served(edition, store) as (world, call, path):
        for change, status, code, field in REFUSED:
            refused = await call("POST", path, json=ASK | change, headers=BEARER)
            assert (refused.status, refused.json["code"]) == (status, code), change
            if field is not None:
                assert [each["field"] for each in refused.json["errors"]] == [field]
            if code in ("consent-not-asked", "consent-whom"):
                assert "§" in refused.json["detail"]
            told = str(refused.json)
            assert not any(given in told for given in ("900 00 001", "90000001", "51 90"))
        assert await store.consents.list_consents(world.ticket) == []


async def test_a_childs_guardian_is_asked_about_the_child(edition: Edition, store: Store) -> None:
    async with served(edition, store) as (world, call, path):
        world.user = "+4790000009"
        child = {"age_group": "under-12", "whom": "guardian", "to": "900 00 009", "standard": "nb"}
        asked = await call("POST", path, json=ASK | child, headers=BEARER)
        assert (asked.status, asked.json["rule"], asked.json["whom"]) == (201, "M6", "guardian")
        await world.handle()
        await world.send()
        assert "barnet du har ansvar for" in world.sent[-1].reply.text
        taken = await call("POST", path, json=ASK | child, headers=BEARER)
        assert (taken.status, taken.json["code"]) == (409, "already-asked")
        await call("POST", f"{path}/withdraw", json={}, headers=BEARER)


async def test_only_the_key_opens_and_only_a_known_ticket_is_found(
    edition: Edition, store: Store
) -> None:
    async with served(edition, store) as (_, call, path):
        for method, where in (("POST", path), ("GET", path), ("POST", f"{path}/withdraw")):
            body = {} if method == "GET" else {"json": ASK}
            assert (await call(method, where, **body)).status == 401
            missing = where.replace("/tickets/", "/tickets/S9")
            sent = {"json": ASK if where == path else {}} if method == "POST" else {}
            assert (await call(method, missing, headers=BEARER, **sent)).status == 404


async def test_the_same_key_asks_once_over_http(edition: Edition, store: Store) -> None:
    async with served(edition, store) as (world, call, path):
        headers = BEARER | {"Idempotency-Key": "k1"}
        one, two = [await call("POST", path, json=ASK, headers=headers) for _ in range(2)]
        assert one.json["id"] == two.json["id"]
        assert len(await store.consents.list_consents(world.ticket)) == 1
        await world.handle()
        world.now += timedelta(hours=49)
        late = await call("GET", path, headers=BEARER)
        assert late.json["consents"][0]["status"] == "asked"
        await world.handle()  # the timer
        over = await call("GET", path, headers=BEARER)
        assert over.json["consents"][0]["status"] == "unanswered"


PAPER = {
    "relative": "dotter di",
    "archive_reference": "2026/1234",
    "given_on": "2026-11-30",
    "seen_by": "sjukeheim.lead",
}


async def test_a_consent_on_paper_lets_the_relative_be_answered_until_it_ends(
    edition: Edition, store: Store
) -> None:
    async with served(edition, store) as (world, call, path):
        reply, body = path.replace("/consent", "/reply"), {"text": TELLING, "author": "sjukeheim"}
        headers = BEARER | {"Idempotency-Key": "p1"}
        kept = await call("POST", f"{path}/record", json=PAPER, headers=headers)
        assert kept.status == 201
        told = kept.json
        assert (told["status"], told["how"], told["rule"]) == ("given", "paper", "M7")
        assert (told["author"], told["archive_reference"]) == ("sjukeheim.lead", "2026/1234")
        assert told["given_at"] == "2026-11-30T00:00:00+01:00"
        again = await call("POST", f"{path}/record", json=PAPER, headers=headers)
        assert again.json["id"] == told["id"]
        await world.handle()
        await world.send()
        assert world.sent[-1].address == RELATIVE  # is told that they can be answered now
        assert (await call("POST", reply, json=body, headers=BEARER)).status == 201
        ticket = await store.get_ticket(world.ticket)
        kinds = [(e.kind, e.author, e.text) for e in ticket.history]
        assert ("consent_given", "sjukeheim.lead", f"{told['id']} 2026/1234") in kinds
        ended = await call("POST", f"{path}/withdraw", json={}, headers=BEARER)
        assert [each["status"] for each in ended.json["consents"]] == ["withdrawn"]
        await world.handle()
        await world.send()
        assert TELLING not in str([one.reply for one in world.sent])  # waited, then held back
        assert (await call("POST", reply, json=body, headers=BEARER)).status == 409


PAPER_REFUSED: list[tuple[dict[str, Any], int, str | None]] = [
    ({"given_on": "2026-12-03"}, 422, "given_on"),
    ({"given_on": "2025-11-30"}, 422, "given_on"),
    ({"archive_reference": "i skuffa"}, 422, "archive_reference"),
    ({"seen_by": " "}, 422, "seen_by"),
    ({"relative": "ring 900 00 001"}, 422, "relative"),
    ({"age_group": "under-12"}, 409, None),
]


async def test_a_paper_that_cannot_be_is_refused_and_staff_may_keep_what_they_decide(
    edition: Edition, store: Store
) -> None:
    async with served(edition, store) as (_, call, path):
        record = f"{path}/record"
        for change, status, field in PAPER_REFUSED:
            refused = await call("POST", record, json=PAPER | change, headers=BEARER)
            assert refused.status == status, change
            if field is not None:
                assert [each["field"] for each in refused.json["errors"]] == [field]
        young = await call("POST", record, json=PAPER | {"age_group": "12-15"}, headers=BEARER)
        assert (young.status, young.json["rule"]) == (201, "M5")  # Y2 still tells nothing
        body = {"text": TELLING, "author": "sjukeheim"}
        reply = path.replace("/consent", "/reply")
        assert (await call("POST", reply, json=body, headers=BEARER)).status == 409
