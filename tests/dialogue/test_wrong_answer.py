"""People say that an answer was wrong: it reaches the editors, and they are offered a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialogue.conversation import Conversation, begin
from dialogue.decide import decide
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import NoteChosen, NoteUnanswered
from dialogue.messages import Numbered, PersonMessage
from dialogue.wrong_answer import reported_wrong

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
QUESTION = "kor tid bler boss henta på tau"


class Talk:
    """A conversation that goes on."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.number = edition, 0
        self.conversation: Conversation = begin("telegram")

    def say(self, text: str, **more: object) -> Decision:
        self.number += 1
        body = PersonMessage(text=text, **more)  # type: ignore[arg-type]
        at = AT + timedelta(minutes=self.number)
        decision = decide(
            self.edition, self.conversation, Numbered(number=self.number, received_at=at, body=body)
        )
        self.conversation = decision.conversation
        return decision


def noted(decision: Decision) -> list[tuple[str, str, str | None]]:
    return [
        (effect.text, effect.reason, effect.article)
        for effect in decision.effects
        if isinstance(effect, NoteUnanswered)
    ]


@pytest.mark.parametrize(
    "words",
    [
        "feil svar", "Dette var ikkje svar på det eg spurde om.", "det va itj det æ spurt om",
        "👎🏽", "du svarte ikke på spørsmålet mitt", "svaret er feil!", "det hjalp ikkje",
        "Mislikte «Søk opp adressa di»",
    ],
)  # fmt: skip
def test_a_report_holds_the_question_and_the_article(edition: Edition, words: str) -> None:
    talk = Talk(edition)
    talk.say(QUESTION)
    told = talk.say(words)
    assert noted(told) == [(QUESTION, "reported", "tommeplan")]
    [reply] = told.replies
    assert reply.text.startswith("Takk for at du s")
    assert [choice.title for choice in reply.choices] == ["Ja", "Nei"]
    assert talk.say("ja").conversation.tickets  # a person gets it


def test_the_same_answer_is_reported_once(edition: Edition) -> None:
    talk = Talk(edition)
    talk.say(QUESTION)
    talk.say("feil svar")
    again = talk.say("feil svar")
    assert noted(again) == []
    assert again.replies[0].choices


def test_what_is_asked_anew_beside_the_report_is_answered(edition: Edition) -> None:
    talk = Talk(edition)
    talk.say(QUESTION)
    told = talk.say("det var ikkje det eg spurde om, eg meinte gatelys som ikkje verkar")
    assert noted(told) == [(QUESTION, "reported", "tommeplan")]
    assert told.replies[-1].text.endswith("/gatelys")


def test_a_thumbs_down_is_about_the_answer_that_it_is_given_to(edition: Edition) -> None:
    talk = Talk(edition)
    talk.say(QUESTION)
    talk.say("gatelyset er mørkt")
    told = talk.say("👎", kind="reaction", about="1")
    assert noted(told) == [(QUESTION, "reported", "tommeplan")]
    assert told.replies
    for about in ("1", None, "77"):  # told already, or at no answer: a reaction asks for nothing
        silent = talk.say("👎", kind="reaction", about=about)
        assert (silent.replies, silent.effects) == ((), ())


@pytest.mark.parametrize(
    "words",
    [
        "det er feil på gatelyset",
        "feil nummer",
        "det er feil i fakturaen min",
        "👍",
        "feil faktura",
    ],
)
def test_other_faults_are_no_report(words: str) -> None:
    assert reported_wrong(words) is None


def test_without_an_answer_a_report_offers_a_person_and_notes_nothing(edition: Edition) -> None:
    told = Talk(edition).say("feil svar")
    assert told.effects == ()
    assert told.replies


def test_what_was_asked_back_is_noted_and_then_what_was_chosen(edition: Edition) -> None:
    talk = Talk(edition)
    asked = talk.say("barnehage")
    [(text, reason, nearest)] = noted(asked)
    assert (text, reason) == ("barnehage", "asked_back")
    assert nearest in edition.content.article_ids()
    chosen = talk.say("1")
    assert [effect for effect in chosen.effects if isinstance(effect, NoteChosen)] == [
        NoteChosen(text="barnehage", article=nearest)
    ]
    assert noted(talk.say("feil svar")) == [("barnehage", "reported", nearest)]


def test_after_a_question_without_answer_an_earlier_answer_is_not_blamed(edition: Edition) -> None:
    talk = Talk(edition)
    talk.say(QUESTION)
    assert noted(talk.say("Hvor fornyer jeg passet mitt?"))[0][1] == "handover"
    assert noted(talk.say("feil svar")) == []
