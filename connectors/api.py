"""The HTTP API: units' own systems register encounters, and read, answer and close tickets.

Each operation is written out in docs/api.md. The caller holds the API key and so may see
every unit's tickets; no answer ever holds a person's address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any

import msgspec
from aiohttp import web
from pydantic import SecretStr

from connectors.access import bearer, guarded
from connectors.api_models import (
    CloseRequest,
    EncounterRequest,
    HandOverRequest,
    ReplyRequest,
    check_encounter,
    idempotency_key,
    invalid,
    read_model,
    read_query,
    read_ticket_id,
    told_at,
)
from connectors.consent_api import told_consent
from connectors.problem_json import ProblemError
from connectors.reply_leave import AskLeave, AskToClose, PlanHandOver, nobody_else
from connectors.webhooks import read_json
from dialogue.reply_check import Notice
from dialogue.store.encounters import Encounter
from dialogue.store.errors import (
    AlreadyClosedError,
    ConsentGoneError,
    NoConversationError,
    NotFoundError,
)
from dialogue.store.store import Store
from dialogue.store.tickets import Ticket
from knowledge.municipality import Municipality

AUTHOR = "api"  # who answered, where the caller does not say
PAGE = 100
PlanRating = Callable[[datetime, str | None, str, str | None], datetime | None]
"""Of when they met, service, channel and standard: when to ask, None: the rules say no."""


class Api:
    """`municipality` gives the content in force. `plan_rating` says when to ask about a
    meeting; nobody is asked twice within `quarantine`. `ask_leave` is asked before a text
    goes to a person."""

    def __init__(
        self,
        store: Store,
        channels: Sequence[str],
        municipality: Callable[[], Municipality],
        plan_rating: PlanRating,
        quarantine: timedelta,
        zone: tzinfo,
        clock: Callable[[], datetime],
        ask_leave: AskLeave | None = None,
        plan_hand_over: PlanHandOver = nobody_else,
        ask_to_close: AskToClose | None = None,
    ) -> None:
        self._store = store
        self._channels = list(channels)
        self._municipality = municipality
        self._plan_rating = plan_rating
        self._quarantine = quarantine
        self._zone = zone
        self._clock = clock
        self._ask_leave = ask_leave
        self._plan_hand_over = plan_hand_over
        self._ask_to_close = ask_to_close

    def routes(self, api_key: SecretStr | None) -> list[web.RouteDef]:
        access = bearer(api_key)
        return [
            guarded("POST", "/api/encounters", self.register_encounter, access),
            guarded("GET", "/api/tickets", self.list_tickets, access),
            guarded("GET", "/api/tickets/{id}", self.show_ticket, access),
            guarded("POST", "/api/tickets/{id}/reply", self.reply, access),
            guarded("POST", "/api/tickets/{id}/close", self.close, access),
            guarded("POST", "/api/tickets/{id}/hand-over", self.hand_over, access),
        ]

    async def register_encounter(self, request: web.Request) -> web.Response:
        """201 when it is new, 200 when the same key was registered before."""
        asked = read_model(EncounterRequest, await read_json(request))
        key = idempotency_key(request, asked.key)
        now = self._clock()
        checked = check_encounter(asked, self._municipality(), self._channels, now)
        encounter = Encounter(
            unit=checked.unit,
            service=checked.service,
            channel=checked.channel,
            address=checked.address,
            met_at=checked.met_at,
            standard=checked.standard,
            key=key,
        )
        ask_at = self._plan_rating(
            checked.met_at, checked.service, checked.channel, checked.standard
        )
        found = await self._store.register_encounter(encounter, ask_at, now, self._quarantine)
        body = {
            "id": found.id,
            "new": found.new,
            "ask_at": told_at(found.ask_at, self._zone),
            "why": found.why,
        }
        return web.json_response(body, status=201 if found.new else 200)

    async def list_tickets(self, request: web.Request) -> web.Response:
        query = read_query(request.query, PAGE)
        if query.unit is not None and query.unit not in self._municipality().units:
            raise invalid(("unit", "is not a unit of the municipality"))
        found = await self._store.list_tickets(
            unit=query.unit, status=query.status, limit=query.limit, before=query.before
        )
        return web.json_response(
            {
                "tickets": [self._told(ticket) for ticket in found],
                "before": found[-1].number if len(found) == query.limit else None,
            }
        )

    async def show_ticket(self, request: web.Request) -> web.Response:
        return await self._show(read_ticket_id(request), 200)

    async def reply(self, request: web.Request) -> web.Response:
        """The person gets the text in their own channel. The ticket as it is then."""
        asked = read_model(ReplyRequest, await read_json(request))
        return await self._say(request, asked, self._store.reply_to_ticket)

    async def close(self, request: web.Request) -> web.Response:
        """The person is told what was done. The ticket as it is then."""
        asked = read_model(CloseRequest, await read_json(request))
        ticket = await self._get(read_ticket_id(request))
        refused = self._ask_to_close and self._ask_to_close(ticket, asked.archive_reference)
        if refused:
            raise ProblemError(409, refused.code, f"{refused.text} (archive_reference)")
        close = partial(self._store.close_ticket, archive_reference=asked.archive_reference)
        return await self._say(request, asked, close)

    async def _say(
        self,
        request: web.Request,
        asked: ReplyRequest | CloseRequest,
        say: Callable[[str, str, str, datetime, str | None, str | None], Awaitable[bool]],
    ) -> web.Response:
        identifier, author = read_ticket_id(request), asked.author or AUTHOR
        rests_on = await self._demand_leave(identifier, asked)
        now, key = self._clock(), idempotency_key(request)
        return await self._answer(
            identifier, lambda: say(identifier, asked.text, author, now, key, rests_on)
        )

    async def hand_over(self, request: web.Request) -> web.Response:
        """Another unit has the ticket from now on; the person is told. The ticket as it is then."""
        asked = read_model(HandOverRequest, await read_json(request))
        identifier = read_ticket_id(request)
        ticket = await self._get(identifier)
        author, key = asked.author or AUTHOR, idempotency_key(request)
        if await self._store.was_done(identifier, key):
            return await self._show(identifier, 200)
        plan = self._plan_hand_over(ticket, asked.to)
        if isinstance(plan, Notice):
            raise ProblemError(409, plan.code, plan.text)

        async def do() -> bool:
            return await self._store.hand_over_ticket(
                identifier, plan, author, self._clock(), asked.note, key
            )

        return await self._answer(identifier, do)

    async def _get(self, identifier: str) -> Ticket:
        try:
            return await self._store.get_ticket(identifier)
        except NotFoundError:
            raise _not_found(identifier) from None

    async def _demand_leave(
        self, identifier: str, asked: ReplyRequest | CloseRequest
    ) -> str | None:
        """Refuse with 409 what the reply table or a declared tie does not allow.

        Returns the consent that the leave rests on, if it rests on one.
        """
        if self._ask_leave is None:
            return None
        ticket = await self._get(identifier)
        author = asked.author or AUTHOR
        leave = self._ask_leave(ticket, asked.text, author, asked.confirm_general)
        if isinstance(leave, Notice):
            raise ProblemError(409, leave.code, leave.text)
        return None if leave is None else leave.rests_on

    async def _answer(self, identifier: str, do: Callable[[], Awaitable[bool]]) -> web.Response:
        try:
            new = await do()
        except NotFoundError:
            raise _not_found(identifier) from None
        except AlreadyClosedError as error:
            raise ProblemError(
                409, "already-closed", f"Ticket {identifier} is {error.status}."
            ) from None
        except NoConversationError as error:
            raise ProblemError(
                409, "nobody-to-answer", f"The answer reaches nobody: {error.why}."
            ) from None
        except ConsentGoneError as error:
            why = f"Nothing was sent: the consent {error.consent} does not hold any more."
            raise ProblemError(409, "consent-gone", why) from None
        return await self._show(identifier, 201 if new else 200)

    async def _show(self, identifier: str, status: int) -> web.Response:
        ticket = await self._get(identifier)
        return web.json_response(self._told(ticket, whole=True), status=status)

    def _told(self, ticket: Ticket, *, whole: bool = False) -> dict[str, Any]:
        """A ticket as JSON, its times in the municipality's zone."""
        told: dict[str, Any] = msgspec.to_builtins(ticket)
        del told["number"], told["history"], told["consents"]
        if not whole:
            del told["archive_reference"]
        for name in told:
            if name.endswith("_at"):
                told[name] = told_at(getattr(ticket, name), self._zone)
        if whole:
            told["history"] = [
                {
                    "kind": entry.kind,
                    "author": entry.author,
                    "text": entry.text,
                    "happened_at": told_at(entry.happened_at, self._zone),
                }
                for entry in ticket.history
            ]
            told["consents"] = [told_consent(each, self._zone) for each in ticket.consents]
        return told


def _not_found(identifier: str) -> ProblemError:
    return ProblemError(404, "not-found", f"There is no ticket {identifier}.")
