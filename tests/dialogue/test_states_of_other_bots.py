"""A conversation begun before a flow was changed goes on, or starts over; it never crashes."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.conformance import Player, open_bot
from dialogue.conversation import begin
from dialogue.decide import decide
from dialogue.edition import Edition, load_flows
from dialogue.executor import Executor, TrackerState, UserTurn
from dialogue.messages import Numbered, PersonMessage
from knowledge import yaml_lines

BOTS = Path(__file__).parent / "bots"
NAMES = ("events", "library", "parcel", "ours")
LARGEST = 1_600  # bytes; most is the words of an open form
AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


@cache
def executor(name: str) -> Executor:
    return load_flows()[1] if name == "ours" else open_bot(BOTS / name)


@cache
def states() -> tuple[bytes, ...]:
    """The state after every turn of every recorded conversation, as it is stored."""
    found = []
    for name in NAMES[:-1]:
        for path in sorted((BOTS / name / "transcripts").glob("*.yml")):
            player = Player(executor(name))
            for turn in yaml_lines.read(path).data["turns"]:
                player.play(turn)
                found.append(msgspec.json.encode(executor(name).compact(player.tracker)))
    return tuple(dict.fromkeys(found))


def test_a_state_is_small() -> None:
    sizes = sorted(len(state) for state in states())
    assert sizes[-1] < LARGEST
    assert sizes[len(sizes) // 2] < LARGEST / 2


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The bots are loaded outside the examples, which are timed."""
    states()
    executor("ours")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_bot_goes_on_with_any_bots_state(data: st.DataObject) -> None:
    stored = msgspec.json.decode(data.draw(st.sampled_from(states())))
    stored |= data.draw(st.sampled_from(({}, {"schema": 0}, {"schema": 99, "news": [1]})))
    tracker = msgspec.convert(stored, TrackerState)
    other = executor(data.draw(st.sampled_from(NAMES)))
    intent = data.draw(st.sampled_from(other.bot.intents))
    turn = other.message(tracker, UserTurn(f"/{intent}"), "sms", AT, context=None)
    known = {"action_two_stage_fallback", *other.bot.forms, *other.bot.user_actions}
    opened = {tracker.active_loop, *tracker.loops} if tracker.active_loop else set()
    assert (turn.unknown is not None) == ("schema" in stored or not opened <= known)
    assert turn.tracker.schema == TrackerState().schema
    again = other.message(turn.tracker, UserTurn(f"/{intent}"), "sms", AT, context=None)
    assert again.unknown is None


@pytest.mark.parametrize("gone", ["a_form_of_before", None])
def test_a_person_is_told_that_it_starts_over(edition: Edition, gone: str | None) -> None:
    said = [
        reply.text
        for reply in decide(
            edition,
            msgspec.structs.replace(
                begin("sms"),
                introduced=True,
                standard="nn",
                tracker=TrackerState(
                    schema=1 if gone else 99, active_loop=gone, latest_action="action_listen"
                ),
            ),
            Numbered(
                number=7, received_at=AT, body=PersonMessage(text="kor tid er biblioteket ope")
            ),
        ).replies
    ]
    assert "Eg er endra sidan sist" in said[0]
    assert any("biblioteket" in text for text in said)
