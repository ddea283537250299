"""A stand-in for Twilio's REST API: takes messages, remembers them, fails on request.

It checks what Twilio checks (Basic auth, the account in the path, the fields) and
answers as Twilio's OpenAPI description has it: 201 with a Message resource, or an error
with `code`, `message`, `more_info`, `status`.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from typing import Any

from aiohttp import web
from loopback import listen
from twilio.request_validator import RequestValidator

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = "+4790000000"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def signed(
    url: str, form: dict[str, str], token: str = TOKEN, algorithm: str = "HMAC_SHA1"
) -> dict[str, str]:
    """Headers of a webhook as Twilio signs it, by Twilio's own code."""
    signature = RequestValidator(token).compute_signature(url, form, algorithm)
    headers = {"X-Twilio-Signature": signature}
    if algorithm != "HMAC_SHA1":
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=wsk,algorithm={algorithm}"
    return headers


def inbound(
    text: str, sender: str = "+4790000001", sid: str = "SM1", **more: str
) -> dict[str, str]:
    """The fields of an SMS that came in (twilio.com/docs/messaging/guides/webhook-request)."""
    return {
        "ToCountry": "NO",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "FromCountry": "NO",
        "To": NUMBER,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "ApiVersion": "2010-04-01",
    } | more


class TwilioStandIn:
    """`messages` holds what was taken. `fail_next(...)` and `on_send` make it fail."""

    def __init__(self, clock: Callable[[], datetime] = lambda: NOON) -> None:
        self.messages: list[dict[str, str]] = []
        self.created: dict[str, datetime] = {}
        self.opted_out: set[str] = set()
        self.failures: list[Callable[[web.Request], Any]] = []
        self.sleep_for = 0.0
        self.arrived = asyncio.Event()
        self._clock = clock
        self._numbers = count(1)
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> TwilioStandIn:
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._create)
        app.router.add_get("/2010-04-01/Accounts/{account}/Messages.json", self._list)
        self._runner, self.url = await listen(app)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def fail_next(self, status: int, code: int = 0, *, times: int = 1) -> None:
        """Answer the next sends with this error; without a code as a gateway does, in HTML."""
        if code:
            self.failures += [lambda request: _error(status, code)] * times
        else:
            self.failures += [lambda request: web.Response(status=status, text="<html>")] * times

    def cut_next(self) -> None:
        """Take the next message and cut the connection instead of answering."""
        self.failures.append(self._cut)

    async def wait_for(self, number: int, seconds: float = 5.0) -> list[dict[str, str]]:
        """The messages, when there are at least so many."""
        async with asyncio.timeout(seconds):
            while len(self.messages) < number:
                self.arrived.clear()
                await self.arrived.wait()
        return self.messages

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        wanted = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return _error(401, 20003)
        if request.match_info["account"] != ACCOUNT:
            return _error(404, 20404)
        if self.sleep_for:
            await asyncio.sleep(self.sleep_for)
        if self.failures:
            found = self.failures.pop(0)(request)
            if inspect.isawaitable(found):
                await found
            return found if isinstance(found, web.Response) else web.Response()
        return self._take(form)

    async def _list(self, request: web.Request) -> web.Response:
        to = request.query.get("To")
        found = [each for each in reversed(self.messages) if to in (None, each["To"])]
        page = {
            "messages": [
                _resource(each["Sid"], each, self.created.get(each["Sid"], NOON)) for each in found
            ],
            "first_page_uri": str(request.rel_url),
            "next_page_uri": None,
            "page": 0,
            "page_size": 50,
        }
        return web.json_response(page)

    def _take(self, form: dict[str, str]) -> web.Response:
        if not form.get("To", "").startswith("+"):
            return _error(400, 21211)
        if not form.get("Body"):
            return _error(400, 21602)
        if len(form["Body"]) > 1600:
            return _error(400, 21617)
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return _error(400, 21603)
        if form["To"] in self.opted_out:
            return _error(400, 21610)
        sid = f"SM{next(self._numbers):032x}"
        self.messages.append(form | {"Sid": sid})
        self.created[sid] = self._clock()
        self.arrived.set()
        return web.json_response(_resource(sid, form, self.created[sid]), status=201)

    def _cut(self, request: web.Request) -> None:
        assert request.transport is not None
        request.transport.abort()

    async def keep_and_cut(self, request: web.Request) -> None:
        """Take the message, and cut the connection before the answer."""
        self._take({key: str(value) for key, value in (await request.post()).items()})
        self._cut(request)


def _error(status: int, code: int) -> web.Response:
    body = {
        "code": code,
        "message": f"error {code}",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return web.json_response(body, status=status)


def _resource(sid: str, form: dict[str, str], created: datetime) -> dict[str, Any]:
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": form["Body"],
        "date_created": format_datetime(created),
        "date_sent": None,
        "date_updated": format_datetime(created),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form.get("From"),
        "messaging_service_sid": form.get("MessagingServiceSid"),
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "NOK",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {},
        "to": form["To"],
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json",
    }
