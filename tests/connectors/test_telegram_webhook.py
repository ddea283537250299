"""Telegram's webhook and long polling, against a stand-in for the Bot API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channel_contracts import SECRET, telegram_settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from served import Caller, ListIntake, an_app, calling
from telegram import Update
from telegram_stand_in import SECRET_HEADER, TelegramStandIn, private_message, update

from connectors.channels.telegram_chat import PATH, TelegramChat
from connectors.channels.telegram_update import parse_update
from dialogue.replies import Choice, Reply

SHOWN = {SECRET_HEADER: SECRET}
PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]


@asynccontextmanager
async def connected(
    peer: TelegramStandIn, intake: ListIntake, mode: str = "webhook"
) -> AsyncIterator[tuple[TelegramChat, Caller]]:
    """The channel started and served; in webhook mode Telegram knows the loopback address."""
    channel = TelegramChat(
        telegram_settings(peer.url, mode=mode), SecretStr(SECRET), None, poll_for=1.0
    )
    async with calling(an_app([channel], intake)) as call:
        channel._public_url = call.url
        await channel.start(intake)
        try:
            await peer.wait_for_call("setWebhook" if mode == "webhook" else "getUpdates")
            yield channel, call
        finally:
            await channel.stop()


async def until(condition: Any, seconds: float = 5.0) -> None:
    for _ in range(int(seconds / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen in time")


async def test_the_webhook_is_set_with_the_secret_and_what_we_want_to_hear() -> None:
    async with TelegramStandIn() as peer, connected(peer, ListIntake()) as (_, call):
        assert peer.webhook["url"] == call.url + PATH
        assert peer.webhook["secret_token"] == SECRET
        assert "my_chat_member" in peer.webhook["allowed_updates"]


async def test_a_message_and_a_pressed_button_come_in_and_the_button_stops_spinning() -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake) as (channel, _):
        assert await peer.write("mor fekk ikkje middag") == 200
        reply = Reply(
            text="Stemmer det?", choices=(Choice("Ja", "/affirm"), Choice("Nei", "/deny"))
        )
        await channel.send(channel.render(reply, "1001"))
        assert await peer.press("Nei") == 200
        await until(lambda: peer.answered)
    words, press = (each.body for each in intake.received)
    assert words.text == "mor fekk ikkje middag"
    assert (press.kind, press.text, press.payload) == ("button", "Nei", "/deny")


@pytest.mark.parametrize(
    "headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: SECRET + "x"}]
)
async def test_without_the_secret_nothing_comes_in(headers: dict[str, str]) -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake) as (_, call):
        answer = await call(
            "POST", PATH, json=update(1, message=private_message("hei")), headers=headers
        )
        assert answer.status == 403
        large = await call("POST", PATH, data=b"{" * 1_000_000, headers=headers)
        assert large.status == 403
    assert intake.received == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        None,
        5,
        {"update_id": "x"},
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": {"chat": 5}},
        {
            "update_id": 1,
            "message": {"message_id": 1, "date": 10**18, "chat": {"id": 1, "type": "private"}},
        },
        {"update_id": 1, "callback_query": {"id": "1"}},
        {"update_id": 1, "brand_new": {"x": 1}},
    ],
)
async def test_an_update_that_cannot_be_read_is_not_asked_for_again(data: Any) -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake) as (_, call):
        as_json = SHOWN | {"Content-Type": "application/json"}
        answer = await call("POST", PATH, data=json.dumps(data), headers=as_json)
        assert answer.status == 200
    assert intake.received == []


async def test_hostile_bodies_are_refused() -> None:
    async with TelegramStandIn() as peer, connected(peer, ListIntake()) as (_, call):
        as_json = SHOWN | {"Content-Type": "application/json"}
        for body, status in (
            (b"\xff", 400),
            (b"{", 400),
            (b'{"update_id": NaN}', 400),
            (b"[" * 100_000, 400),
            (b" " * 1_000_000, 413),
        ):
            assert (await call("POST", PATH, data=body, headers=as_json)).status == status
        form = SHOWN | {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await call("POST", PATH, data=b"a=1", headers=form)).status == 415


async def test_a_full_service_asks_telegram_to_come_back() -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake) as (_, call):
        intake.full = True
        data = update(1, message=private_message("hei"))
        answer = await call("POST", PATH, json=data, headers=SHOWN)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        intake.full = False
        assert (await call("POST", PATH, json=data, headers=SHOWN)).status == 200
    assert len(intake.received) == 1


async def test_an_update_delivered_twice_comes_in_once() -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake) as (_, call):
        for _ in range(2):
            data = update(7, message=private_message("hei"))
            assert (await call("POST", PATH, json=data, headers=SHOWN)).status == 200
    assert len(intake.received) == 1


async def test_an_album_counts_as_one() -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake) as (_, call):
        for number in range(3):
            message = private_message(photo=PHOTO, media_group_id="42")
            await call("POST", PATH, json=update(number, message=message), headers=SHOWN)
    assert len(intake.received) == 1


async def test_polling_fetches_updates_and_a_bad_one_spoils_no_other() -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake, "polling"):
        await peer.write("ein")
        peer.pending.append({"update_id": 600, "message": {"chat": "?"}})
        peer.pending.append(update(601, message=private_message("to")))
        peer.changed.set()
        await until(lambda: len(intake.received) == 2)
        await until(lambda: not peer.pending)
    assert [each.body.text for each in intake.received] == ["ein", "to"]


async def test_polling_keeps_what_the_service_could_not_take() -> None:
    intake = ListIntake()
    async with TelegramStandIn() as peer, connected(peer, intake, "polling"):
        intake.full = True
        await peer.write("hei")
        await asyncio.sleep(0.05)
        intake.full = False
        await until(lambda: len(intake.received) == 1)


async def test_starting_does_not_wait_for_telegram(caplog: pytest.LogCaptureFixture) -> None:
    channel = TelegramChat(
        telegram_settings("http://127.0.0.1:9"), SecretStr(SECRET), "https://svar.example"
    )
    async with asyncio.timeout(2):
        await channel.start(ListIntake())
        await asyncio.sleep(0.05)
        await channel.stop()


def test_the_token_is_in_no_words_of_the_settings() -> None:
    settings = telegram_settings("http://127.0.0.1:9")
    assert settings.token.get_secret_value() not in repr(settings) + str(settings)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=9,
)
fields = st.sampled_from(
    ["text", "caption", "photo", "from", "chat", "reply_markup", "location", "sticker", "poll"]
)


@given(st.dictionaries(fields, json_values, max_size=3), st.text(max_size=60))
def test_whatever_an_update_holds_it_is_read_or_put_aside(more: dict[str, Any], text: str) -> None:
    data = update(1, message=private_message(text) | more)
    try:
        read = Update.de_json(json.loads(json.dumps(data)), None)
        found = parse_update(read)
    except Exception:
        return  # what the webhook answers with 200 and a line in the log
    for incoming in found:
        assert "\0" not in incoming.body.text
        incoming.body.text.encode()
