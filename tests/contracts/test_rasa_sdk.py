"""The flows' actions behind `python -m rasa_sdk`, called as a real Rasa server calls them."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from dialogue.edition import load_flows

STARTS_WITHIN = 60.0  # seconds
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[str]:
    """The address of an action server with our flows."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rasa_sdk", "--actions", "dialogue.flows", "-p", str(port),
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        await _wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        await process.wait()


async def _wait_until_healthy(address: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(STARTS_WITHIN), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "the action server has ended"
            try:
                async with session.get(f"{address}/health") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)


def _call(action: str, text: str, intent: str, slots: dict[str, Any]) -> dict[str, Any]:
    """The body of a Rasa server's webhook call."""
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 1.0},
        "entities": [],
        "intent_ranking": [],
    }
    return {
        "next_action": action,
        "sender_id": "a-resident",
        "tracker": {
            "sender_id": "a-resident",
            "slots": {"requested_slot": None, **slots},
            "latest_message": message,
            "latest_event_time": 1_764_000_000.0,
            "followup_action": None,
            "paused": False,
            "events": [
                {"event": "action", "timestamp": 1_764_000_000.0, "name": "action_listen"},
                {
                    "event": "user",
                    "timestamp": 1_764_000_000.0,
                    "text": text,
                    "parse_data": message,
                    "input_channel": "sms",
                },
            ],
            "latest_input_channel": "sms",
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
        "domain": dict(load_flows()[0].plain),
        "version": "3.6.21",
    }


async def _post(server: str, call: dict[str, Any]) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server}/webhook", json=call) as response,
    ):
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer


async def test_every_action_of_the_flows_is_served(server: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server}/actions") as response,
    ):
        served = {action["name"] for action in await response.json()}
    assert set(load_flows()[1].actions) <= served


async def test_a_question_is_answered_as_in_process(server: str) -> None:
    text = "Når er biblioteket åpent?"
    answer = await _post(server, _call("action_answer", text, "question", {"standard": "nb"}))
    said = answer["responses"][0]  # beside it: what was answered, for the service
    assert "eksempelvag.example/bibliotek" in said["text"]
    assert {"event": "slot", "name": "answered_article", "value": "bibliotek"}.items() <= (
        answer["events"][0].items()
    )


async def test_feedback_is_noted_and_an_effect_told(server: str) -> None:
    text = "Jeg vil klage på biblioteket, det er alltid stengt"
    answer = await _post(
        server, _call("action_note_feedback", text, "feedback", {"standard": "nb"})
    )
    slots = {event["name"]: event["value"] for event in answer["events"]}
    assert slots["feedback_text"] == text
    assert slots["feedback_service"] == "bibliotektjenester"
    effects = [said["custom"]["effect"]["type"] for said in answer["responses"] if said["custom"]]
    assert effects == ["set_timer"]


async def test_the_form_is_validated_over_http(server: str) -> None:
    call = _call("validate_feedback_form", "ja", "affirm", {
        "standard": "nb", "requested_slot": "feedback_contact", "feedback_kind": "complaint",
        "feedback_text": "Stengt", "feedback_who": "resident",
        "feedback_service": "bibliotektjenester",
    })  # fmt: skip
    call["tracker"]["active_loop"] = {"name": "feedback_form"}
    answer = await _post(server, call)
    slots = {event["name"]: event["value"] for event in answer["events"]}
    assert slots["feedback_contact"] == "yes"
    assert slots["requested_slot"] == "feedback_confirmed"
