"""«kvifor?» and objections: what a person is told of their own case, and what not."""

from __future__ import annotations

from datetime import datetime

import pytest

from dialogue.conversation import Conversation, OwnTicket, begin
from dialogue.decide import decide
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import AddToTicket, OpenTicket, SetTimer
from dialogue.messages import Numbered, PersonMessage
from dialogue.partiality import names_partiality
from knowledge.gsm import is_gsm7


def at(edition: Edition, minute: int = 0) -> datetime:
    return datetime(2026, 12, 2, 10, minute, tzinfo=edition.timezone)


def holding(edition: Edition, standard: str = "nn", **facts: object) -> Conversation:
    """A conversation in which one complaint about the nursing home was sent."""
    ticket = OwnTicket(
        id="S3",
        unit="kdir" if facts.get("about") == "leader" else "sjukeheim",
        kind="complaint",
        opened_at=at(edition),
        facts={"service": "sykehjem", **facts},
        rules_version=edition.rules.version,
    )
    return Conversation(
        channel="sms",
        introduced=True,
        standard="nn" if standard == "nn" else "nb",
        standard_chosen=True,
        tickets=(ticket,),
    )


def say(edition: Edition, conversation: Conversation, text: str) -> Decision:
    body = PersonMessage(text=text)
    return decide(edition, conversation, Numbered(number=7, received_at=at(edition, 5), body=body))


def told(decision: Decision) -> str:
    return " ".join(reply.text for reply in decision.replies)


@pytest.mark.parametrize(
    ("standard", "word", "said"),
    [
        ("nn", "kvifor?", "Sak S3 ligg hos Kommunedirektøren. Det følgjer av regel U6"),
        ("nb", "Hvorfor?", "Sak S3 ligger hos Kommunedirektøren. Det følger av regel U6"),
        ("nn", "Kvifor gjekk saka dit", "forvaltningsloven § 6 tredje ledd"),
        ("nn", "kvifor S3?", "endeleg svar innan 15 virkedagar (T6)"),
    ],
)
def test_a_person_is_told_which_rules_decided(
    standard: str, word: str, said: str, edition: Edition
) -> None:
    decision = say(edition, holding(edition, standard, about="leader"), word)
    assert said in told(decision)
    assert is_gsm7(told(decision))
    assert not decision.effects


@pytest.mark.parametrize("tie", ["auto", "doubt", "superior"])
def test_ties_and_what_the_content_was_held_to_be_are_not_told(tie: str, edition: Edition) -> None:
    for sensitive in ("none", "health", "threat"):
        text = told(say(edition, holding(edition, tie=tie, sensitive=sensitive), "kvifor"))
        for hidden in ("tilknyt", "familie", "helse", "trugs", "kjenslevart", "slekt"):
            assert hidden not in text.lower()


def test_nobody_is_told_of_a_ticket_that_is_not_their_own(edition: Edition) -> None:
    decision = say(edition, holding(edition), "kvifor S99")
    assert "Sjukeheimen" not in told(decision)


def test_without_a_ticket_there_is_nothing_to_explain(edition: Edition) -> None:
    conversation = Conversation(channel="sms", introduced=True, standard="nn")
    assert "ingen saker" in told(say(edition, conversation, "kvifor?"))


def test_a_ticket_from_before_the_rules_were_remembered_is_told_as_such(edition: Edition) -> None:
    old = OwnTicket(id="S1", unit="torg", kind="question", opened_at=at(edition))
    conversation = Conversation(channel="sms", introduced=True, standard="nn", tickets=(old,))
    assert "ikkje lenger har grunnlaget" in told(say(edition, conversation, "kvifor"))


@pytest.mark.parametrize(
    ("about", "judge", "out"),
    [
        ("service", "kdir", {"sjukeheim.lead"}),
        ("leader", "politisk", {"sjukeheim.lead", "kdir.lead"}),
    ],
)
def test_an_objection_goes_to_the_superior_as_a_case_of_its_own(
    about: str, judge: str, out: set[str], edition: Edition
) -> None:
    decision = say(edition, holding(edition, about=about), "Eg meiner ho er inhabil")
    [opened] = [each for each in decision.effects if isinstance(each, OpenTicket)]
    assert opened.unit == judge
    assert set(opened.recused) == out
    assert opened.facts["objection"] is True
    assert ("recusal", "R5") in {(each.table, each.row) for each in opened.rules}
    assert opened.due_at == datetime(2026, 12, 4, 15, 30, tzinfo=edition.timezone)
    [added] = [each for each in decision.effects if isinstance(each, AddToTicket)]
    assert added.ticket == "S3"
    [timer] = [each for each in decision.effects if isinstance(each, SetTimer)]
    assert timer.data["to"] == f"{judge}.lead"
    assert "S7" in told(decision)
    assert edition.municipality.units[judge].name["nn"] in told(decision)
    assert is_gsm7(told(decision))


def test_a_second_objection_is_about_the_case_and_not_about_the_first(edition: Edition) -> None:
    first = say(edition, holding(edition), "Eg meiner ho er inhabil")
    again = say(edition, first.conversation, "Dei er ikkje habile")
    [added] = [each for each in again.effects if isinstance(each, AddToTicket)]
    assert added.ticket == "S3"
    why = told(say(edition, first.conversation, "kvifor?"))
    assert "det du skreiv om habilitet" in why


@pytest.mark.parametrize(
    ("text", "partial"),
    [
        ("Eg meiner ho er inhabil", True),
        ("jeg mener lederen er inhabil i saken", True),
        ("saksbehandlaren er ikkje habil", True),
        ("han er ugild", True),
        ("Når er en saksbehandler inhabil?", False),
        ("er ho inhabil?", False),
        ("rehabilitering tek tid", False),
        ("takk for hjelpa", False),
    ],
)
def test_partiality_is_heard_and_questions_about_it_are_not(text: str, partial: bool) -> None:
    assert names_partiality(text) is partial


def test_begin_remembers_no_ticket() -> None:
    assert begin("sms").tickets == ()
