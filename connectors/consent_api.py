"""The HTTP API for consents: a unit asks, sees and ends. Written out in docs/api.md.

No answer ever holds an address or a code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

import msgspec
from aiohttp import web
from pydantic import SecretStr

from connectors.access import bearer, guarded
from connectors.api_models import idempotency_key, read_model, read_ticket_id, told_at
from connectors.consent_leave import Asking
from connectors.consent_models import ConsentAsk, ConsentEnd, ConsentOnPaper
from connectors.problem_json import ProblemError
from connectors.webhooks import read_json
from dialogue.store.consent_tables import Consent
from dialogue.store.errors import NotFoundError
from dialogue.store.store import Store
from dialogue.store.tickets import Ticket

AUTHOR = "api"  # who asked, where the caller does not say


class ConsentApi:
    """`asking` asks by the edition in force; the store keeps what came of it."""

    def __init__(
        self, store: Store, asking: Asking, zone: tzinfo, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._asking = asking
        self._zone = zone
        self._clock = clock

    def routes(self, api_key: SecretStr | None) -> list[web.RouteDef]:
        access = bearer(api_key)
        path = "/api/tickets/{id}/consent"
        return [
            guarded("POST", path, self.ask, access),
            guarded("GET", path, self.show, access),
            guarded("POST", f"{path}/record", self.record, access),
            guarded("POST", f"{path}/withdraw", self.withdraw, access),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """The one whom it is about is asked in their own channel. 201, and the request."""
        asked = read_model(ConsentAsk, await read_json(request))
        ticket = await self._ticket(request)
        key = idempotency_key(request, asked.key)
        consent = await self._asking.ask(ticket, asked, asked.author or AUTHOR, key)
        return web.json_response(told_consent(consent, self._zone), status=201)

    async def record(self, request: web.Request) -> web.Response:
        """A consent on paper that the unit has seen. 201, and what is kept of it."""
        paper = read_model(ConsentOnPaper, await read_json(request))
        ticket = await self._ticket(request)
        kept = await self._asking.record(ticket, paper, idempotency_key(request, paper.key))
        return web.json_response(told_consent(kept, self._zone), status=201)

    async def show(self, request: web.Request) -> web.Response:
        """What was asked for this ticket, the newest first."""
        return self._told((await self._ticket(request)).consents)

    async def withdraw(self, request: web.Request) -> web.Response:
        """Every open question and every consent to this ticket ends now; those that did."""
        asked = read_model(ConsentEnd, await read_json(request))
        ticket = await self._ticket(request)
        author = asked.author or AUTHOR
        return self._told(await self._store.consents.withdraw(ticket.id, author, self._clock()))

    def _told(self, found: tuple[Consent, ...] | list[Consent]) -> web.Response:
        return web.json_response({"consents": [told_consent(each, self._zone) for each in found]})

    async def _ticket(self, request: web.Request) -> Ticket:
        identifier = read_ticket_id(request)
        try:
            return await self._store.get_ticket(identifier)
        except NotFoundError:
            raise ProblemError(404, "not-found", f"There is no ticket {identifier}.") from None


def told_consent(consent: Consent, zone: tzinfo) -> dict[str, Any]:
    """A request for consent as JSON, its times in the municipality's zone."""
    told: dict[str, Any] = msgspec.to_builtins(consent)
    for name in ("asked_at", "answer_by", "valid_until", "given_at", "changed_at"):
        told[name] = told_at(getattr(consent, name), zone)
    return told
