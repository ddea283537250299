"""Phones in memory, in place of Twilio and Telegram: for the terminal and for tests.

They look as the real channels do, because they render with the same code.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from aiohttp import web

from connectors.channel import Capabilities, Intake, Outgoing, SendOutcome, Sent
from connectors.channels import sms_text, telegram_text
from dialogue.replies import Reply

Render = Callable[[Reply, str], Outgoing]
KINDS: dict[str, tuple[Capabilities, Render]] = {
    "sms": (sms_text.CAPABILITIES, sms_text.render_sms),
    "telegram": (telegram_text.CAPABILITIES, telegram_text.render_telegram),
}


class SimulatedPhone:
    """The channel `sms` or `telegram` without a network.

    What is sent goes to `on_sent`, and stays in `sent`. `answer_with` is what a send
    comes to (for trying failures); None is success.
    """

    def __init__(self, name: str, on_sent: Callable[[str, Outgoing], None] | None = None) -> None:
        self.name = name
        self.capabilities, self._render = KINDS[name]
        self.sent: list[Outgoing] = []
        self.answer_with: Callable[[Outgoing], SendOutcome | None] = lambda outgoing: None
        self._on_sent = on_sent
        self._numbers = count(1)

    def render(self, reply: Reply, address: str) -> Outgoing:
        return self._render(reply, address)

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        failure = self.answer_with(outgoing)
        if failure is not None:
            return failure
        self.sent.append(outgoing)
        if self._on_sent is not None:
            self._on_sent(self.name, outgoing)
        return Sent(f"{self.name}-{next(self._numbers)}")

    def routes(self, intake: Intake) -> list[web.RouteDef]:
        return []

    async def start(self, intake: Intake | None) -> None:
        return None

    async def stop(self) -> None:
        return None
