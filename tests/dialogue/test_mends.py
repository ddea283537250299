"""Where Rasa would leave a person in silence, `decide` says something: each mend of docs/rasa.md.

The flows are ours, with one action or response broken as somebody might break it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from broken_flows import broken, with_action
from rasa_sdk.events import FollowupAction
from transcripts import FOLDER, read_file

from dialogue.conversation import Conversation, begin
from dialogue.decide import decide
from dialogue.edition import Edition
from dialogue.messages import Numbered, PersonMessage, ServiceEvent

DOCS = Path(__file__).parents[2] / "docs" / "rasa.md"
NAMED = re.compile(r"\[([^]]+)]\(\.\./tests/way/transcripts/(\w+\.yml)\)")
AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
FEEDBACK = "Eg vil klage på at gatelyset i Storgata har vore borte i ein månad"
QUESTION = "Når er biblioteket åpent?"
SORRY = ("Noe gikk galt hos oss", "Noko gjekk gale hos oss")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa_sdk.forms")


def raises(*_: Any) -> list[Any]:
    raise RuntimeError("broken on purpose")


def says_nothing(*_: Any) -> list[Any]:
    return []


def write(edition: Edition, conversation: Conversation, *texts: str) -> tuple[Conversation, str]:
    """What is left of the conversation, and what the last of the texts is answered."""
    said: list[str] = []
    for number, text in enumerate(texts, start=1):
        message = Numbered(
            number=number,
            received_at=AT + timedelta(minutes=number),
            body=PersonMessage(text=text),
        )
        decision = decide(edition, conversation, message)
        conversation = decision.conversation
        said = [reply.text for reply in decision.replies]
    return conversation, "\n".join(said)


def known() -> Conversation:
    """Somebody to whom the bot is introduced."""
    return msgspec.structs.replace(begin("sms"), introduced=True)


@pytest.mark.parametrize("run", [raises, says_nothing])
def test_an_action_that_fails_or_says_nothing_is_told(
    edition: Edition, run: Callable[..., Any]
) -> None:
    _, said = write(with_action(edition, "action_answer", run), known(), QUESTION)
    assert said.startswith(SORRY)


def test_a_validator_that_raises_does_not_leave_the_form_silent(edition: Edition) -> None:
    _, said = write(with_action(edition, "validate_feedback_form", raises), known(), FEEDBACK)
    assert said


def test_a_question_in_a_form_that_is_met_by_silence_is_followed_by_the_forms_own(
    edition: Edition,
) -> None:
    inside, asked = write(edition, known(), FEEDBACK)
    assert asked.startswith("Vil du ha svar her?")
    _, said = write(with_action(edition, "action_answer", says_nothing), inside, QUESTION)
    assert "Vil du ha svar her?" in said


def test_a_form_that_falls_silent_asks_again(edition: Edition) -> None:
    inside, asked = write(edition, known(), FEEDBACK)
    silent = with_action(edition, "validate_feedback_form", raises)
    _, said = write(silent, inside, "blorp")
    assert said
    _, later = write(edition, inside, "blorp")
    assert asked.splitlines()[0] in later


def test_after_the_limit_of_actions_the_bot_listens_again(edition: Edition) -> None:
    def again_and_again(*_: Any) -> list[Any]:
        return [FollowupAction("action_answer")]

    endless = with_action(edition, "action_answer", again_and_again)
    conversation, said = write(endless, known(), QUESTION)
    assert said.startswith(SORRY)
    _, later = write(endless, conversation, "hjelp")
    assert "STOPP" in later  # the help


def test_a_late_timer_of_a_form_that_is_done_says_nothing(edition: Edition) -> None:
    late = ServiceEvent(name="form_expired", data={"form": "feedback_form"})
    decision = decide(edition, known(), Numbered(number=1, received_at=AT, body=late))
    assert decision.replies == ()
    other = broken(edition, {"without_rule": "A late timer of a form that is done"})
    told = decide(other, known(), Numbered(number=1, received_at=AT, body=late)).replies
    assert told, "no rule is needed then: take it away"


def test_each_mend_of_the_table_names_a_golden_transcript_that_is_there() -> None:
    section = DOCS.read_text(encoding="utf-8").partition("## Where Samsvar mends")[2]
    rows = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    mends = rows[2:]  # after the heading and its line
    assert len(mends) == 8
    named = [NAMED.findall(row.split(" | ")[-1]) for row in mends]
    assert all(named), mends[named.index([])]
    listed = {(about, file) for row in named for about, file in row}
    there = {(each.about, file) for _, file in listed for each in read_file(FOLDER / file)}
    assert listed == there  # none that is not there, and none that no mend names
