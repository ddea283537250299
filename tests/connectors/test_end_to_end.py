"""The composed service, from signed webhooks to what arrives at Twilio, Telegram and a mailbox.

The stand-ins are HTTP servers on loopback; everything between is what `serve` runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from channel_contracts import PUBLIC_URL
from mail_stand_in import MailStandIn
from served import BEARER, Caller
from service_settings import environment
from telegram_stand_in import TelegramStandIn, private_message
from twilio_stand_in import TwilioStandIn, inbound, signed

from connectors.app import Service, open_store
from connectors.settings import load_settings
from dialogue.edition import Edition

SMS = "/webhooks/twilio/sms"
STATUS = "/webhooks/twilio/status"
WITHIN = 10.0  # seconds for whatever is waited for


class Town:
    """The running service and all around it."""

    def __init__(
        self, call: Caller, twilio: TwilioStandIn, telegram: TelegramStandIn, mail: MailStandIn
    ) -> None:
        self.call = call
        self.twilio = twilio
        self.telegram = telegram
        self.mail = mail

    async def sms(self, text: str, sid: str, sender: str = "+4790000001") -> int:
        form = inbound(text, sender, sid)
        answer = await self.call("POST", SMS, form=form, headers=signed(PUBLIC_URL + SMS, form))
        return answer.status

    def to(self, address: str) -> list[str]:
        return [each["Body"] for each in self.twilio.messages if each["To"] == address]


async def until(condition: Callable[[], Any]) -> None:
    for _ in range(int(WITHIN / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen in time")


@asynccontextmanager
async def running(
    edition: Edition, database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    async with TwilioStandIn() as twilio, TelegramStandIn() as telegram, MailStandIn() as mail:
        secret = "a secret for tests only"
        given = environment(database_url, folder, secret, twilio, telegram, mail)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        settings = load_settings(None)
        async with (
            open_store(settings) as store,
            Service(settings, edition, store).running() as service,
            aiohttp.ClientSession() as session,
        ):
            host, port = service.addresses[0]
            call = Caller(f"http://{host}:{port}", session)
            await telegram.wait_for_call("setWebhook")
            telegram.webhook["url"] = f"{call.url}/webhooks/telegram"  # past the proxy
            yield Town(call, twilio, telegram, mail)


@pytest.fixture
async def town(
    edition: Edition, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    async with running(edition, database_url, tmp_path, monkeypatch) as made:
        yield made


async def test_a_question_by_sms_is_answered_by_sms(town: Town) -> None:
    assert await town.sms("kor tid bler boss henta på tau", "SM1") == 200
    assert await town.sms("kor tid bler boss henta på tau", "SM1") == 200
    await until(lambda: town.to("+4790000001"))
    await asyncio.sleep(0.1)
    told = town.to("+4790000001")
    assert any("eksempelvag.example/" in text for text in told)
    sid = town.twilio.messages[0]["Sid"]
    receipt = {"MessageSid": sid, "MessageStatus": "delivered"}
    answer = await town.call(
        "POST", STATUS, form=receipt, headers=signed(PUBLIC_URL + STATUS, receipt)
    )
    assert answer.status == 204


async def test_a_relative_on_telegram_becomes_a_ticket_that_is_answered_and_closed(
    town: Town,
) -> None:
    telegram = town.telegram
    assert await telegram.write("mor fekk ikkje middag før klokka fire i går, andre gong") == 200
    pressed: list[Any] = []

    def offered() -> list[Any]:
        return [each for each in telegram.messages if "reply_markup" in each]

    async def tickets() -> list[Any]:
        return (await town.call("GET", "/api/tickets", headers=BEARER)).json["tickets"]

    for _ in range(200):  # answer each question that has buttons with its first one
        if await tickets():
            break
        if len(offered()) > len(pressed):
            pressed = offered()
            label = pressed[-1]["reply_markup"]["inline_keyboard"][0][0]["text"]
            assert await telegram.press(label) == 200
        await asyncio.sleep(0.05)
    [ticket] = await tickets()
    await until(lambda: town.mail.mails)
    assert ticket["id"] in town.mail.mails[0]["Subject"]

    path = f"/api/tickets/{ticket['id']}"
    before = len(telegram.messages)
    telling = {"text": "Mora di fekk middag klokka fem."}
    refused = await town.call("POST", f"{path}/reply", json=telling, headers=BEARER)
    assert refused.json["code"] == "confirm-general"  # a relative without documented consent
    body = {"text": "Vi har snakka med kjøkenet."}
    assert (await town.call("POST", f"{path}/reply", json=body, headers=BEARER)).status == 201
    await until(lambda: len(telegram.messages) > before)
    assert any("kjøkenet" in each["text"] for each in telegram.messages[before:])
    before = len(telegram.messages)
    body["text"] = "Middagen kjem no klokka to."
    assert (await town.call("POST", f"{path}/close", json=body, headers=BEARER)).status == 201
    await until(lambda: any("klokka to" in each["text"] for each in telegram.messages[before:]))


async def test_somebody_who_opted_out_at_twilio_gets_nothing_more(town: Town) -> None:
    town.twilio.opted_out.add("+4790000002")
    assert await town.sms("når blir søppelet hentet?", "SM1", "+4790000002") == 200
    assert await town.sms("når blir søppelet hentet?", "SM2", "+4790000003") == 200
    await until(lambda: town.to("+4790000003"))
    encounter = {"unit": "torg", "channel": "sms", "to": "+4790000002"}
    found: list[Any] = []

    async def why() -> None:
        answer = await town.call("POST", "/api/encounters", json=encounter, headers=BEARER)
        found.append(answer.json["why"])

    for _ in range(50):
        await why()
        if found[-1]:
            break
        await asyncio.sleep(0.05)
    assert found[-1] in ("opted_out", "blocked", "recent")
    assert town.to("+4790000002") == []


async def test_what_twilio_could_not_take_for_a_moment_goes_out_in_the_end(town: Town) -> None:
    town.twilio.fail_next(429, 20429)
    assert await town.sms("når blir søppelet hentet?", "SM1") == 200
    await until(lambda: town.to("+4790000001"))


async def test_an_emergency_is_answered_at_once(town: Town) -> None:
    assert await town.sms("det brenn i huset", "SM1") == 200
    await until(lambda: town.to("+4790000001"))
    assert "110" in town.to("+4790000001")[0]


async def test_what_people_send_besides_words_is_answered(town: Town) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]
    assert await town.telegram.deliver(message=private_message(chat=1002, photo=photo)) == 200
    edited = private_message("nei, tysdag", 1003, edit_date=1_795_500_001)
    assert await town.telegram.deliver(edited_message=edited) == 200
    group = private_message("hei", chat=1004) | {"chat": {"id": -5, "type": "group", "title": "V"}}
    assert await town.telegram.deliver(message=group) == 200
    assert await town.sms("å" * 10_000, "SM1", "+4790000004") == 200
    assert await town.sms("🙂🙂", "SM2", "+4790000005") == 200
    assert await town.sms("مرحبا كيف حالك", "SM3", "+4790000003") == 200
    await until(lambda: {1002, 1003, -5} <= {each["chat_id"] for each in town.telegram.messages})
    await until(lambda: all(town.to(f"+479000000{number}") for number in (3, 4, 5)))


async def test_the_service_says_that_it_is_ready(town: Town) -> None:
    ready = await town.call("GET", "/readyz")
    assert (ready.status, set(ready.json["checks"].values())) == (200, {"ok"})
    metrics = await town.call("GET", "/metrics", headers=BEARER)
    assert 'samsvar_waiting{table="inbox"} 0.0' in metrics.text
