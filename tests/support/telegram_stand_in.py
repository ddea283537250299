"""A stand-in for the Telegram Bot API: the methods that we use, with state, and with failures.

`press` and `write` make updates; they are delivered to the webhook that was set, or kept
for getUpdates, as Telegram does. Every call is kept in `calls`, so that a test can judge
it with the Bot API's description.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web
from loopback import listen

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
BOT = {"id": 110201543, "is_bot": True, "first_name": "Samsvar", "username": "samsvar_bot"}
DATE = 1_795_500_000


def private_message(text: str | None = None, chat: int = 1001, **more: Any) -> dict[str, Any]:
    """A message of a private chat (core.telegram.org/bots/api#message)."""
    message: dict[str, Any] = {
        "message_id": 1,
        "date": DATE,
        "chat": {"id": chat, "type": "private", "first_name": "Kari"},
        "from": {"id": chat, "is_bot": False, "first_name": "Kari", "language_code": "nn"},
    }
    return message | ({"text": text} if text is not None else {}) | more


def update(number: int, **fields: Any) -> dict[str, Any]:
    return {"update_id": number, **fields}


class TelegramStandIn:
    """`messages` holds what was sent. `failures` are (status, body) for the next sendMessage."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answered: list[str] = []
        self.webhook: dict[str, Any] = {}
        self.pending: list[dict[str, Any]] = []
        self.blocked: set[int] = set()
        self.failures: list[tuple[int, dict[str, Any]] | str] = []
        self.changed = asyncio.Event()
        self._numbers = count(1)
        self._updates = count(500)
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> TelegramStandIn:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        self._runner, self.url = await listen(app)
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._runner is not None
        self.changed.set()
        await self._runner.cleanup()

    async def write(self, text: str, chat: int = 1001) -> int:
        """Somebody writes; the status of the delivery, 0 when it waits to be fetched."""
        return await self.deliver(message=private_message(text, chat))

    async def press(self, label: str, chat: int = 1001) -> int:
        """Somebody presses the newest button with that label."""
        for message in reversed(self.messages):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label and message["chat_id"] == chat:
                        return await self.deliver(callback_query=self._query(message, button))
        raise AssertionError(f"no button {label!r}")

    async def deliver(self, **fields: Any) -> int:
        made = update(next(self._updates), **fields)
        if not self.webhook.get("url"):
            self.pending.append(made)
            self.changed.set()
            return 0
        headers = {SECRET_HEADER: self.webhook.get("secret_token", "")}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook["url"], json=made, headers=headers) as response,
        ):
            return response.status

    async def wait_for(self, number: int, seconds: float = 5.0) -> list[dict[str, Any]]:
        """The messages sent, when there are at least so many."""
        async with asyncio.timeout(seconds):
            while len(self.messages) < number:
                self.changed.clear()
                await self.changed.wait()
        return self.messages

    async def wait_for_call(self, method: str, seconds: float = 5.0) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            while True:
                for name, data in self.calls:
                    if name == method:
                        return data
                await asyncio.sleep(0.005)

    def _query(self, message: dict[str, Any], button: dict[str, Any]) -> dict[str, Any]:
        chat = message["chat_id"]
        shown = private_message(message["text"], chat) | {
            "message_id": message["message_id"],
            "from": BOT,
            "reply_markup": message["reply_markup"],
        }
        return {
            "id": str(next(self._numbers)),
            "from": {"id": chat, "is_bot": False, "first_name": "Kari"},
            "message": shown,
            "chat_instance": "1",
            "data": button["callback_data"],
        }

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _refuse(401, "Unauthorized")
        method = request.match_info["method"]
        data = {key: _plain(str(value)) for key, value in (await request.post()).items()}
        self.calls.append((method, data))
        handler = getattr(self, f"_{method}", None)
        if handler is None:
            return _refuse(404, "Not Found")
        answer: web.StreamResponse = await handler(request, data)
        self.changed.set()
        return answer

    async def _getMe(self, request: web.Request, data: dict[str, Any]) -> web.Response:
        more = {"can_join_groups": True, "can_read_all_group_messages": False}
        return _ok(BOT | more | {"supports_inline_queries": False})

    async def _setWebhook(self, request: web.Request, data: dict[str, Any]) -> web.Response:
        self.webhook = data
        return _ok(True)

    async def _deleteWebhook(self, request: web.Request, data: dict[str, Any]) -> web.Response:
        self.webhook = {}
        return _ok(True)

    async def _getUpdates(self, request: web.Request, data: dict[str, Any]) -> web.Response:
        offset, timeout = int(data.get("offset", 0)), float(data.get("timeout", 0))
        self.pending = [each for each in self.pending if each["update_id"] >= offset]
        if not self.pending and timeout:
            self.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), timeout)
        return _ok(self.pending)

    async def _answerCallbackQuery(
        self, request: web.Request, data: dict[str, Any]
    ) -> web.Response:
        self.answered.append(str(data["callback_query_id"]))
        return _ok(True)

    async def _sendMessage(self, request: web.Request, data: dict[str, Any]) -> web.StreamResponse:
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, tuple):
                return web.json_response(failure[1], status=failure[0])
            assert request.transport is not None
            request.transport.abort()  # "cut"
        if int(data["chat_id"]) in self.blocked:
            return _refuse(403, "Forbidden: bot was blocked by the user")
        if not data.get("text"):
            return _refuse(400, "Bad Request: message text is empty")
        number = next(self._numbers)
        self.messages.append(data | {"message_id": number})
        sent = private_message(data["text"], int(data["chat_id"])) | {
            "message_id": number,
            "from": BOT,
        }
        return _ok(sent)


def failure(status: int, description: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """An error as the Bot API tells it."""
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return status, body | ({"parameters": parameters} if parameters else {})


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refuse(status: int, description: str) -> web.Response:
    return web.json_response(failure(status, description)[1], status=status)


def _plain(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
