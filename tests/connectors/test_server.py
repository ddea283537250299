"""The served application: who may use what, limits, health, and what it tells of errors."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from channel_contracts import SECRET, telegram_settings, twilio_settings
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from served import API_KEY, BEARER, PUBLIC_URL, an_app, calling, settings_for

from connectors import webhooks
from connectors.access import access_of, guarded, open_to_all
from connectors.channels.telegram_chat import TelegramChat
from connectors.channels.twilio_sms import TwilioSms
from connectors.metrics import Metrics
from connectors.server import routes_without_access, serve
from dialogue.store.health import Depth

RULES = {
    ("POST", "/webhooks/twilio/sms"): "signature",
    ("POST", "/webhooks/twilio/status"): "signature",
    ("POST", "/webhooks/telegram"): "secret",
    ("POST", "/api/encounters"): "bearer",
    ("GET", "/api/tickets"): "bearer",
    ("GET", "/api/tickets/{id}"): "bearer",
    ("POST", "/api/tickets/{id}/reply"): "bearer",
    ("POST", "/api/tickets/{id}/close"): "bearer",
    ("POST", "/api/tickets/{id}/hand-over"): "bearer",
    ("GET", "/healthz"): "open",
    ("GET", "/readyz"): "open",
    ("GET", "/metrics"): "local",
}


def whole_app(**more: Any) -> web.Application:
    channels = [
        TwilioSms(twilio_settings("http://127.0.0.1:9"), PUBLIC_URL),
        TelegramChat(telegram_settings("http://127.0.0.1:9"), SecretStr(SECRET), PUBLIC_URL),
    ]
    return an_app(channels, **more)


def test_every_route_has_the_access_rule_that_it_should_have() -> None:
    app = whole_app()
    assert list(routes_without_access(app)) == []
    found = {}
    for route in app.router.routes():
        access = access_of(route.handler)
        assert access is not None
        assert route.resource is not None
        if route.method != "HEAD":  # follows from GET
            found[route.method, route.resource.canonical] = access.rule
    assert found == RULES


async def test_a_route_without_a_rule_is_found_and_closed() -> None:
    async def forgotten(request: web.Request) -> web.Response:
        return web.Response(text="secret")

    app = an_app()
    app.router.add_get("/forgotten", forgotten)
    assert list(routes_without_access(app)) == ["HEAD /forgotten", "GET /forgotten"]
    async with calling(app) as call:
        answer = await call("GET", "/forgotten")
        assert (answer.status, answer.json["code"]) == (500, "unguarded")


@pytest.mark.parametrize(
    ("method", "path"), sorted(key for key, rule in RULES.items() if rule not in ("open", "local"))
)
async def test_nobody_passes_a_guarded_route_unasked(method: str, path: str) -> None:
    async with calling(whole_app()) as call:
        answer = await call(method, path.replace("{id}", "S1"), json={"text": "x"})
        assert answer.status in (401, 403)
        assert answer.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        f"Basic {API_KEY}",
        f"Bearer {API_KEY}x",
        "Bearer \u00e5",
    ],
)
async def test_only_the_bearer_key_opens_the_api(header: str) -> None:
    async with calling(an_app()) as call:
        answer = await call("GET", "/api/tickets", headers={"Authorization": header})
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_without_a_key_the_api_is_off() -> None:
    async with calling(an_app(settings=settings_for(api_key=None))) as call:
        answer = await call("GET", "/api/tickets", headers=BEARER)
        assert (answer.status, answer.json["code"]) == (403, "api-off")


async def test_unknown_ways_and_methods_are_told_as_problems() -> None:
    async with calling(an_app()) as call:
        missing = await call("GET", "/nowhere")
        wrong = await call("DELETE", "/api/tickets", headers=BEARER)
    assert (missing.status, missing.json["code"]) == (404, "not-found")
    assert (wrong.status, wrong.json["code"]) == (405, "method-not-allowed")
    assert set(missing.json) == {"type", "title", "status", "code", "detail"}


async def test_what_goes_wrong_inside_is_not_told() -> None:
    async def fail(request: web.Request) -> web.Response:
        raise ValueError("+4790000001 and the password")

    app = an_app()
    app.router.add_routes([guarded("GET", "/fail", fail, open_to_all())])
    async with calling(app) as call:
        answer = await call("GET", "/fail")
    assert (answer.status, answer.json["code"]) == (500, "failed")
    assert "password" not in answer.text


async def test_a_slow_body_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "BODY_WITHIN", 0.1)

    async def slowly() -> Any:
        yield b"{"
        await asyncio.sleep(5)

    async with calling(an_app()) as call:
        headers = BEARER | {"Content-Type": "application/json"}
        answer = await call("POST", "/api/encounters", data=slowly(), headers=headers)
    assert (answer.status, answer.json["code"]) == (408, "too-slow")


async def test_a_chunked_body_is_limited_too() -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b"a" * 16_384

    async with calling(an_app()) as call:
        headers = BEARER | {"Content-Type": "application/json"}
        answer = await call("POST", "/api/encounters", data=endless(), headers=headers)
    assert (answer.status, answer.json["code"]) == (413, "too-large")


async def test_it_lives_even_when_it_is_not_ready() -> None:
    async def away() -> str | None:
        raise OSError("no route to postgresql://user:password@host")

    async def well() -> str | None:
        return None

    async def behind() -> str | None:
        return "the newest is 0002, the database has 0001"

    checks = {"database": away, "worker": well, "migrations": behind}
    async with calling(an_app(checks=checks)) as call:
        assert (await call("GET", "/healthz")).status == 200
        ready = await call("GET", "/readyz")
    assert ready.status == 503
    assert ready.json["checks"] == {
        "database": "OSError",
        "worker": "ok",
        "migrations": "the newest is 0002, the database has 0001",
    }


async def test_it_is_ready_when_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    async def well() -> str | None:
        return None

    async with calling(an_app(checks={"database": well})) as call:
        ready = await call("GET", "/readyz")
    assert (ready.status, ready.json) == (200, {"status": "ok", "checks": {"database": "ok"}})


async def test_a_check_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.health.CHECK_WITHIN", 0.05)

    async def hang() -> str | None:
        await asyncio.sleep(5)
        return None

    async with calling(an_app(checks={"database": hang})) as call:
        assert (await call("GET", "/readyz")).status == 503


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "198.51.100.7"},
        {"Forwarded": "for=198.51.100.7"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "svar.eksempelvag.example"},
    ],
)
async def test_metrics_are_not_for_the_world(headers: dict[str, str]) -> None:
    async with calling(an_app()) as call:
        assert (await call("GET", "/metrics", headers=headers)).status == 403
        assert (await call("GET", "/metrics", headers=headers | BEARER)).status == 200
        assert (await call("GET", "/metrics")).status == 200


async def test_metrics_can_be_read_by_prometheus() -> None:
    metrics = Metrics()

    async def refresh() -> None:
        metrics.set_depth(
            Depth(
                waiting=3,
                oldest_waiting=timedelta(seconds=2),
                queued=5,
                oldest_queued=timedelta(0),
                in_doubt=1,
                dead_letters=0,
            )
        )

    async with calling(an_app(metrics=metrics, refresh=refresh)) as call:
        await call("GET", "/healthz")
        await call("BREW", "/somewhere/+4790000001")
        text = (await call("GET", "/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    waiting = {each.labels["table"]: each.value for each in families["samsvar_waiting"].samples}
    assert waiting == {"inbox": 3, "outbox": 5, "in_doubt": 1, "dead_letters": 0}
    labels = [each.labels for each in families["samsvar_http_requests"].samples]
    assert {"method": "GET", "route": "/healthz", "status": "200"} in labels
    assert "+47" not in text
    assert "BREW" not in text


async def test_the_access_log_holds_neither_query_nor_address(log_stream: io.StringIO) -> None:
    async with calling(an_app()) as call:
        await call("GET", "/api/tickets/S77?phone=%2B4790000001", headers=BEARER)
        await call("GET", "/nowhere/+4790000002")
    lines = [json.loads(line) for line in log_stream.getvalue().splitlines()]
    told = [(line["route"], line["status"]) for line in lines if line["event"] == "http.request"]
    assert told[-1] == ("(none)", 404)
    assert told[0][0] == "/api/tickets/{id}"
    for hidden in ("S77", "9000000", "127.0.0.1", API_KEY):
        assert hidden not in log_stream.getvalue()


async def test_a_request_under_way_is_answered_when_the_service_stops() -> None:
    begun = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        begun.set()
        await asyncio.sleep(0.2)
        return web.Response(text="done")

    app = an_app()
    app.router.add_routes([guarded("GET", "/slow", slow, open_to_all())])
    async with calling(app) as call:
        runner = await serve(an_app(), "127.0.0.1", 0)
        asking = asyncio.create_task(call("GET", "/slow"))
        await begun.wait()
        await runner.cleanup()
        assert (await asking).text == "done"
