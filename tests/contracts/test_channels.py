"""Every channel keeps its contract: one suite, fed by one file for each channel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from channel_contracts import DRIVERS

from connectors.channels import CHANNELS
from connectors.channels.simulated_phone import SimulatedPhone
from dialogue.messages import PersonMessage
from dialogue.replies import Choice, Reply
from knowledge.yaml_lines import read

FOLDER = Path(__file__).parent / "channels"
CONTRACTS: dict[str, Any] = {path.stem: read(path).data for path in FOLDER.glob("*.yml")}


def cases(part: str) -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}: {case['name']}")
        for name, contract in sorted(CONTRACTS.items())
        for case in contract[part]
    ]


def whole(value: Any) -> Any:
    """`{repeat: x, times: n}` written out, however deep it lies."""
    if isinstance(value, dict):
        if set(value) == {"repeat", "times"}:
            return value["repeat"] * value["times"]
        return {key: whole(each) for key, each in value.items()}
    return [whole(each) for each in value] if isinstance(value, list) else value


def test_every_channel_has_a_contract() -> None:
    assert set(CONTRACTS) == set(CHANNELS) == set(DRIVERS)


@pytest.mark.parametrize(("channel", "case"), cases("parses"))
def test_what_comes_in_is_parsed(channel: str, case: dict[str, Any]) -> None:
    driver = DRIVERS[channel]
    found = driver.parse(whole(case["given"]))
    if case["message"] == "nothing":
        assert found == []
        return
    [incoming] = found
    assert incoming.channel == channel
    assert incoming.address == case.get("address", driver.address)
    assert incoming.message_id
    assert incoming.body == msgspec.convert(
        {"type": "message", **whole(case["message"])}, PersonMessage
    )


@pytest.mark.parametrize(("channel", "case"), cases("renders"))
def test_a_reply_is_rendered(channel: str, case: dict[str, Any]) -> None:
    given = whole(case["reply"])
    choices = tuple(Choice(*each) for each in given.get("choices", []))
    reply = Reply(text=given["text"], choices=choices)
    outgoing = SimulatedPhone(channel).render(reply, DRIVERS[channel].address)
    wanted = case["sends"]
    assert outgoing.address == DRIVERS[channel].address
    if "text" in wanted:
        assert outgoing.text == wanted["text"]
    if "segments" in wanted:
        assert outgoing.segments == wanted["segments"]
    if "rows" in wanted:
        assert DRIVERS[channel].rows(outgoing.buttons) == wanted["rows"]
    if "characters" in wanted:
        assert wanted["characters"] - 10 < len(outgoing.text) <= wanted["characters"]
        assert outgoing.text.endswith(wanted["ends"])


@pytest.mark.parametrize(("channel", "case"), cases("outcomes"))
async def test_an_answer_of_the_provider_means(channel: str, case: dict[str, Any]) -> None:
    driver = DRIVERS[channel]
    async with driver.prepare(case["answer"]) as made:
        outcome = await made.send(made.render(Reply(text="Hei på deg"), driver.address))
    wanted = dict(case["outcome"])
    assert type(outcome).__name__ == wanted.pop("type")
    told = msgspec.structs.asdict(outcome)
    if "retry_after" in wanted:
        wanted["retry_after"] = timedelta(seconds=wanted["retry_after"])
    assert {key: told[key] for key in wanted} == wanted
    reason = str(told.get("reason", ""))
    assert driver.address not in reason
    assert "Hei på deg" not in reason
