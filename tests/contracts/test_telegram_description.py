"""Our Telegram updates and calls, judged by the Bot API's own description."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from channel_contracts import SECRET, Telegram, telegram_settings
from pydantic import SecretStr
from served import ListIntake
from telegram import Update
from telegram_description import faults_of_call, faults_of_value
from telegram_stand_in import TelegramStandIn, private_message

from connectors.channels.telegram_chat import TelegramChat
from dialogue.replies import Choice, Reply
from knowledge.yaml_lines import read

CONTRACT = read(Path(__file__).parent / "channels" / "telegram.yml").data


def updates() -> list[Any]:
    driver = Telegram()
    made = []
    for case in CONTRACT["parses"]:
        kind, fields = next(iter(case["given"].items()))
        if "repeat" in str(fields):
            continue
        made.append(pytest.param(kind, driver._whole(kind, fields), id=case["name"]))
    return made


@pytest.mark.parametrize(("kind", "value"), updates())
def test_an_update_that_we_test_with_is_one(kind: str, value: dict[str, Any]) -> None:
    update = {"update_id": 1, kind: value}
    assert faults_of_value("Update", update) == []
    assert not Update.de_json(update, None).api_kwargs


async def test_our_calls_are_as_described() -> None:
    async with TelegramStandIn() as peer:
        channel = TelegramChat(
            telegram_settings(peer.url), SecretStr(SECRET), "https://svar.example"
        )
        await channel.start(ListIntake())
        await peer.wait_for_call("setWebhook")
        buttons = (Choice("Ja", "/affirm"), Choice("Nei", "/deny"))
        await channel.send(channel.render(Reply(text="Sende?", choices=buttons), "1001"))
        await channel.send(channel.render(Reply(text="Takk."), "1001"))
        await channel.stop()
        assert [name for name, _ in peer.calls] == [
            "getMe",
            "setWebhook",
            "sendMessage",
            "sendMessage",
        ]
        assert {name: faults_of_call(name, data) for name, data in peer.calls} == {
            "getMe": [],
            "setWebhook": [],
            "sendMessage": [],
        }


async def test_polling_calls_are_as_described() -> None:
    async with TelegramStandIn() as peer:
        settings = telegram_settings(peer.url, mode="polling")
        channel = TelegramChat(settings, SecretStr(SECRET), None, poll_for=1)
        await channel.start(ListIntake())
        data = await peer.wait_for_call("getUpdates")
        await channel.stop()
    assert faults_of_call("getUpdates", data) == []
    assert faults_of_call("deleteWebhook", await peer.wait_for_call("deleteWebhook")) == []


def test_the_judge_bites() -> None:
    assert faults_of_value("Update", {"update_id": "1"}) == ["Update.update_id is no Integer"]
    message = private_message("hei") | {"date": "now", "colour": "red"}
    assert faults_of_value("Message", message) == [
        "Message.colour is not known",
        "Message.date is no Integer",
    ]
    assert faults_of_call("sendMessage", {"chat_id": 1}) == ["sendMessage.text is missing"]
