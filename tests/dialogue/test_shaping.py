"""Two messages at most, one question, last: the one place that holds it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialogue.conversation import begin
from dialogue.edition import Edition
from dialogue.messages import Numbered, PersonMessage
from dialogue.play import Play
from dialogue.replies import Choice, Reply
from dialogue.shaping import shape

LONG = "Dette er ei opplysning som er så lang at ho fyller nesten to meldingar. " * 4


@pytest.fixture
def play(edition: Edition) -> Play:
    at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    return Play(
        edition, begin("sms", "nn"), Numbered(number=1, received_at=at, body=PersonMessage())
    )


def test_what_has_no_room_goes_and_the_least_goes_first(play: Play) -> None:
    note = play.text_of("utter_text_only_was_read")
    play.replies[:] = [Reply(text=note), Reply(text=LONG), Reply(text=LONG + "Ring 113.")]
    assert [reply.text for reply in shape(play, introduce=False)] == [LONG, LONG + "Ring 113."]


def test_the_presentation_and_the_question_stay_when_there_is_too_much(play: Play) -> None:
    play.replies[:] = [Reply(text=LONG), Reply(text=LONG), Reply(text="Kva gjeld det?")]
    presented, asked = shape(play, introduce=True)
    assert presented.text.startswith("Hei, her svarar roboten")
    assert asked.text.endswith("Kva gjeld det?")


def test_a_question_in_words_gives_way_to_the_one_that_waits(play: Play) -> None:
    play.ask("Vil du ha svar her?", [Choice("Ja", "/affirm"), Choice("Nei", "/deny")])
    play.replies.insert(0, Reply(text="Hei. Kva lurer du på?"))
    [reply] = shape(play, introduce=False)
    assert reply.text == "Hei.\nVil du ha svar her?"
    assert len(reply.choices) == 2


def test_the_question_stands_last_also_where_something_was_added(play: Play) -> None:
    play.ask("Vil du ha svar her?", [Choice("Ja", "/affirm"), Choice("Nei", "/deny")])
    play.replies.append(Reply(text=LONG + "Ring 113."))
    assert [bool(reply.choices) for reply in shape(play, introduce=False)] == [False, True]


def test_a_question_that_is_taken_over_waits_no_longer(play: Play) -> None:
    for text in ("Meinte du:", "Kva sak?"):
        play.ask(text, [Choice("Ein", "/affirm"), Choice("To", "/deny")])
    told = shape(play, introduce=False)
    assert [reply.text for reply in told if reply.choices] == ["Kva sak?"]
    assert [prompt.text for prompt in play.conversation.prompts] == ["Kva sak?"]
