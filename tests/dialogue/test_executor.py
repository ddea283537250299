"""The executor's own promises: nothing is shared, the state is small, silence is told of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa_sdk import Action

from dialogue.conformance import open_bot
from dialogue.domain import load_bot
from dialogue.executor import Executor, NeverEnds, TrackerState, Turn, UserTurn
from dialogue.rasa_bridge import actions_from_module, context_of

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa_sdk.forms")

BOTS = Path(__file__).parent / "bots"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIBRARY, PARCEL, EVENTS = (open_bot(BOTS / name) for name in ("library", "parcel", "events"))
SAYINGS = [
    "/send_parcel", '/send_express{"size": "large"}', '/inform{"size": "small"}',
    '/inform{"place": ["tau", "Sand"]}', '/inform{"place": "tau"}', '/inform{"weight": 3}',
    '/inform{"weight": 99}', "/affirm", "/deny", "/ask_price", "/why", "/stop", "/hold_on",
    "/complain", "/nlu_fallback", "/out_of_scope", "/chat", "/back", "/restart", "feil", "hei",
    "/session_start", '/inform{"size": null}',
]  # fmt: skip


def talk(executor: Executor, *texts: str, tracker: TrackerState | None = None) -> Turn:
    done = None
    tracker = tracker or executor.fresh()
    for number, text in enumerate(texts):
        done = executor.message(tracker, UserTurn(text), "sms", AT + timedelta(minutes=number))
        tracker = done.tracker
    assert done is not None
    return done


def small_bot(folder: Path, domain: str, rules: str, **actions: Any) -> Executor:
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    made = {}
    for name, run in actions.items():
        kind = type(name, (Action,), {"name": lambda self, n=name: n, "run": run})
        made[name] = kind()
    return Executor(load_bot(folder, made), made)


def acting_bot(folder: Path, run: Any) -> Executor:
    return small_bot(
        folder,
        "intents: [go]\nresponses: {utter_a: [{text: A}]}\nactions: [action_go]\n",
        "rules:\n  - rule: go\n    steps: [{intent: go}, {action: action_go}]\n",
        action_go=run,
    )


def test_a_message_is_answered_with_what_the_rule_says() -> None:
    done = talk(LIBRARY, "/greet")
    assert done.messages == ({"text": "Velkommen til biblioteket."},)
    assert done.rules == ("the first message", "the first message")
    assert not done.fell_back


def test_an_understanding_that_is_given_beats_the_text() -> None:
    turn = UserTurn("/greet", "hours", [{"entity": "branch", "value": "Sand"}])
    done = LIBRARY.message(LIBRARY.fresh(), turn, "sms", AT)
    assert done.messages == ({"text": "Sand er åpen 10-18."},)


def test_effects_travel_as_custom_messages() -> None:
    start = '/send_parcel{"size": "small", "place": "tau"}'
    done = talk(PARCEL, start, '/inform{"place": "Sand", "weight": 3}')
    assert {"custom": {"asked": "weight"}} in done.messages


def test_a_fallback_a_rejection_and_a_failure_are_told_of() -> None:
    assert talk(LIBRARY, "/mumble").fell_back
    inside = talk(PARCEL, "/send_parcel", "/ask_price")
    assert inside.rejected
    assert not inside.fell_back
    assert talk(EVENTS, "/fail").failed_action == "action_fail"
    assert talk(EVENTS, "/missing").failed_action == "action_missing"
    assert talk(EVENTS, "/pause").paused


def test_a_validator_that_raises_is_named() -> None:
    large = '/send_parcel{"size": "large", "place": "tau"}'
    done = talk(PARCEL, large, '/inform{"weight": 3}', "feil")
    assert done.failed_action == "validate_parcel_form"
    assert done.messages == ()


def test_a_conversation_that_no_longer_answers_can_listen_again() -> None:
    stuck = talk(EVENTS, "/loop")
    assert stuck.limit_reached
    assert talk(EVENTS, "/hello", tracker=stuck.tracker).messages == ()
    heard = talk(EVENTS, "/hello", tracker=EVENTS.listening(stuck.tracker))
    assert heard.messages == ({"text": "Hei."},)


def test_an_action_that_takes_itself_back_is_an_error(tmp_path: Path) -> None:
    bot = acting_bot(tmp_path, lambda self, d, t, domain: [{"event": "undo"}])
    with pytest.raises(NeverEnds):
        talk(bot, "/go")


def test_an_action_that_waits_fails(tmp_path: Path) -> None:
    import asyncio

    async def run(self: Any, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        await asyncio.sleep(0.01)
        return []

    assert talk(acting_bot(tmp_path, run), "/go").failed_action == "action_go"


def test_an_action_finds_the_context_and_the_metadata_of_the_turn(tmp_path: Path) -> None:
    seen: list[Any] = []

    def run(self: Any, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        seen.append((context_of(tracker), tracker.latest_message["metadata"], tracker.sender_id))
        return []

    bot = acting_bot(tmp_path, run)
    turn = UserTurn("/go", metadata={"number": 7})
    bot.message(bot.fresh(), turn, "sms", AT, context="ours", sender="c1")
    assert seen == [("ours", {"number": 7}, "c1")]


def test_what_an_action_does_to_its_tracker_stays_there(tmp_path: Path) -> None:
    def run(self: Any, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        tracker.slots["kept"].append(2)
        tracker.events.clear()
        return []

    bot = small_bot(
        tmp_path,
        "intents: [go]\nactions: [action_go]\n"
        "slots: {kept: {type: list, mappings: [{type: custom}]}}\n",
        "rules:\n  - rule: go\n    steps: [{intent: go}, {action: action_go}]\n",
        action_go=run,
    )
    tracker = bot.with_slots(bot.fresh(), {"kept": [1]})
    assert talk(bot, "/go", tracker=tracker).tracker.slots == {"kept": [1]}


def test_slots_from_outside_begin_a_session_and_are_set_once() -> None:
    tracker = LIBRARY.with_slots(LIBRARY.fresh(), {"title": "Pan"})
    assert LIBRARY.with_slots(tracker, {"title": "Pan"}) is tracker
    done = talk(LIBRARY, '/borrow{"branch": "Sand"}', tracker=tracker)
    assert done.messages == ({"text": "Bare for medlemmer."},)
    assert done.tracker.slots["title"] == "Pan"


def test_abstract_actions_and_other_modules_are_left_out() -> None:
    module = ModuleType("ours")
    nameless = type("Shared", (Action,), {})
    named = type("Named", (Action,), {"name": lambda self: "action_named"})
    vars(module).update(Shared=nameless, Named=named, Action=Action)
    assert list(actions_from_module(module)) == ["action_named"]


def test_two_bots_in_one_process_do_not_mix() -> None:
    assert set(PARCEL.actions).isdisjoint(LIBRARY.actions)


def test_a_form_that_a_newer_bot_does_not_have_is_closed_and_told_of() -> None:
    inside = talk(PARCEL, "/send_parcel", '/inform{"size": "small"}').tracker
    done = talk(LIBRARY, "/hours", tracker=inside)
    assert done.unknown == "parcel_form"
    assert done.messages == ({"text": "Opent 10-16, skriv FILIAL for éin filial."},)
    assert done.tracker.active_loop is None
    assert talk(LIBRARY, "/hours", tracker=done.tracker).unknown is None


def test_a_state_of_another_schema_starts_over() -> None:
    kept = TrackerState(schema=99, slots={"title": "Pan"}, events=(("?",),))
    done = talk(LIBRARY, "/hours", tracker=kept)
    assert done.unknown == "schema 99"
    assert done.tracker.slots["title"] == "Pan"


def test_a_long_conversation_stays_small() -> None:
    tracker = LIBRARY.fresh()
    texts = ["/hours", '/borrow{"title": "Pan"}', "/mumble", "/member", "/leave"]
    for number in range(3_000):
        turn = UserTurn(texts[number % len(texts)])
        done = LIBRARY.message(tracker, turn, "sms", AT + timedelta(seconds=number))
        tracker = LIBRARY.compact(done.tracker)
    assert len(msgspec.json.encode(tracker)) < 1_200


def test_words_are_forgotten_with_the_history() -> None:
    tracker = talk(LIBRARY, *["/hours"] * 5).tracker
    assert b"hours" in msgspec.json.encode(tracker)
    assert b'"/hours"' not in msgspec.json.encode(LIBRARY.compact(tracker))


def test_back_still_works_after_compaction() -> None:
    tracker = LIBRARY.compact(talk(LIBRARY, *["/hours"] * 5, "/member").tracker)
    done = talk(LIBRARY, "/back", tracker=tracker)
    assert done.tracker.slots["is_member"] is False
    assert talk(LIBRARY, "/hours", tracker=done.tracker).messages


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=14))
def test_any_conversation_is_answered_the_same_when_stored_and_when_compacted(
    texts: list[str],
) -> None:
    whole = stored = small = PARCEL.fresh()
    for number, text in enumerate(texts):
        at = AT + timedelta(minutes=number)
        turns = [PARCEL.message(t, UserTurn(text), "sms", at) for t in (whole, stored, small)]
        assert turns[0].messages == turns[1].messages
        whole = turns[0].tracker
        stored = msgspec.json.decode(msgspec.json.encode(turns[1].tracker), type=TrackerState)
        assert stored.slots == whole.slots
        small = PARCEL.compact(turns[2].tracker)
        if "/back" not in texts:  # which may reach beyond what is kept
            assert turns[2].messages == turns[0].messages
            assert (small.slots, small.active_loop) == (whole.slots, whole.active_loop)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_text_stops_the_executor(text: str) -> None:
    for executor in (LIBRARY, PARCEL):
        done = executor.message(executor.fresh(), UserTurn(text), "sms", AT)
        assert done.tracker.latest_action == "action_listen"
