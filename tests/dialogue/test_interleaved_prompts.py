"""Whatever is open and in whatever order, an answer goes where a person would put it.

The oracle is a reader of the same messages: it knows only what was said, keeps the questions
that it has seen in the order in which it saw them last, and knows nothing of prompts, payloads
or states. Where two places are as good, it is content with being asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from decency import faults
from held import Held
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thread_reader import Reader, Seen

from connectors.channels.sms_text import render_sms
from dialogue.conversation import Conversation, OwnTicket, begin
from dialogue.decide import decide
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import DeclineRating, NoteChosen, OpenTicket, RecordRating
from dialogue.messages import Body, Numbered, PersonMessage, ServiceEvent

BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
RATED = {"barnehage": ("barnehage", "barnehageplass"), "helsestasjon": ("familie", "helsestasjon")}
NAMED = {"barnehage": "barnehagen", "helsestasjon": "helsestasjonen"}
CASES = ("S1001", "S1002", "S1003")
MENU, COMPLAINT = "barnehage", "Eg vil klage på at gatelyset i Storgata har vore borte lenge"
WHICH_CASE = "korleis går det med sakene mine?"
YES_NO = ("form-contact", "offer")


@dataclass
class Talk:
    """A conversation with both: the bot that answers and the reader who knows better."""

    edition: Edition
    conversation: Conversation
    reader: Reader = field(default_factory=Reader)
    at: datetime = BEGIN
    number: int = 2000
    rated: list[str] = field(default_factory=list)
    pressable: list[str] = field(default_factory=list)  # every button that was ever shown

    def meet(self, body: Body, after: timedelta = timedelta(minutes=3)) -> Decision:
        self.number, self.at = self.number + 1, self.at + after
        self.conversation = msgspec.structs.replace(self.conversation, rating_asked_at=None)
        message = Numbered(number=self.number, received_at=self.at, body=body)
        decision = decide(self.edition, self.conversation, message)
        self.conversation = decision.conversation
        for effect in decision.effects:
            if isinstance(effect, RecordRating | DeclineRating):
                self.rated.append(str(effect.encounter))
        self.pressable += [c.payload for reply in decision.replies for c in reply.choices]
        spoken = [render_sms(r, "+4790000001") for r in decision.replies if r.purpose != "ticket"]
        asks = [bool(r.choices) for r in decision.replies if r.purpose != "ticket"]
        assert not faults(
            [(o.text, waits, o.segments) for o, waits in zip(spoken, asks, strict=True)]
        )
        return decision

    def says(self, text: str) -> Decision:
        return self.meet(PersonMessage(text=text))


def outcome(before: Conversation, decision: Decision) -> tuple[Any, ...]:
    """What came of a message, as it can be told from outside: one thing, or nothing."""
    found: list[tuple[Any, ...]] = []
    for effect in decision.effects:
        if isinstance(effect, RecordRating):
            found.append(("rated", effect.encounter, effect.value))
        elif isinstance(effect, DeclineRating):
            found.append(("declined", effect.encounter))
        elif isinstance(effect, NoteChosen):
            found.append(("article", effect.article))
        elif isinstance(effect, OpenTicket):
            found.append(("sent", effect.kind))
    said = " ".join(reply.text for reply in decision.replies)
    told = re.findall(r"Sak (S\d+) ligg hos", said)
    if told:
        found.append(("case", told[0]))
    was, now = (c.tracker.slots for c in (before, decision.conversation))
    for slot in ("feedback_contact", "feedback_changing"):
        if now.get(slot) not in (None, was.get(slot)) and now.get("feedback_text"):
            found.append((slot, now[slot]))
    assert len(found) <= 1, f"more than one thing came of one message: {found}"
    return found[0] if found else ("nothing",)


def expected(question: Seen, index: int) -> tuple[Any, ...] | None:
    """What an answer to a question that was seen comes to; None where the reader can't know."""
    if question.kind == "rating":
        return ("rated", question.about, index + 1)
    if question.kind == "form-contact":
        return ("feedback_contact", ("yes", "no")[index])
    if question.kind == "form-confirm":
        return (("sent", "complaint"), ("feedback_changing", True), ("nothing",))[index]
    if question.kind == "cases":
        return ("case", question.lines[index].split(" ")[0])
    return None


ASKED = ("nothing",)


def answers(talk: Talk, text: str, allowed: list[tuple[Any, ...] | None]) -> None:
    """The person answers; it must come to one of these."""
    before = talk.conversation
    decision = talk.says(text)
    came = outcome(before, decision)
    state = [(one.kind, one.about) for one in talk.reader.open]
    if None not in allowed:
        assert came in allowed, f"«{text}» with {state} open came to {came}, not {allowed}"
    if came == ASKED:
        assert decision.replies, f"«{text}» with {state} open: not a word"
    settle(talk, came, before, decision)


def settle(talk: Talk, came: tuple[Any, ...], before: Conversation, decision: Decision) -> None:
    """What the reader holds for open after a decision."""
    reader = talk.reader
    if came[0] in ("rated", "declined"):
        for one in reader.ratings():
            if one.about == came[1]:
                reader.close(one)
    was = {p.number for p in before.prompts} - {p.number for p in decision.conversation.prompts}
    for one in list(reader.open):  # a question that was answered or dropped is not seen again
        if one.kind != "rating" and int(one.payloads[0][1:].partition(":")[0]) in was:
            reader.close(one)
    reader.reads(decision)


def act_rate(talk: Talk, what: str, _: int) -> None:
    unit, service = RATED[what]
    if what in talk.rated or any(one.about == what for one in talk.reader.ratings()):
        return
    data = {"encounter": what, "unit": unit, "service": service, "met_at": BEGIN.isoformat()}
    talk.reader.reads(talk.meet(ServiceEvent(name="rating_request", data=data)), about=what)


def act_remind(talk: Talk, what: str, _: int) -> None:
    unit, service = RATED[what]
    data = {"encounter": what, "unit": unit, "service": service, "met_at": BEGIN.isoformat()}
    decision = talk.meet(ServiceEvent(name="rating_reminder", data=data))
    waits = any(one.about == what for one in talk.reader.ratings())
    assert bool(decision.replies) == waits, "a reminder of what waits, and of nothing else"
    if waits:
        talk.reader.reminded.append(what)


def act_menu(talk: Talk, _: str, __: int) -> None:
    answers(talk, MENU, [None])


def act_cases(talk: Talk, _: str, __: int) -> None:
    answers(talk, WHICH_CASE, [None])


def act_complaint(talk: Talk, _: str, __: int) -> None:
    if talk.conversation.tracker.active_loop is None:
        answers(talk, COMPLAINT, [None])


def act_digit(talk: Talk, _: str, digit: int) -> None:
    """A bare number: the latest question's; the last that it fits; or asked about."""
    reader, fitting = talk.reader, talk.reader.takes(digit)
    latest = reader.latest()
    if not fitting or latest is None:
        return answers(talk, str(digit), [ASKED])
    if fitting[-1] is not latest:
        return answers(talk, str(digit), [expected(fitting[-1], digit - 1), ASKED])
    if reader.reminded and any(one.about != latest.about for one in fitting if one.about):
        older = [one for one in reader.ratings() if one.about in reader.reminded]
        if any(one is not latest for one in older):
            return answers(talk, str(digit), [ASKED])
    return answers(talk, str(digit), [expected(latest, digit - 1)])


def act_named_rating(talk: Talk, what: str, digit: int) -> None:
    """«6 til helsestasjonen, dei var så snille»: that one, or none."""
    waits = any(one.about == what for one in talk.reader.ratings())
    text = f"{digit} til {NAMED[what]}, dei tok seg god tid"
    answers(talk, text, [("rated", what, digit) if waits else ASKED])


def act_rating_word(talk: Talk, _: str, digit: int) -> None:
    """«vurdering 4»: the rating that waits; of two the latest, or asked about."""
    waiting = talk.reader.ratings()
    if not waiting:
        return answers(talk, f"vurdering {digit}", [ASKED])
    allowed: list[tuple[Any, ...] | None] = [ASKED] if len(waiting) > 1 else []
    older = [one for one in waiting[:-1] if one.about in talk.reader.reminded]
    if not older:
        allowed.append(("rated", waiting[-1].about, digit))
    return answers(talk, f"vurdering {digit}", allowed)


def act_case(talk: Talk, _: str, digit: int) -> None:
    case = CASES[digit % len(CASES)]
    answers(talk, f"sak {case[1:]}", [("case", case)])


def act_case_line(talk: Talk, _: str, digit: int) -> None:
    """«sak 2» where cases are listed: the second line, as no case is called S2."""
    lines = [one for one in talk.reader.open if one.kind == "cases" and digit <= len(one.lines)]
    answers(talk, f"sak {digit}", [expected(lines[-1], digit - 1) if lines else ASKED])


def act_title(talk: Talk, _: str, digit: int) -> None:
    """The words of a line reach its question, however old, if no other has the same line."""
    fitting = [one for one in talk.reader.takes(digit) if one.kind in ("menu", "cases")]
    if not fitting:
        return
    answers(talk, fitting[0].lines[digit - 1], [expected(fitting[0], digit - 1)])


def act_press_old(talk: Talk, _: str, digit: int) -> None:
    """A button of a question that is over does nothing, and the person is told."""
    still = {payload for one in talk.reader.open for payload in one.payloads}
    over = [payload for payload in talk.pressable if payload not in still]
    if not over:
        return
    before = talk.conversation
    decision = talk.meet(PersonMessage(kind="button", text="", payload=over[digit % len(over)]))
    came = outcome(before, decision)
    assert came == ASKED, f"an old button came to {came}"
    assert decision.replies
    settle(talk, came, before, decision)


def act_yes_or_no(talk: Talk, _: str, digit: int) -> None:
    """«ja» and «nei» belong to the latest question, and to no older one."""
    latest, text = talk.reader.latest(), ("ja", "nei")[digit % 2]
    if latest is None:
        return answers(talk, text, [ASKED])
    if latest.kind == "rating":
        return answers(talk, text, [ASKED if text == "ja" else ("declined", latest.about)])
    if latest.kind in YES_NO:
        return answers(talk, text, [expected(latest, digit % 2)])
    if latest.kind == "form-confirm":
        return answers(talk, text, [expected(latest, 0 if text == "ja" else 1)])
    return answers(talk, text, [ASKED])


def act_press(talk: Talk, _: str, digit: int) -> None:
    """A button of any question on the screen reaches its own."""
    fitting = talk.reader.takes(digit)
    if not fitting:
        return
    question = fitting[(digit * 7) % len(fitting)]
    before = talk.conversation
    press = PersonMessage(kind="button", text="", payload=question.payloads[digit - 1])
    decision = talk.meet(press)
    came, wanted = outcome(before, decision), expected(question, digit - 1)
    assert wanted in (None, came), f"the button of {question.kind} came to {came}"
    settle(talk, came, before, decision)


def act_wait(talk: Talk, _: str, __: int) -> None:
    """A day and more: menus and forms are over, the ratings wait."""
    if talk.conversation.tracker.active_loop:
        data = {"form": talk.conversation.tracker.active_loop}
        talk.meet(ServiceEvent(name="form_expired", data=data), timedelta(hours=25))
    talk.at += timedelta(hours=25)
    talk.reader.open = talk.reader.ratings()


ACTS = (
    act_rate, act_rate, act_remind, act_menu, act_cases, act_complaint, act_digit, act_digit,
    act_digit, act_named_rating, act_rating_word, act_case, act_case_line, act_title,
    act_yes_or_no, act_press, act_press_old, act_wait,
)  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from(sorted(RATED)), st.integers(1, 6)),
    min_size=2,
    max_size=12,
)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(played=steps)
def test_each_answer_goes_where_a_reader_would_put_it(held: Held, played: Any) -> None:
    cases = tuple(OwnTicket(id=c, unit="teknisk", kind="complaint", opened_at=BEGIN) for c in CASES)
    conversation = msgspec.structs.replace(begin("sms", "nn"), tickets=cases, introduced=True)
    talk = Talk(held.edition, conversation)
    for act, what, digit in played:
        act(talk, what, digit)
    assert len(talk.rated) == len(set(talk.rated)), "one rating for one meeting"
