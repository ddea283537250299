"""Consents, on both databases: asked once, counted from one phone, gone when they are gone."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import small_decide
import sqlalchemy as sa
from small_decide import incoming
from small_queries import NOW, after, rows, send_all, texts

from dialogue.consents import ANSWER_WITHIN, AskedConsent, is_right, marked
from dialogue.conversation import Conversation
from dialogue.decision import Decision
from dialogue.effects import ChangeConsent
from dialogue.messages import Numbered, PersonMessage, ServiceEvent
from dialogue.replies import Reply
from dialogue.store.consent_tables import consents
from dialogue.store.consents import Consent, ConsentRequest
from dialogue.store.errors import (
    ConsentGoneError,
    ConsentRefusedError,
    NoConversationError,
    NotFoundError,
)
from dialogue.store.retention import keep_no_longer
from dialogue.store.store import Store
from dialogue.store.tables import inbox, outbox, tickets

RELATIVE, USER, STRANGER = "+4790000001", "+4790000002", "+4790000003"


def decide(conversation: Conversation, message: Numbered) -> Decision:
    """«consent given C1» changes it; what the service says is said as real flows do."""
    body = message.body
    if isinstance(body, ServiceEvent):
        purposes: Any = {"consent_request": "consent_request", "ticket_reply": "ticket"}
        purpose = purposes.get(body.name, "answer")
        said = "JA ######" if body.name == "consent_request" else f"{body.name} {body.data}"
        replies = marked([Reply(text=said, purpose=purpose)], body.data)
        return Decision(conversation=conversation, replies=replies, edition="test")
    if isinstance(body, PersonMessage) and body.text.startswith("consent "):
        _, to, *named = body.text.split()
        change = ChangeConsent(consent=named[0] if named else None, to=to)
        return Decision(conversation=conversation, effects=(change,), edition="test")
    return small_decide.decide(conversation, message)


async def handle(store: Store, now: datetime = NOW) -> None:
    while (await store.run_batch(decide, now)).count:
        pass


async def say(store: Store, address: str, text: str, now: datetime = NOW) -> int:
    """Write, and let it be handled; the number of the message."""
    count = len(await rows(store, inbox, "id"))
    [number] = await store.receive(incoming(text, f"m{count}{text}", address), now)
    await handle(store, now)
    assert number is not None
    return number


async def open_ticket(store: Store, address: str = RELATIVE) -> str:
    return f"S{await say(store, address, 'ticket')}"


def request_for(ticket: str, address: str = USER, **changes: Any) -> ConsentRequest:
    values: dict[str, Any] = {
        "ticket": ticket,
        "channel": "sms",
        "address": address,
        "whom": "user",
        "relative": "dotter di",
        "until": after(days=90),
        "author": "barnehage.lead",
    }
    return ConsentRequest(**values | changes)


async def asked(store: Store, ticket: str, now: datetime = NOW, **changes: Any) -> Consent:
    consent = await store.consents.ask(request_for(ticket, **changes), now)
    await handle(store, now)
    return consent


async def status(store: Store, consent: Consent) -> str:
    found = await store.consents.list_consents(consent.ticket)
    return next(each.status for each in found if each.id == consent.id)


async def test_the_code_is_sent_in_clear_and_stored_sealed_and_hashed(store: Store) -> None:
    store.consents.new_code = lambda: "482913"
    ticket = await open_ticket(store)
    await asked(store, ticket)
    bodies = [bytes(body) for body in await rows(store, outbox, "body")]
    assert not any(b"482913" in body for body in bodies)
    [request] = [
        msgspec.json.decode(body)
        for body in await rows(store, inbox, "body")
        if b"consent_request" in body
    ]
    data = request["data"]
    assert "482913" not in str(data)
    asked_consent = AskedConsent(
        id=data["consent"], unit="x", relative="x", asked_at=NOW, answer_by=NOW, until=NOW,
        salt=data["salt"], digest=data["digest"],
    )  # fmt: skip
    assert is_right("482913", asked_consent)
    assert not is_right("482914", asked_consent)
    assert not is_right("482913", msgspec.structs.replace(asked_consent, id="C9"))
    sent = await send_all(store)
    assert "JA 482913" in texts(sent)
    assert [one.address for one in sent if one.purpose == "consent_request"] == [USER]


async def test_only_who_was_asked_can_answer_and_only_once(store: Store) -> None:
    ticket = await open_ticket(store)
    consent = await asked(store, ticket)
    for other in (STRANGER, RELATIVE):
        await say(store, other, f"consent given {consent.id}")
        await say(store, other, f"consent refused {consent.id}")
        await say(store, other, "consent withdrawn")
    assert await status(store, consent) == "asked"
    assert await store.consents.holding(ticket, NOW) is None
    await say(store, USER, f"consent given {consent.id}")
    await say(store, USER, f"consent given {consent.id}")
    await say(store, USER, f"consent refused {consent.id}")
    held = await store.consents.holding(ticket, NOW)
    assert held is not None
    assert (held.status, held.how, held.given_at) == ("given", "code", NOW)
    history = [(each.kind, each.author) for each in (await store.get_ticket(ticket)).history]
    assert history[1:] == [
        ("consent_asked", "barnehage.lead"),
        ("consent_given", "asked person"),
    ]
    news = [body for body in await rows(store, inbox, "body") if b"consent_news" in body]
    assert len(news) == 1
    assert b'"may":"answer"' in news[0]
    letters = [body for body in await rows(store, outbox, "body") if b"consent_news" in body]
    assert sum(b'"type":"consent_news"' in body for body in letters) == 1
    assert await store.consents.holding(ticket, after(days=91)) is None


async def test_an_answer_that_comes_too_late_changes_nothing(store: Store) -> None:
    consent = await asked(store, await open_ticket(store))
    await say(store, USER, f"consent given {consent.id}", after(hours=49))
    assert await status(store, consent) == "asked"
    assert await store.consents.holding(consent.ticket, after(hours=49)) is None


async def test_nobody_is_pestered(store: Store) -> None:
    first, second = await open_ticket(store), await open_ticket(store)
    other = await open_ticket(store, STRANGER)

    async def refused(ticket: str, now: datetime, address: str = USER) -> str:
        with pytest.raises(ConsentRefusedError) as error:
            await store.consents.ask(request_for(ticket, address), now)
        return error.value.why

    assert await refused(first, NOW, RELATIVE) == "own-address"
    consent = await asked(store, first)
    assert await refused(second, after(hours=1)) == "already-asked"
    assert await refused(other, after(hours=1)) == "already-asked"
    await say(store, USER, f"consent refused {consent.id}")
    assert await refused(second, after(days=29)) == "asked-lately"
    assert (await asked(store, other, after(days=3))).status == "asked"  # somebody else's wish
    assert (await asked(store, second, after(days=31))).status == "asked"
    await say(store, USER, "stop", after(days=31))
    assert await refused(other, after(days=99)) == "left-in-peace"
    assert len(await rows(store, consents, "id")) == 3


async def test_a_ticket_that_reaches_nobody_or_is_unknown_asks_nobody(store: Store) -> None:
    number = await say(store, RELATIVE, "anonymous")
    with pytest.raises(NoConversationError):
        await store.consents.ask(request_for(f"S{number}"), NOW)
    with pytest.raises(NotFoundError):
        await store.consents.ask(request_for("S999"), NOW)
    with pytest.raises(NotFoundError):
        await store.consents.withdraw("S999", "x", NOW)


async def test_the_same_key_asks_once(store: Store) -> None:
    ticket = await open_ticket(store)
    consent = await asked(store, ticket, key="k1")
    assert (await asked(store, ticket, key="k1")).id == consent.id
    assert len([one for one in await send_all(store) if one.purpose == "consent_request"]) == 1


async def test_a_question_asked_for_in_the_evening_goes_out_when_it_is_day(store: Store) -> None:
    morning, ticket = after(hours=12), await open_ticket(store)
    await asked(store, ticket, send_at=morning)
    await store.consents.withdraw(ticket, "x", after(hours=1))
    assert await store.fire_timers(morning) == 0  # taken back in the night: never sent
    consent = await asked(store, ticket, send_at=morning)
    assert (consent.asked_at, consent.answer_by) == (morning, morning + ANSWER_WITHIN)
    assert await store.fire_timers(morning) == 1
    await handle(store, morning)
    assert USER in [one.address for one in await send_all(store, morning)]


async def _with_consent(store: Store) -> tuple[str, Consent]:
    ticket = await open_ticket(store)
    consent = await asked(store, ticket)
    await say(store, USER, f"consent given {consent.id}")
    await send_all(store)
    return ticket, consent


async def test_an_answer_that_rests_on_a_consent_goes_out_while_it_holds(store: Store) -> None:
    ticket, consent = await _with_consent(store)
    await store.reply_to_ticket(ticket, "Mor di har det bra.", "x", NOW, rests_on=consent.id)
    await handle(store)
    assert "har det bra" in " ".join(texts(await send_all(store)))


@pytest.mark.parametrize("how", ["user", "unit", "time", "forgotten"])
@pytest.mark.parametrize("handled", [False, True], ids=["in the inbox", "in the outbox"])
async def test_what_waits_to_be_sent_is_held_back_when_the_consent_goes(
    store: Store, how: str, handled: bool
) -> None:
    ticket, consent = await _with_consent(store)
    await store.reply_to_ticket(ticket, "Mor di har det bra.", "x", NOW, rests_on=consent.id)
    if handled:
        await handle(store)
    later = NOW
    if how == "user":
        await store.receive(incoming("consent withdrawn", "w1", USER), NOW)
    elif how == "unit":
        await store.consents.withdraw(ticket, "barnehage.lead", NOW)
    elif how == "forgotten":
        await store.upkeep.forget_person("sms", USER, NOW)
    else:
        later = after(days=90, seconds=1)
    await handle(store, later)
    sent = texts(await send_all(store, later))
    assert not any("har det bra" in text for text in sent)
    ticket_now = await store.get_ticket(ticket)
    if how != "time":  # by then the answer had been given up in any case
        assert [each.kind for each in ticket_now.history][-1] == "held_back"
        told = [text for text in sent if "general" in text]
        assert len(told) == (0 if how == "forgotten" else 1)
    with pytest.raises(ConsentGoneError):
        await store.reply_to_ticket(ticket, "Mor di.", "x", later, rests_on=consent.id)
    with pytest.raises(ConsentGoneError):
        await store.close_ticket(ticket, "Mor di.", "x", later, rests_on=consent.id)


async def test_a_consent_to_another_ticket_is_none_to_this(store: Store) -> None:
    _, consent = await _with_consent(store)
    other = await open_ticket(store)
    for named in (consent.id, "C99", "x"):
        with pytest.raises(ConsentGoneError):
            await store.reply_to_ticket(other, "Mor di.", "x", NOW, rests_on=named)


async def test_a_request_that_was_taken_back_before_it_was_sent_is_not_sent(store: Store) -> None:
    ticket = await open_ticket(store)
    await asked(store, ticket)
    await store.consents.withdraw(ticket, "x", NOW)
    sent = await send_all(store)
    assert not [one for one in sent if one.purpose == "consent_request"]
    await handle(store)
    assert not any("general" in text for text in texts(await send_all(store)))


async def test_it_is_exported_forgotten_and_kept_no_longer_than_words(store: Store) -> None:
    ticket, consent = await _with_consent(store)
    exported = await store.upkeep.export_person("sms", USER)
    assert [each["relative"] for each in exported["consents"]] == ["dotter di"]
    assert (await store.upkeep.export_person("sms", RELATIVE))["consents"] == []
    await say(store, USER, "consent withdrawn")
    for _ in range(20):
        if not await keep_no_longer(store.database, after(days=91), store.upkeep._kept):
            break
    assert await rows(store, consents, "relative", "conversation_id", "status") == [
        ("", None, "withdrawn")
    ]
    assert await status(store, consent) == "withdrawn"
    assert await store.consents.holding(ticket, NOW) is None


async def test_locks_let_unit_and_person_change_at_once(store: Store) -> None:
    """The unit ends it while the person says yes: one of them wins, and nothing hangs."""
    ticket = await open_ticket(store)
    consent = await asked(store, ticket)
    await store.receive(incoming(f"consent given {consent.id}", "yes", USER), NOW)
    await asyncio.wait_for(
        asyncio.gather(store.run_batch(decide, NOW), store.consents.withdraw(ticket, "x", NOW)),
        timedelta(seconds=20).total_seconds(),
    )
    assert await status(store, consent) == "withdrawn"
    async with store.database.read() as connection:
        assert (await connection.execute(sa.select(tickets.c.status))).scalars().all() == ["open"]
