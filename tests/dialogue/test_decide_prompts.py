"""Which open question an answer reaches, and what stands above every question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialogue.conversation import Conversation, begin
from dialogue.decide import decide, decide_failure
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import DeclineRating, EscalateTicket, OpenTicket, RecordRating
from dialogue.messages import Attachment, Numbered, PersonMessage, ServiceEvent

BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FEEDBACK = "Eg vil klage på at gatelyset i Storgata har vore borte i ein månad"
DANGERS = [("det brenn i huset", "110"), ("mannen min har falle om og pustar ikkje", "113")]


class Person:
    """Somebody in a conversation, from the bot's side. `last` is what was decided last."""

    def __init__(self, edition: Edition, channel: str = "sms") -> None:
        self.edition = edition
        self.conversation: Conversation = begin(channel)
        self.at = BEGIN
        self.number = 0
        self.last: Decision | None = None

    def _meet(self, body: PersonMessage | ServiceEvent) -> Decision:
        self.number += 1
        self.at += timedelta(minutes=1)
        message = Numbered(number=self.number, received_at=self.at, body=body)
        self.last = decide(self.edition, self.conversation, message)
        self.conversation = self.last.conversation
        return self.last

    def writes(self, text: str, **more: Any) -> Decision:
        return self._meet(PersonMessage(text=text, **more))

    def presses(self, payload: str) -> Decision:
        return self._meet(PersonMessage(kind="button", text="", payload=payload))

    def hears(self, name: str, **data: Any) -> Decision:
        return self._meet(ServiceEvent(name=name, data=data))

    def is_asked_to_rate(self) -> Decision:
        return self.hears(
            "rating_request", encounter="7", unit="barnehage", service="barnehageplass",
            met_at=BEGIN.isoformat(),
        )  # fmt: skip


@pytest.fixture
def person(edition: Edition) -> Person:
    return Person(edition)


def asks_back(person: Person) -> None:
    decision = person.writes("barnehage")
    assert len(decision.replies[-1].choices) >= 2


def in_the_form(person: Person) -> None:
    person.writes(FEEDBACK)
    assert person.conversation.tracker.active_loop == "feedback_form"


def writing_to_a_person(person: Person) -> None:
    person.writes("eg vil snakke med eit menneske")
    assert person.conversation.tracker.active_loop == "question_form"


def asked_to_rate(person: Person) -> None:
    assert person.is_asked_to_rate().replies


def opted_out(person: Person) -> None:
    person.writes("STOPP")


def with_both_open(person: Person) -> None:
    asked_to_rate(person)
    asks_back(person)


OPEN: list[Callable[[Person], None]] = [
    asks_back, in_the_form, writing_to_a_person, asked_to_rate, opted_out, with_both_open,
]  # fmt: skip


def count(decision: Decision, kind: type) -> int:
    return sum(isinstance(effect, kind) for effect in decision.effects)


def test_a_digit_with_a_rating_and_a_menu_open_counts_once_for_the_latest(person: Person) -> None:
    with_both_open(person)
    chosen = person.writes("2")
    assert count(chosen, RecordRating) == 0
    rated = person.writes("2")
    assert count(rated, RecordRating) == 1
    assert count(person.writes("2"), RecordRating) == 0


def test_a_digit_counts_for_the_rating_when_it_was_asked_last(person: Person) -> None:
    asks_back(person)
    asked_to_rate(person)
    rated = person.writes("2")
    assert count(rated, RecordRating) == 1
    assert not count(rated, OpenTicket)


def test_words_reach_the_rating_past_a_later_menu(person: Person) -> None:
    with_both_open(person)
    rated = person.writes("vurdering 4")
    [rating] = [effect for effect in rated.effects if isinstance(effect, RecordRating)]
    assert (rating.value, rating.encounter, rating.unit) == (4, "7", "barnehage")


def test_a_button_reaches_its_own_question_however_old(person: Person) -> None:
    asks = person.is_asked_to_rate()
    five = asks.replies[-1].choices[4].payload
    asks_back(person)
    rated = person.presses(five)
    [rating] = [effect for effect in rated.effects if isinstance(effect, RecordRating)]
    assert rating.value == 5
    again = person.presses(five)
    assert not again.effects
    assert again.replies  # and it is told that the question is over


@pytest.mark.parametrize(
    ("text", "value", "comment"),
    [
        ("5", 5, None),
        ("fem", 5, None),
        ("5 - fine folk", 5, "fine folk"),
        ("⭐⭐⭐⭐", 4, None),
        ("1", 1, None),
    ],
)
def test_a_rating_is_understood_as_people_write_it(
    person: Person, text: str, value: int, comment: str | None
) -> None:
    asked_to_rate(person)
    rated = person.writes(text)
    [rating] = [effect for effect in rated.effects if isinstance(effect, RecordRating)]
    assert (rating.value, rating.comment) == (value, comment)


@pytest.mark.parametrize(("text", "reason"), [("veit ikkje", "unknown"), ("nei takk", "declined")])
def test_no_rating_is_an_answer_too(person: Person, text: str, reason: str) -> None:
    asked_to_rate(person)
    declined = person.writes(text)
    [effect] = [effect for effect in declined.effects if isinstance(effect, DeclineRating)]
    assert (effect.reason, effect.encounter) == (reason, "7")
    assert person.writes("5").replies
    assert not count(person.last or declined, RecordRating)


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize(("text", "number"), DANGERS)
def test_danger_is_answered_first_in_every_state(
    person: Person, state: Callable[[Person], None], text: str, number: str
) -> None:
    state(person)
    form = person.conversation.tracker.active_loop
    decision = person.writes(text)
    assert number in decision.replies[0].text
    assert not count(decision, OpenTicket)
    assert person.conversation.tracker.active_loop == form


@pytest.mark.parametrize(
    "more",
    [
        {"attachments": (Attachment(kind="photo"),)},
        {"kind": "edited"},
        {"kind": "group"},
        {"kind": "too_long"},
        {"kind": "button", "payload": "p1:0"},
    ],
    ids=lambda more: str(more.get("kind", "with a photo")),
)
def test_danger_is_heard_in_whatever_it_comes(person: Person, more: dict[str, Any]) -> None:
    assert "110" in person.writes("det brenn i huset", **more).replies[0].text


@pytest.mark.parametrize("state", [asks_back, in_the_form, writing_to_a_person, asked_to_rate])
def test_stopp_is_confirmed_once_in_every_state(
    person: Person, state: Callable[[Person], None]
) -> None:
    state(person)
    [confirmed] = person.writes("STOPP").replies
    assert confirmed.purpose == "opt_out"
    assert not person.writes("STOPP").replies
    assert not person.is_asked_to_rate().replies


def test_who_opted_out_and_writes_is_answered_and_not_asked(person: Person) -> None:
    opted_out(person)
    assert "bibliotek" in person.writes("Når er biblioteket åpent?").replies[-1].text
    assert not person.is_asked_to_rate().replies
    assert person.writes("START").replies


@pytest.mark.parametrize("event", ["rating_request", "ticket_reply", "ticket_overdue"])
@pytest.mark.parametrize("state", [in_the_form, writing_to_a_person])
def test_an_open_form_is_not_answered_by_the_service(
    person: Person, state: Callable[[Person], None], event: str
) -> None:
    state(person)
    before = person.conversation.tracker
    data = {"ticket": "S77", "to": "lead", "text": "Hei.", "encounter": "7", "unit": "barnehage"}
    decision = person.hears(event, **data, met_at=BEGIN.isoformat())
    assert not count(decision, OpenTicket)
    assert all(reply.purpose == "rating_request" for reply in decision.replies)
    assert person.conversation.tracker == before


@pytest.mark.parametrize("text", ["HJELP", "nynorsk", "takk!", "er du ein robot?"])
def test_a_service_word_in_the_form_loses_nothing(person: Person, text: str) -> None:
    in_the_form(person)
    said = person.conversation.tracker.slots.get("feedback_text")
    person.writes(text)
    assert person.conversation.tracker.active_loop == "feedback_form"
    assert person.conversation.tracker.slots.get("feedback_text") == said == FEEDBACK


def test_the_same_ticket_is_told_only_to_its_own(edition: Edition) -> None:
    owner, other = Person(edition), Person(edition)
    owner.writes("eg vil snakke med eit menneske")
    opened = owner.writes("Kva tid kjem nokon og ser på bekken?")
    [ticket] = [effect for effect in opened.effects if isinstance(effect, OpenTicket)]
    assert "torg" not in other.writes(f"korleis går det med sak {ticket.id}?").replies[-1].text
    assert not other.hears("ticket_reply", ticket=ticket.id, unit="torg", text="Svar.").replies
    assert "Svar." in owner.hears(
        "ticket_reply", ticket=ticket.id, unit="torg", text="Svar."
    ).replies[-1].text  # fmt: skip


def test_a_decision_that_failed_is_told_and_changes_nothing(person: Person) -> None:
    in_the_form(person)
    message = Numbered(number=9, received_at=person.at, body=PersonMessage(text="ja"))
    decision = decide_failure(person.edition, person.conversation, message)
    assert decision.conversation == person.conversation
    assert len(decision.replies) == 1
    event = Numbered(number=10, received_at=person.at, body=ServiceEvent(name="rating_expired"))
    assert not decide_failure(person.edition, person.conversation, event).replies


def test_a_deadline_of_a_closed_case_wakes_nobody(edition: Edition) -> None:
    """Its timer may come due all the same: it is not what says whether the case waits."""
    owner = Person(edition)
    owner.writes("eg vil snakke med eit menneske")
    opened = owner.writes("Kva tid kjem nokon og ser på bekken?")
    [ticket] = [effect for effect in opened.effects if isinstance(effect, OpenTicket)]
    late = {"ticket": ticket.id, "to": "kdir"}
    assert count(owner.hears("ticket_overdue", **late), EscalateTicket) == 1
    owner.hears("ticket_closed", ticket=ticket.id, unit="torg", text="No er det gjort.")
    assert not owner.hears("ticket_overdue", **late).effects
