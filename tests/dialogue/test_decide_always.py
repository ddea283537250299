"""What `decide` promises for every message, in every order, at every time.

People are played by hypothesis: they write sense and nonsense, press buttons old and new
and forged, send pictures, wait for weeks; and the service tells events in between.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from decency import faults
from held import Held
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.channels.sms_text import render_sms
from dialogue.conversation import Conversation, begin, dump, load
from dialogue.decide import decide
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import DeclineRating, Forget, OpenTicket, RecordRating, WithdrawTicket
from dialogue.mending import SILENT
from dialogue.messages import Attachment, Body, Numbered, PersonMessage, ServiceEvent
from dialogue.responses import chosen, said
from intents.sensitive import mask
from knowledge.gsm import foreign_characters, is_gsm7, to_gsm7

BEGIN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TICKET = re.compile(r"\bS\d+b?\b")
FOREIGN_TICKET = "S90000001"
DECIDED = (RecordRating, DeclineRating, WithdrawTicket, Forget)
WEEKS = timedelta(weeks=3)

SAID = (
    "kor tid bler boss henta på tau", "Når er biblioteket åpent?", "barnehage", "ja", "nei", "jo",
    "veit ikkje", "nei takk", "takk!", "hei", "hade", "STOPP", "START", "HJELP", "slett meg",
    "glem det", "angre", "nynorsk", "kan du skrive bokmål?", "er du ein robot?", "feil nummer",
    "feil svar", "eg vil snakke med eit menneske", "sjukeheimen", "nei, eg meinte barnehagen",
    "korleis går det med saka mi?", f"sak {FOREIGN_TICKET}", "vurdering 4", "5 - fine folk",
    "⭐⭐⭐⭐", "fem", "0", "7", "1 2", "idiot", "jeg er på ferie til 3. august",
    "mor fekk ikkje middag før klokka fire i går, andre gong denne veka",
    "Jeg vil klage på vedtaket om hjemmehjelp", "Tusen takk til de flinke folkene på biblioteket",
    "eg vil ha innsyn i journalen min", "eg er uroa for nabojenta, ho blir slått",
    "rektor er inhabil, han er broren min", "Når er kommunehuset ope? Kor leverer eg hageavfall?",
    "det brenn i huset", "eg orkar ikkje leve lenger", "can I apply for kindergarten in english?",
    "Dzień dobry, gdzie jest przedszkole?", "fnr 01010112345 og kort 4111 1111 1111 1111",
    "🙂🙂", "", " ", "?", "å" * 500, "x" * 4_000,
)  # fmt: skip
UNITS = ("torg", "sjukeheim", "barnehage", "kdir", "statsforvaltar")

texts = st.one_of(
    st.sampled_from(SAID),
    st.sampled_from(SAID),
    st.integers(0, 9).map(str),
    st.lists(st.sampled_from(SAID), min_size=2, max_size=4).map(" ".join),
    st.text(max_size=60),
)
payloads = st.one_of(
    st.builds("p{}:{}".format, st.integers(0, 12), st.integers(0, 7)),
    st.sampled_from(
        ("", "/affirm", "/send_question", '/inform{"feedback_confirmed": "yes"}', "p:", "p1:x")
    ),
    st.text(max_size=12),
)
spoken = st.builds(PersonMessage, text=texts)
pressed = st.builds(PersonMessage, kind=st.just("button"), text=texts, payload=payloads)
other = st.builds(
    PersonMessage,
    kind=st.sampled_from(["media", "location", "contact", "edited", "group", "too_long"]),
    text=texts,
    attachments=st.lists(
        st.builds(Attachment, kind=st.sampled_from(["photo", "voice"])), max_size=2
    ).map(tuple),
)
captioned = st.builds(PersonMessage, text=texts, attachments=st.just((Attachment(kind="photo"),)))
encounters = st.fixed_dictionaries(
    {
        "encounter": st.sampled_from(["1", "2", "3"]),
        "unit": st.sampled_from(UNITS),
        "service": st.sampled_from([None, "barnehageplass", "hjemmehjelp"]),
        "met_at": st.sampled_from([BEGIN.isoformat(), (BEGIN - timedelta(days=9)).isoformat()]),
    }
)
tickets = st.fixed_dictionaries(
    {
        "ticket": st.sampled_from(["S1", "S2", "S3", FOREIGN_TICKET]),
        "unit": st.sampled_from(UNITS),
        "text": st.text(min_size=1, max_size=200),
    }
)
overdue = st.fixed_dictionaries(
    {
        "ticket": st.sampled_from(["S1", "S2", FOREIGN_TICKET]),
        "to": st.sampled_from(["lead", "recusal_to"]),
        "asks": st.sampled_from(["answer", "interim"]),
    }
)
told = st.one_of(
    st.builds(
        ServiceEvent,
        name=st.sampled_from(["rating_request", "rating_reminder", "rating_expired"]),
        data=encounters,
    ),
    st.builds(ServiceEvent, name=st.sampled_from(["ticket_reply", "ticket_closed"]), data=tickets),
    st.builds(ServiceEvent, name=st.just("ticket_overdue"), data=overdue),
    st.builds(ServiceEvent, name=st.just("form_expired"), data=st.just({"form": "feedback_form"})),
)
bodies = st.one_of(spoken, spoken, spoken, pressed, other, captioned, told)
pauses = st.one_of(
    st.timedeltas(timedelta(0), timedelta(minutes=5)), st.timedeltas(timedelta(0), WEEKS)
)
NEWEST = st.integers(0, 3)  # press a button of the newest question, by its place
steps = st.lists(st.tuples(st.one_of(bodies, bodies, NEWEST), pauses), min_size=1, max_size=14)
PLAYED = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,  # the same each time; thousands of random ones were played before
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def play(edition: Edition, channel: str, played: Any) -> list[tuple[Conversation, Numbered]]:
    """Play the steps, each decision checked; every state with the message that it met."""
    conversation, at, met = begin(channel), BEGIN, []
    for number, (step, pause) in enumerate(played, start=1):
        at += pause
        body = press(conversation, step) if isinstance(step, int) else storable(step)
        message = Numbered(number=number, received_at=at, body=body)
        decision = decide(edition, conversation, message)
        check(edition, conversation, message, decision)
        met.append((conversation, message))
        conversation = decision.conversation
    return met


def press(conversation: Conversation, place: int) -> Body:
    prompt = conversation.prompts[-1].number if conversation.prompts else 1
    return PersonMessage(kind="button", text="Ja", payload=f"p{prompt}:{place}")


def storable(body: Body) -> Body:
    """As the store keeps it: masked."""
    if isinstance(body, ServiceEvent):
        return body
    return msgspec.structs.replace(body, text=mask(body.text))


def check(edition: Edition, before: Conversation, message: Numbered, decision: Decision) -> None:
    """What holds of every single decision."""
    assert load(dump(decision.conversation)) == decision.conversation
    assert len(dump(decision.conversation)) < 64_000
    assert decision.edition == edition.version
    is_event = isinstance(message.body, ServiceEvent)
    if not is_event and not decision.replies and not decision.stopped:
        assert decision.understood is not None
        assert decision.understood.intent in SILENT, f"silent at {decision.understood.intent}"
    for reply in decision.replies:
        assert reply.text.strip()
        assert len({choice.payload for choice in reply.choices}) == len(reply.choices)
    check_effects(before, decision)
    check_privacy(before, message, decision)
    check_price(edition, message, decision)


def check_effects(before: Conversation, decision: Decision) -> None:
    kinds = [type(effect) for effect in decision.effects]
    decided = [
        kind for kind in kinds if kind in (RecordRating, DeclineRating, WithdrawTicket, Forget)
    ]
    assert len(decided) <= 1, "one answer, one effect"
    opened = [effect for effect in decision.effects if isinstance(effect, OpenTicket)]
    assert len(opened) <= 1
    assert not (decided and opened)
    if decided and decided[0] is RecordRating:
        asked = [prompt for prompt in before.prompts if prompt.kind == "rating"]
        assert asked, "a rating that nobody asked for"
    for ticket in opened:
        assert ticket.rules
        assert ticket.unit
    for effect in decision.effects:
        if isinstance(effect, WithdrawTicket):
            assert effect.ticket in {ticket.id for ticket in before.tickets}


def check_privacy(before: Conversation, message: Numbered, decision: Decision) -> None:
    """Nobody hears of a ticket that is not their own, unless they named it themselves."""
    own = {ticket.id for ticket in (*before.tickets, *decision.conversation.tickets)}
    if isinstance(message.body, ServiceEvent):
        if message.body.data.get("ticket") not in own and "ticket" in message.body.data:
            assert not decision.replies
        return
    quoted = " ".join([message.body.text, str(before.tracker.slots.get("feedback_text"))])
    for reply in decision.replies:
        for named in TICKET.findall(reply.text):
            assert named in own or named in quoted, f"another's ticket: {reply.text}"


def check_price(edition: Edition, message: Numbered, decision: Decision) -> None:
    """What the bot itself writes is GSM-7, two messages at most, and one question, last."""
    spoken: list[tuple[str, bool, int | None]] = []
    for reply in decision.replies:
        if reply.purpose == "ticket":  # a unit's own words, as long as they are
            continue
        rendered = render_sms(reply, "+4790000001")
        spoken.append((rendered.text, bool(reply.choices), rendered.segments))
        if not speaks_another_language(edition, reply.text):
            assert is_gsm7(rendered.text), foreign_characters(to_gsm7(rendered.text))
    assert not faults(spoken)


def speaks_another_language(edition: Edition, text: str) -> bool:
    named = (n for n in edition.bot.responses if n.startswith("utter_other_language_"))
    texts = [chosen(edition.bot.responses[name], {}, "sms") for name in named]
    return any(one is not None and said(one, {})["text"] == text for one in texts)


@PLAYED
@given(played=steps, channel=st.sampled_from(["sms", "telegram"]))
def test_every_message_is_decided_decently_in_every_state(
    held: Held, played: Any, channel: str
) -> None:
    play(held.edition, channel, played)


@settings(PLAYED, max_examples=40)
@given(played=steps)
def test_a_replay_gives_the_same_also_after_the_state_was_stored(held: Held, played: Any) -> None:
    for conversation, message in play(held.edition, "sms", played):
        first = decide(held.edition, conversation, message)
        again = decide(held.edition, load(dump(conversation)), message)
        assert again == first


@settings(PLAYED, max_examples=40)
@given(played=steps, danger=st.sampled_from(["det brenn i huset", "HJELP mannen min pustar ikkje"]))
def test_danger_is_answered_whatever_is_open(held: Held, played: Any, danger: str) -> None:
    conversation, last = play(held.edition, "sms", played)[-1]
    message = Numbered(number=99, received_at=last.received_at, body=PersonMessage(text=danger))
    decision = decide(held.edition, conversation, message)
    assert any(number in decision.replies[0].text for number in ("110", "113"))
    kept = decision.conversation
    assert kept.tracker.active_loop == conversation.tracker.active_loop  # an open form stays open
    assert kept.tracker.slots.get("feedback_text") == conversation.tracker.slots.get(
        "feedback_text"
    )


@settings(PLAYED, max_examples=40)
@given(played=steps)
def test_stopp_is_confirmed_exactly_once_whatever_is_open(held: Held, played: Any) -> None:
    conversation, last = play(held.edition, "sms", played)[-1]
    before = conversation.opted_out
    confirmed: list[str] = []
    for number in range(3):
        message = Numbered(
            number=90 + number, received_at=last.received_at, body=PersonMessage(text="STOPP")
        )
        decision = decide(held.edition, conversation, message)
        confirmed += [reply.text for reply in decision.replies]
        conversation = decision.conversation
        assert conversation.opted_out
    assert len(confirmed) == (0 if before else 1)
