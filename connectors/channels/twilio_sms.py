"""SMS through Twilio: signed webhooks in, the REST API out."""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator, get_signature_algorithm
from twilio.rest import Client

from connectors.access import Access, guarded
from connectors.channel import Intake, Outgoing, SendOutcome, Sent
from connectors.channels.sms_text import CAPABILITIES, render_sms
from connectors.channels.twilio_errors import NOT_STARTED, outcome_of_error
from connectors.channels.twilio_form import CHANNEL, UnreadableForm, parse_form
from connectors.channels.twilio_settings import TwilioSettings
from connectors.problem_json import ProblemError
from connectors.webhooks import asking_again, hand_on, read_form
from dialogue.replies import Reply

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
# Twilio's words for what never arrives; the others are ours too (sent, delivered, read).
STATUSES = {"undelivered": "failed", "canceled": "failed"}
SEND_WITHIN = 10.0  # seconds for a whole request
CONNECT_WITHIN = 4.0
LOOK_AT = 20  # messages to one number, the newest first
IDLE_FOR = 10.0  # seconds; shorter than the peer's, so that a kept connection is rarely a dead one
log = structlog.get_logger(__name__)


class TimedHttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]
    """twilio's client with a time limit that holds: 9.13 drops its `timeout`. A limit of its
    own for connecting tells apart what was never sent. It logs nothing, keeps no request,
    and needs no BasicAuth object, of which aiohttp 3.14 warns. Make it in a running loop."""

    def __init__(self, timeout: float) -> None:
        super().__init__(pool_connections=False, timeout=timeout)
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=50, keepalive_timeout=IDLE_FOR),
            timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=CONNECT_WITHIN),
        )

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **others: Any,
    ) -> Response:
        credentials = base64.b64encode(":".join(auth or ()).encode()).decode()
        headers = {**(headers or {}), "Authorization": f"Basic {credentials}"}
        async with self.session.request(
            method, url, params=params, data=data, headers=headers, allow_redirects=False
        ) as response:
            return Response(response.status, await response.text(), response.headers)


class TwilioSms:
    """The channel `sms`. `public_url` is the address that Twilio signs over."""

    name = CHANNEL
    capabilities = CAPABILITIES

    def __init__(
        self, settings: TwilioSettings, public_url: str, send_within: float = SEND_WITHIN
    ) -> None:
        self._settings = settings
        self._public_url = public_url
        self._send_within = send_within
        self._validator = RequestValidator(settings.auth_token.get_secret_value())
        self._http: TimedHttpClient | None = None
        self._client: Any = None

    def render(self, reply: Reply, address: str) -> Outgoing:
        return render_sms(reply, address)

    async def start(self, intake: Intake | None) -> None:
        settings = self._settings
        self._http = TimedHttpClient(self._send_within)
        self._client = Client(
            settings.account_sid, settings.auth_token.get_secret_value(), http_client=self._http
        )
        self._client.api.base_url = settings.base_url

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = self._client = None

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        """Send one message. Every failure is an outcome; nothing but a fault of ours raises."""
        if self._client is None:
            return NOT_STARTED
        sender = self._settings.sender
        by = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}
        try:
            message = await self._client.messages.create_async(
                to=outgoing.address,
                body=outgoing.text,
                status_callback=f"{self._public_url}/webhooks/twilio/status",
                **by,
            )
        except Exception as error:
            return outcome_of_error(error)
        return Sent(message.sid)

    async def find(
        self, outgoing: Outgoing, since: datetime, known: Collection[str] = ()
    ) -> Sent | None:
        """The message, if Twilio has made one with that text to that number since then.

        The oldest that is not `known` to be another: the same answer may have gone to the
        same person a minute before. Raises OSError when Twilio can't be asked.
        """
        try:
            found = await self._client.messages.list_async(to=outgoing.address, limit=LOOK_AT)
        except (TwilioException, aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise OSError(type(error).__name__) from None
        earliest = since - timedelta(minutes=1)  # clocks differ
        for message in reversed(found):
            made_at = message.date_created
            if message.sid in known or made_at is None or made_at < earliest:
                continue
            if message.body == outgoing.text:
                return Sent(message.sid)
        return None

    def routes(self, intake: Intake) -> list[web.RouteDef]:
        access = Access("signature", self._check_signature)

        async def receive(request: web.Request) -> web.Response:
            try:
                incoming = parse_form(await read_form(request))
            except UnreadableForm as error:
                raise ProblemError(400, "unreadable", f"{error} is missing.") from None
            await hand_on(intake, incoming)
            return web.Response(text=EMPTY_TWIML, content_type="text/xml")

        async def receipt(request: web.Request) -> web.Response:
            form = await read_form(request)
            message_id = form.get("MessageSid") or form.get("SmsSid") or ""
            status = form.get("MessageStatus") or form.get("SmsStatus") or ""
            if not message_id or not status:
                raise ProblemError(400, "unreadable", "MessageSid or MessageStatus is missing.")
            with asking_again():
                code = form.get("ErrorCode") or None
                await intake.receipt(self.name, message_id, STATUSES.get(status, status), code)
            return web.Response(status=204)

        return [
            guarded("POST", "/webhooks/twilio/sms", receive, access),
            guarded("POST", "/webhooks/twilio/status", receipt, access),
        ]

    async def _check_signature(self, request: web.Request) -> None:
        """Twilio signs over the public address and all fields. Else 403."""
        signature = request.headers.get("X-Twilio-Signature", "")
        if not signature:
            raise ProblemError(403, "not-signed", "The request is not signed by Twilio.")
        form = await read_form(request)
        algorithm = get_signature_algorithm(
            request.headers.get("X-Twilio-Webhooks-Signature-Settings", "")
        )
        url = self._public_url + request.raw_path
        if not self._validator.validate(url, form, signature, algorithm):
            log.warning("webhook.refused", channel=self.name, reason="signature")
            raise ProblemError(403, "wrong-signature", "The signature does not fit.")
