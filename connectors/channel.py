"""The contract of a channel. `parse` and `render` are pure; only `send` does I/O.

SMS numbers and Telegram buttons are made in `render`; `decide` knows neither.
A new channel is `channels/<name>.py`, one line in `channels/__init__.py`, and
`tests/contracts/channels/<name>.yml`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

import msgspec
from aiohttp import web

from dialogue.messages import Incoming
from dialogue.replies import Reply


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel can carry. `max_characters` is per message."""

    buttons: bool
    max_characters: int
    counts_segments: bool  # SMS: GSM-7 or UCS-2, paid by segment


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message in its channel's own form, ready to send."""

    address: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()  # (label, payload)
    segments: int | None = None
    extra: dict[str, Any] = {}


class Sent(msgspec.Struct, frozen=True, tag=True):
    """The provider took it. `provider_id` is what receipts will name."""

    provider_id: str | None = None


class Throttled(msgspec.Struct, frozen=True, tag=True):
    """Too fast, or the provider is away: try again after that time."""

    retry_after: timedelta
    reason: str = ""


class Unreachable(msgspec.Struct, frozen=True, tag=True):
    """This person can't be reached here: opted out, blocked the bot, number is gone."""

    reason: str
    code: str | None = None
    opted_out: bool = False


class Rejected(msgspec.Struct, frozen=True, tag=True):
    """The provider refuses this very message, or our settings; trying again won't help."""

    reason: str
    code: str | None = None


class InDoubt(msgspec.Struct, frozen=True, tag=True):
    """The connection broke after the request was sent; it may have arrived."""

    reason: str


SendOutcome = Sent | Throttled | Unreachable | Rejected | InDoubt


class Intake(Protocol):
    """How a channel hands on what came in: returns when it is committed.

    Raises `IntakeFull` when the service must be asked again later (HTTP 503).
    """

    async def receive(self, incoming: Incoming) -> None: ...

    async def receipt(
        self, channel: str, provider_id: str, status: str, error_code: str | None
    ) -> None: ...


class IntakeFull(Exception):
    """Too much is waiting; ask the provider to come back in `retry_after` seconds."""

    retry_after = 5


class Channel(Protocol):
    """One way to reach people. `name` is what conversations are kept under."""

    name: str
    capabilities: Capabilities

    def render(self, reply: Reply, address: str) -> Outgoing: ...

    async def send(self, outgoing: Outgoing) -> SendOutcome: ...

    def routes(self, intake: Intake) -> list[web.RouteDef]: ...

    async def start(self, intake: Intake | None) -> None:
        """Get ready to send and, with an intake, to receive."""

    async def stop(self) -> None: ...
