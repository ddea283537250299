"""What a user may say to a request for consent, and what must never count as a yes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dialogue.asked_code import code_in
from dialogue.consents import CODE_MARK, AskedConsent, digest_of
from dialogue.conversation import Conversation, Prompt
from dialogue.decide import decide
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import ChangeConsent, Forget, OptOut
from dialogue.messages import Numbered, PersonMessage, ServiceEvent
from knowledge.gsm import is_gsm7, segments

CODE = "482913"
DIGEST = digest_of(CODE, "C1", "s")


def at(edition: Edition, hours: float = 0) -> datetime:
    return datetime(2026, 12, 2, 10, tzinfo=edition.timezone) + timedelta(hours=hours)


def asked(edition: Edition, **changes: object) -> Conversation:
    """A conversation in which the user has been asked."""
    values = {
        "id": "C1",
        "unit": "sjukeheim",
        "relative": "dotter di",
        "asked_at": at(edition),
        "answer_by": at(edition, 48),
        "until": at(edition, 24 * 90),
        "salt": "s",
        "digest": DIGEST,
    }
    request = AskedConsent(**values | changes)  # type: ignore[arg-type]
    return Conversation(channel="sms", introduced=True, standard="nn", consents=(request,))


def say(edition: Edition, conversation: Conversation, text: str, hours: float = 1) -> Decision:
    message = Numbered(number=7, received_at=at(edition, hours), body=PersonMessage(text=text))
    return decide(edition, conversation, message)


def changes(decision: Decision) -> list[tuple[str | None, str]]:
    return [(e.consent, e.to) for e in decision.effects if isinstance(e, ChangeConsent)]


def told(decision: Decision) -> str:
    return " ".join(reply.text for reply in decision.replies)


@pytest.mark.parametrize(
    "text",
    ["JA 482913", "ja, 482 913", "Ja takk 482913", "ok 482913!", "ja kode 482913", "Jo: 482913.",
     "Eg samtykkjer 482913", "Ja, koden er 482913"],
)  # fmt: skip
def test_ja_and_the_code_is_a_yes(edition: Edition, text: str) -> None:
    decision = say(edition, asked(edition), text)
    assert changes(decision) == [("C1", "given")]
    assert decision.conversation.consents[0].status == "given"
    assert decision.conversation.consents[0].digest == ""
    assert "til tysdag 2. mars 2027" in told(decision)


@pytest.mark.parametrize(
    "text",
    ["ja", "JA!", "ok", "482913", "ja 482914", "ja 4829130", "nei 482913", "ja men ikkje no 482913",
     "ja eller nei 482913", "kva er 482913", "ja 48291", "/consent_yes", "/affirm", "ja ######",
     "takk", "mor seier ja", "ja ja ja"],
)  # fmt: skip
def test_nothing_else_is_a_yes(edition: Edition, text: str) -> None:
    decision = say(edition, asked(edition), text)
    assert ("C1", "given") not in changes(decision)
    assert decision.conversation.consents[0].status != "given"
    assert decision.replies or text == "takk"


@pytest.mark.parametrize("text", ["NEI", "nei takk", "Nei, eg vil ikkje", "nei 482913", "neida"])
def test_a_no_needs_no_code(edition: Edition, text: str) -> None:
    decision = say(edition, asked(edition), text)
    assert changes(decision) == [("C1", "refused")]
    after = say(edition, decision.conversation, f"JA {CODE}", 2)
    assert changes(after) == []
    assert "ikkje spurt deg om noko" in told(after)


def test_a_third_wrong_code_closes_the_request(edition: Edition) -> None:
    conversation = asked(edition)
    for left in ("Forsøk att: 2.", "Forsøk att: 1.", "no lukka"):
        decision = say(edition, conversation, "JA 111111")
        assert left in told(decision)
        conversation = decision.conversation
    assert changes(decision) == [("C1", "closed")]
    assert changes(say(edition, conversation, f"JA {CODE}")) == []


def test_a_late_yes_changes_nothing_and_is_told_so(edition: Edition) -> None:
    decision = say(edition, asked(edition), f"JA {CODE}", 48.01)
    assert changes(decision) == []
    assert "Fristen for å svare er ute" in told(decision)


def test_a_code_at_another_phone_tells_nothing(edition: Edition) -> None:
    stranger = Conversation(channel="sms", introduced=True, standard="nn")
    right, wrong = (say(edition, stranger, f"JA {code}") for code in (CODE, "111111"))
    assert told(right) == told(wrong)
    assert right.effects == wrong.effects == ()


@pytest.mark.parametrize(
    "text",
    ["trekk samtykket", "TREKK SAMTYKKET", "Eg trekk tilbake samtykket mitt", "trekk ja-et",
     "jeg angrer på samtykket", "vil trekke tilbake samtykke", "samtykket mitt trekkjer eg",
     "slett samtykket", "jeg samtykker ikke lenger", "stopp samtykket no"],
)  # fmt: skip
def test_it_is_taken_back_at_any_time_without_a_code(edition: Edition, text: str) -> None:
    given = asked(edition, status="given", digest="")
    form = Prompt(number=1, kind="choice", asked_at=at(edition, 500), text="?")
    for conversation in (given, Conversation(**{**_fields(given), "prompts": (form,)})):
        decision = say(edition, conversation, text, 1000)
        assert changes(decision) == [(None, "withdrawn")]
        assert decision.conversation.consents[0].status == "withdrawn"
        assert "trekt frå no av" in told(decision)


def _fields(conversation: Conversation) -> dict[str, object]:
    return {name: getattr(conversation, name) for name in conversation.__struct_fields__}


def test_a_state_that_was_lost_does_not_keep_a_consent(edition: Edition) -> None:
    fresh = Conversation(channel="sms", introduced=True, standard="nn")
    assert changes(say(edition, fresh, "trekk samtykket")) == [(None, "withdrawn")]


@pytest.mark.parametrize("text", ["STOPP", "feil nummer"])
def test_stop_and_a_wrong_number_leave_it_unanswered(edition: Edition, text: str) -> None:
    decision = say(edition, asked(edition), text)
    assert any(isinstance(effect, OptOut) for effect in decision.effects)
    assert changes(decision) == [("C1", "unanswered")]
    assert changes(say(edition, decision.conversation, f"JA {CODE}", 2)) == []


def test_to_be_forgotten_takes_it_back_first(edition: Edition) -> None:
    given = asked(edition, status="given", digest="")
    offered = say(edition, given, "slett meg")
    code = code_in(offered.replies[-1].text.split("koden ")[1][:6]) or ""
    decision = say(edition, offered.conversation, code, 1.1)
    kinds = [type(effect) for effect in decision.effects]
    assert kinds.index(ChangeConsent) < kinds.index(Forget)
    assert decision.conversation.consents == ()


def test_a_bare_answer_belongs_to_what_was_asked_last(edition: Edition) -> None:
    conversation = asked(edition)
    asks = say(edition, conversation, "slett meg")  # asks for a code, or no
    decision = say(edition, asks.conversation, "nei", 1.1)
    assert changes(decision) == []
    assert changes(say(edition, decision.conversation, "nei", 1.2)) == [("C1", "refused")]


def test_the_question_is_short_plain_and_silent_about_the_case(edition: Edition) -> None:
    for standard in ("nb", "nn"):
        for whom in ("user", "guardian"):
            for unit in edition.municipality.units:
                data = {
                    "consent": "C1", "unit": unit, "relative": "x" * 30, "whom": whom,
                    "answer_by": at(edition, 48).isoformat(), "salt": "s", "digest": DIGEST,
                    "until": at(edition, 24 * 301).isoformat(), "sealed": "x", "rests_on": "C1",
                }  # fmt: skip
                event = ServiceEvent(name="consent_request", data=data)
                conversation = Conversation(channel="sms", standard=standard)  # type: ignore[arg-type]
                message = Numbered(number=9, received_at=at(edition), body=event)
                reply = decide(edition, conversation, message).replies[-1]
                assert is_gsm7(reply.text)
                assert segments(reply.text) <= 2
                assert (reply.sealed, reply.rests_on) == ("x", "C1")
                assert reply.purpose == "consent_request"
                assert CODE_MARK in reply.text
                assert not any(w in reply.text.lower() for w in ("helse", "klage", "sjuk ", "syk "))
