"""Nothing personal and no secret is logged, also not by libraries."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
import structlog
from channel_contracts import NoIntake, telegram_settings, twilio_settings
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from telegram_stand_in import TOKEN, TelegramStandIn, failure
from twilio_stand_in import TwilioStandIn

from connectors.channels.telegram_chat import TelegramChat
from connectors.channels.twilio_sms import TwilioSms
from connectors.logs import blank
from dialogue.replies import Reply


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object(log_stream: io.StringIO) -> None:
    structlog.get_logger("samsvar.test").info("message.attempted", channel="sms", ms=1.5)
    logging.getLogger("samsvar.store").warning("the database is away: %s", "OSError")
    ours, theirs = lines(log_stream)
    assert ours["event"] == "message.attempted"
    assert (ours["channel"], ours["ms"], ours["level"]) == ("sms", 1.5, "info")
    assert theirs["event"] == "the database is away: OSError"
    assert theirs["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "personal",
    [
        "+4790000001",
        "+47 900 00 001",
        "01010112345",
        "010101 12345",
        "kari@eksempelvag.example",
        TOKEN,
        "postgresql://samsvar:hunter2hunter2@host/db",
    ],
)
def test_what_looks_personal_is_blanked_wherever_it_lies(
    log_stream: io.StringIO, personal: str
) -> None:
    log = structlog.get_logger("samsvar.test")
    log.info("it", text=f"a {personal} b", deep={"list": [personal]})
    logging.getLogger("other").warning("it was %s", personal)
    assert len(lines(log_stream)) == 2
    secret = "hunter2hunter2" if "hunter2" in personal else personal
    assert secret not in log_stream.getvalue()
    assert "[***]" in log_stream.getvalue()


def test_an_error_is_told_by_kind_and_place_without_its_words(log_stream: io.StringIO) -> None:
    try:
        raise ValueError("mor fekk ikkje middag")
    except ValueError:
        structlog.get_logger("samsvar.test").exception("decide.failed")
        logging.getLogger("other").exception("it failed")
    for line in lines(log_stream):
        assert line["error"] == "builtins.ValueError"
        assert "test_service_logs.py" in line["places"][-1]
    assert "middag" not in log_stream.getvalue()


async def test_talking_with_the_providers_leaves_no_trace_of_whom_or_what(
    log_stream: io.StringIO,
) -> None:
    async with TelegramStandIn() as telegram, TwilioStandIn() as twilio:
        telegram.failures.append(failure(429, "Too Many Requests", retry_after=3))
        chat = TelegramChat(
            telegram_settings(telegram.url), SecretStr("a-secret-of-ours"), "https://x.example"
        )
        sms = TwilioSms(twilio_settings(twilio.url), "https://x.example")
        for channel, address in ((chat, "1001"), (sms, "+4790000001")):
            await channel.start(NoIntake())
            for _ in range(2):
                await channel.send(channel.render(Reply(text="Hei Kari"), address))
        await telegram.wait_for_call("setWebhook")
        await chat.stop()
        await sms.stop()
    told = log_stream.getvalue()
    for hidden in (TOKEN, "Hei Kari", "1001", "+4790000001", "a-secret-of-ours"):
        assert hidden not in told


@given(st.from_regex(r"\+47 ?[0-9]{8}", fullmatch=True), st.text(alphabet="abc ,.", max_size=5))
def test_no_phone_number_comes_through(number: str, around: str) -> None:
    event = blank(None, "info", {"event": f"{around}x{number} {around}"})
    assert number not in event["event"]
