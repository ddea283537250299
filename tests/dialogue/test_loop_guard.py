"""Two machines that answer each other fall silent; people do not notice the guard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.conversation import Conversation, Said, begin, dump, load
from dialogue.decide import decide
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.loop_guard import MOST_IN_ALL, MOST_SAME, MOST_URGENT, REMEMBERED, WITHIN, guard
from dialogue.messages import Numbered, PersonMessage
from dialogue.replies import Reply

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
SAME = Reply(text="Det skjønte eg ikkje.")


def said_by(replies: list[tuple[Reply, timedelta]], *, urgent: bool = False) -> list[bool]:
    """Whether each reply is said, at so long after the one before."""
    said: tuple[Said, ...] = ()
    at, kept = BEGIN, []
    for reply, pause in replies:
        at += pause
        done = guard(said, [reply], at, urgent=urgent)
        said = done.said
        kept.append(bool(done.replies))
        assert done.stopped == (not done.replies)
    return kept


def every(seconds: float, count: int, reply: Reply = SAME) -> list[tuple[Reply, timedelta]]:
    return [(reply, timedelta(seconds=seconds))] * count


def test_the_same_text_is_said_five_times_and_then_no_more() -> None:
    assert said_by(every(2, 100)) == [True] * MOST_SAME + [False] * 95


def test_a_loop_that_goes_on_stays_stopped_however_long() -> None:
    assert sum(said_by(every(60, 2_000))) == MOST_SAME
    assert sum(said_by(every(599, 50))) == 50  # one in ten minutes is nobody's loop


def test_after_ten_quiet_minutes_it_answers_again() -> None:
    replies = [*every(1, 20), (SAME, WITHIN), (SAME, timedelta(seconds=1))]
    assert said_by(replies)[-2:] == [True, True]


def test_a_loop_of_changing_texts_is_stopped_too() -> None:
    replies = [(Reply(text=f"Svar {n}"), timedelta(seconds=1)) for n in range(200)]
    assert sum(said_by(replies)) == MOST_IN_ALL


def test_whom_to_call_in_an_emergency_is_told_more_often() -> None:
    assert sum(said_by(every(1, 100), urgent=True)) == MOST_URGENT


@pytest.mark.parametrize("purpose", ["ticket", "rating_request", "reminder", "opt_out"])
def test_what_the_service_says_of_its_own_accord_is_not_counted(purpose: str) -> None:
    reply = Reply(text="Saka er avslutta.", purpose=purpose)  # type: ignore[arg-type]
    assert all(said_by(every(1, 50, reply)))


@given(
    st.lists(st.tuples(st.integers(0, 12), st.timedeltas(timedelta(-9), timedelta(9))), max_size=40)
)
def test_what_is_remembered_is_little_and_comes_back_as_it_was(
    steps: list[tuple[int, timedelta]],
) -> None:
    conversation, at = begin("sms"), BEGIN
    for text, pause in steps:
        at += pause / 1_000
        done = guard(conversation.said, [Reply(text=str(text))], at)
        conversation = Conversation(channel="sms", said=done.said)
        assert len(done.said) <= REMEMBERED
        assert load(dump(conversation)) == conversation


def test_an_autoresponder_that_nobody_knows_meets_silence(edition: Edition) -> None:
    conversation = begin("sms")
    answers: list[Decision] = []
    for number in range(1, 40):
        at = BEGIN + timedelta(seconds=number * 3)
        body = PersonMessage(text="Hjarteleg takk, me har fått meldinga di og ringjer deg opp att")
        decision = decide(edition, conversation, Numbered(number=number, received_at=at, body=body))
        conversation = decision.conversation
        answers.append(decision)
    assert not any(one.replies for one in answers[-20:])
    if any(one.replies for one in answers):  # where it is not recognised as an autoresponder
        assert answers[-1].stopped


def test_a_question_asked_again_a_few_times_is_answered_each_time(edition: Edition) -> None:
    conversation = begin("sms")
    for number in range(1, MOST_SAME + 1):
        at = BEGIN + timedelta(seconds=number * 20)
        body = PersonMessage(text="Når er biblioteket ope?")
        decision = decide(edition, conversation, Numbered(number=number, received_at=at, body=body))
        conversation = decision.conversation
        assert decision.replies
