"""The HTTP application served on loopback, with an intake that keeps what comes in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from connectors.channel import Channel, IntakeFull
from connectors.server import make_app, serve
from connectors.settings import Settings
from dialogue.messages import Incoming
from knowledge.municipality import Municipality, OpeningHours, Service, Unit

API_KEY = "an-api-key-for-tests-only"
PUBLIC_URL = "https://svar.eksempelvag.example"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BEARER = {"Authorization": f"Bearer {API_KEY}"}


def names(text: str) -> dict[str, str]:
    return {"nb": text, "nn": text}


def unit(identifier: str, level: Any = "unit", mail: str | None = None) -> Unit:
    return Unit(
        id=identifier,
        name={"nb": f"{identifier.title()}tjenesten", "nn": f"{identifier.title()}tenesta"},
        lead=names("leder"),
        deputy=names("fagleder"),
        recusal_to="kdir",
        level=level,
        mail=mail,
    )


def a_municipality() -> Municipality:
    return Municipality(
        name="Eksempelvåg",
        standard="nn",
        timezone="Europe/Oslo",
        service_centre="torg",
        site="https://www.eksempelvag.example",
        units={
            "torg": unit("torg", mail="torg@eksempelvag.example"),
            "heime": unit("heime", mail="heime@eksempelvag.example"),
            "kdir": unit("kdir", "director"),
            "statsforvaltar": unit("statsforvaltar", "outside"),
        },
        services={
            "hjemmehjelp": Service(
                id="hjemmehjelp",
                unit="heime",
                decider="heime",
                name={"nb": "hjemmehjelp", "nn": "heimehjelp"},
            )
        },
        hours=OpeningHours(days={0: (time(8), time(15, 30))}),
    )


class ListIntake:
    """Keeps what came in, each id once. `full` refuses; `broken` fails."""

    def __init__(self) -> None:
        self.received: list[Incoming] = []
        self.receipts: list[tuple[str, str, str, str | None]] = []
        self.full = self.broken = False
        self._seen: set[tuple[str, str]] = set()

    async def receive(self, incoming: Incoming) -> None:
        self._refuse()
        if (incoming.channel, incoming.message_id) not in self._seen:
            self._seen.add((incoming.channel, incoming.message_id))
            self.received.append(incoming)

    async def receipt(
        self, channel: str, provider_id: str, status: str, error_code: str | None
    ) -> None:
        self._refuse()
        self.receipts.append((channel, provider_id, status, error_code))

    def _refuse(self) -> None:
        if self.full:
            raise IntakeFull
        if self.broken:
            raise OSError("no database for +4790000001")


class Answer:
    """What a request came to: `status`, `headers`, `text`, and `json` where it is some."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Caller:
    """Requests to a served application. Bytes go as they are; a dict in `form` as a form."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def __call__(self, method: str, path: str, **more: Any) -> Answer:
        if "form" in more:
            more["data"] = more.pop("form")
        async with self._session.request(method, self.url + path, **more) as response:
            return Answer(response.status, response.headers, await response.text())


def settings_for(**given: Any) -> Settings:
    return Settings(_env_file=None, **({"api_key": API_KEY, "public_url": PUBLIC_URL} | given))


def an_app(
    channels: Sequence[Channel] = (), intake: Any = None, store: Any = None, **more: Any
) -> web.Application:
    """The application with a small municipality and a still clock."""
    arguments: dict[str, Any] = {
        "settings": settings_for(),
        "channels": channels,
        "intake": intake or ListIntake(),
        "store": store,
        "municipality": a_municipality,
        "plan_rating": lambda met_at, *_: met_at + timedelta(hours=2),
        "clock": lambda: NOW,
    }
    return make_app(**(arguments | more))


@asynccontextmanager
async def calling(app: web.Application) -> AsyncIterator[Caller]:
    runner = await serve(app, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession() as session:
            yield Caller(url, session)
    finally:
        await runner.cleanup()
