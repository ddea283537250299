"""Telegram: updates by webhook or by polling in, the Bot API out."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import Coroutine
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from connectors.access import Access, guarded
from connectors.channel import Intake, IntakeFull, Outgoing, SendOutcome, Sent
from connectors.channels.telegram_errors import NOT_STARTED, outcome_of_error
from connectors.channels.telegram_settings import TelegramSettings
from connectors.channels.telegram_text import CAPABILITIES, keyboard_rows, render_telegram
from connectors.channels.telegram_update import ALLOWED_UPDATES, CHANNEL, parse_update
from connectors.problem_json import ProblemError
from connectors.webhooks import hand_on, read_json
from dialogue.messages import Incoming
from dialogue.replies import Reply

PATH = "/webhooks/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (its name)
POLL_FOR = 30  # seconds that Telegram holds an answer back
SEND_WITHIN = 10.0
LONGEST_PAUSE = 60.0  # seconds between two tries while Telegram is away
log = structlog.get_logger(__name__)


class PollingBot(ExtBot[int]):
    """PTB's bot, and updates as Telegram sent them: one that PTB can't read then spoils
    no others, and PTB, which logs what it can't read, never sees it."""

    async def raw_updates(self, offset: int, hold_for: float) -> list[dict[str, Any]]:
        data = {"offset": offset, "timeout": int(hold_for), "allowed_updates": ALLOWED_UPDATES}
        found: Any = await self._post("getUpdates", data, read_timeout=hold_for + SEND_WITHIN)
        return list(found)


class TelegramChat:
    """The channel `telegram`. `secret` is what Telegram must show at the webhook.

    Starting does not wait for Telegram: the rest of the service runs while it is away.
    """

    name = CHANNEL
    capabilities = CAPABILITIES

    def __init__(
        self,
        settings: TelegramSettings,
        secret: SecretStr,
        public_url: str | None,
        poll_for: float = POLL_FOR,
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._public_url = public_url
        self._poll_for = poll_for
        self._bot: PollingBot | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def render(self, reply: Reply, address: str) -> Outgoing:
        return render_telegram(reply, address)

    async def start(self, intake: Intake | None) -> None:
        self._bot = PollingBot(
            token=self._settings.token.get_secret_value(),
            base_url=f"{self._settings.base_url}/bot",
            base_file_url=f"{self._settings.base_url}/file/bot",
            request=HTTPXRequest(connection_pool_size=32, read_timeout=SEND_WITHIN),
            get_updates_request=HTTPXRequest(connection_pool_size=1),
            rate_limiter=AIORateLimiter(max_retries=0),
        )
        self._spawn(self._stay_connected(self._bot, intake))

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bot is not None:
            await self._bot.shutdown()
            self._bot = None

    async def send(self, outgoing: Outgoing) -> SendOutcome:
        """Send one message. Every failure is an outcome; nothing but a fault of ours raises."""
        if self._bot is None:
            return NOT_STARTED
        rows = keyboard_rows(outgoing.buttons)
        keyboard = [
            [InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows
        ]
        try:
            message = await self._bot.send_message(
                chat_id=int(outgoing.address),
                text=outgoing.text,
                reply_markup=InlineKeyboardMarkup(keyboard) if keyboard else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            return outcome_of_error(error)
        return Sent(str(message.message_id))

    def routes(self, intake: Intake) -> list[web.RouteDef]:
        async def receive(request: web.Request) -> web.Response:
            await self._take(await read_json(request), intake)
            return web.Response(status=200)

        return [guarded("POST", PATH, receive, Access("secret", self._check_secret))]

    async def _check_secret(self, request: web.Request) -> None:
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._secret.get_secret_value().encode()):
            log.warning("webhook.refused", channel=self.name, reason="secret")
            raise ProblemError(403, "wrong-secret", "The secret does not fit.")

    async def _take(self, data: Any, intake: Intake) -> None:
        """Commit one update. One that can't be read is put aside: with another answer than
        200 Telegram would deliver it for ever, and nothing after it."""
        try:
            update = Update.de_json(data, None)
            incoming: list[Incoming] = parse_update(update)
        except Exception as error:
            log.warning("update.unreadable", channel=self.name, error=type(error).__name__)
            return
        await hand_on(intake, incoming)
        if update.callback_query is not None and self._bot is not None:
            self._spawn(self._stop_spinning(self._bot, update.callback_query.id))

    @staticmethod
    async def _stop_spinning(bot: PollingBot, query_id: str) -> None:
        """A button spins until its press is answered. An old press can't be: no matter."""
        with contextlib.suppress(TelegramError):
            await bot.answer_callback_query(query_id)

    async def _stay_connected(self, bot: PollingBot, intake: Intake | None) -> None:
        """Tell Telegram where to deliver, trying until it is there; then poll where asked to."""
        pause = 1.0
        while True:
            try:
                await bot.initialize()
                if intake is not None:
                    await self._choose_way(bot)
                break
            except InvalidToken:
                log.error("telegram.refused", mend="check SAMSVAR_TELEGRAM_TOKEN")
                return
            except TelegramError as error:
                log.warning("telegram.away", error=type(error).__name__, again_in_s=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        mode = "sending" if intake is None else self._settings.mode
        log.info("telegram.connected", mode=mode)
        if intake is not None and mode == "polling":
            await self._poll(bot, intake)

    async def _choose_way(self, bot: PollingBot) -> None:
        if self._settings.mode == "polling":
            await bot.delete_webhook()
            return
        await bot.set_webhook(
            url=f"{self._public_url}{PATH}",
            secret_token=self._secret.get_secret_value(),
            allowed_updates=ALLOWED_UPDATES,
            max_connections=40,
        )

    async def _poll(self, bot: PollingBot, intake: Intake) -> None:
        """Fetch updates; the next fetch tells Telegram that these are committed."""
        offset, pause = 0, 1.0
        while True:
            try:
                for data in await bot.raw_updates(offset, self._poll_for):
                    await self._take(data, intake)
                    offset = int(data["update_id"]) + 1
                pause = 1.0
            except (TelegramError, ProblemError, IntakeFull) as error:
                log.warning("telegram.away", error=type(error).__name__, again_in_s=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
