"""How the contract files of channels are played: one driver for each channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from pydantic import SecretStr
from served import PUBLIC_URL
from telegram import Update
from telegram_stand_in import BOT, DATE, TelegramStandIn, failure, private_message
from telegram_stand_in import TOKEN as TELEGRAM_TOKEN
from twilio_stand_in import ACCOUNT, NUMBER, TwilioStandIn, inbound
from twilio_stand_in import TOKEN as TWILIO_TOKEN

from connectors.channel import Channel
from connectors.channels.telegram_chat import TelegramChat
from connectors.channels.telegram_settings import TelegramSettings
from connectors.channels.telegram_text import keyboard_rows
from connectors.channels.telegram_update import parse_update
from connectors.channels.twilio_form import parse_form
from connectors.channels.twilio_settings import TwilioSettings
from connectors.channels.twilio_sms import TwilioSms
from dialogue.messages import Incoming

SECRET = "a-secret-of-the-webhook"


class NoIntake:
    """For channels of which only the sending is tried."""

    async def receive(self, incoming: Incoming) -> None:
        raise AssertionError("nothing comes in here")

    async def receipt(self, *_: Any) -> None:
        raise AssertionError("nothing comes in here")


def twilio_settings(url: str, **more: Any) -> TwilioSettings:
    values = {"account_sid": ACCOUNT, "auth_token": TWILIO_TOKEN, "sender": NUMBER, "base_url": url}
    return TwilioSettings(_env_file=None, **(values | more))


def telegram_settings(url: str, **more: Any) -> TelegramSettings:
    values: dict[str, Any] = {"token": TELEGRAM_TOKEN, "base_url": url}
    return TelegramSettings(_env_file=None, **(values | more))


class Driver(Protocol):
    address: str

    def parse(self, given: dict[str, Any]) -> list[Incoming]: ...

    def rows(self, buttons: tuple[tuple[str, str], ...]) -> list[list[str]]: ...

    def prepare(self, answer: dict[str, Any] | str) -> Any: ...


class Sms:
    """`prepare` gives a channel whose next send gets that answer."""

    address = "+4790000001"

    def parse(self, given: dict[str, Any]) -> list[Incoming]:
        return parse_form(inbound("") | given)

    def rows(self, buttons: tuple[tuple[str, str], ...]) -> list[list[str]]:
        return [[label] for label, _ in buttons]

    @asynccontextmanager
    async def prepare(self, answer: dict[str, Any] | str) -> AsyncIterator[Channel]:
        async with TwilioStandIn() as peer:
            url = peer.url
            if answer == "cut":
                peer.cut_next()
            elif answer == "silent":
                peer.sleep_for = 5.0
            elif answer == "closed":
                url = "http://127.0.0.1:9"
            elif isinstance(answer, dict) and "status" in answer:
                peer.fail_next(answer["status"], answer.get("code", 0))
            channel = TwilioSms(twilio_settings(url), PUBLIC_URL, send_within=0.3)
            await channel.start(NoIntake())
            yield channel
            await channel.stop()


class Telegram:
    """`prepare` gives a channel whose next send gets that answer."""

    address = "1001"

    def parse(self, given: dict[str, Any]) -> list[Incoming]:
        kind, fields = next(iter(given.items()))
        update = Update.de_json({"update_id": 77, kind: self._whole(kind, fields)}, None)
        return parse_update(update)

    def _whole(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        if kind in ("message", "edited_message", "channel_post"):
            return private_message() | fields
        if kind == "callback_query":
            return fields | {"message": private_message() | {"from": BOT} | fields["message"]}
        if kind == "my_chat_member":
            return _membership(**fields)
        return fields

    def rows(self, buttons: tuple[tuple[str, str], ...]) -> list[list[str]]:
        return [[label for label, _ in row] for row in keyboard_rows(buttons)]

    @asynccontextmanager
    async def prepare(self, answer: dict[str, Any] | str) -> AsyncIterator[Channel]:
        async with TelegramStandIn() as peer:
            url = "http://127.0.0.1:9" if answer == "closed" else peer.url
            if answer == "cut":
                peer.failures.append("cut")
            elif isinstance(answer, dict) and "status" in answer:
                peer.failures.append(
                    failure(answer["status"], answer["description"], **answer.get("parameters", {}))
                )
            settings = telegram_settings(url)
            channel = TelegramChat(settings, SecretStr(SECRET), PUBLIC_URL)
            await channel.start(NoIntake())
            await asyncio.sleep(0)
            yield channel
            await channel.stop()


def _membership(was: str, now: str, chat: dict[str, Any] | None = None) -> dict[str, Any]:
    def member(status: str) -> dict[str, Any]:
        return {"status": status, "user": BOT} | ({"until_date": 0} if status == "kicked" else {})

    person = private_message()
    return {
        "chat": chat or person["chat"],
        "from": person["from"],
        "date": DATE,
        "old_chat_member": member(was),
        "new_chat_member": member(now),
    }


DRIVERS: dict[str, Driver] = {"sms": Sms(), "telegram": Telegram()}
