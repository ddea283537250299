"""`samsvar serve` from outside: signed webhooks in, and what arrives at the stand-ins.

One service for each database serves all tests of this file, as it would all of a town;
each test has phones and chats of its own.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from served import BEARER, PUBLIC_URL
from served_process import SMS, Town, until
from telegram_stand_in import SECRET_HEADER, private_message, update
from twilio_stand_in import inbound, signed

from dialogue.edition import Edition
from knowledge.articles import render_sms
from knowledge.gsm import is_gsm7, segments

pytestmark = pytest.mark.asyncio(loop_scope="module")
MOST_SEGMENTS = 2


async def stored(town: Town) -> int:
    """How many messages of people the service has taken."""
    answer = await town.call("GET", "/metrics", headers=BEARER)
    lines = [
        line for line in answer.text.splitlines()
        if line.startswith("samsvar_received_total") and 'outcome="new"' in line
    ]  # fmt: skip
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


@pytest.mark.parametrize(
    ("text", "phone", "article", "standard"),
    [
        ("kor tid bler boss henta på tau", "+4790000011", "tommeplan", "nn"),
        ("Når blir vegen vår brøytt?", "+4790000012", "broyting", "nn"),
        ("Hva må jeg gjøre hvis veien ikke er brøytet?", "+4790000013", "broyting", "nb"),
        ("Hvor finner jeg åpningstidene til biblioteket?", "+4790000014", "bibliotek", "nb"),
    ],
)
async def test_a_question_is_answered_in_its_own_standard_in_two_segments(
    town: Town, edition: Edition, text: str, phone: str, article: str, standard: str
) -> None:
    answer = await town.sms(text, f"SM-standard-{phone}", phone)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    introduction, told = (await town.gets(phone, 2))[:2]
    assert told == render_sms(edition.content.article(article, standard))
    assert ("her svarar" if standard == "nn" else "her svarer") in introduction
    for each in (introduction, told):
        assert is_gsm7(each)
        assert segments(each) <= MOST_SEGMENTS


async def test_a_repeated_webhook_is_answered_alike_and_acted_on_once(town: Town) -> None:
    phone = "+4790000021"
    together = await asyncio.gather(
        *(town.sms("når tømmes søppelet?", "SM-again", phone) for _ in range(5))
    )
    later = await town.sms("når tømmes søppelet?", "SM-again", phone)
    assert {(one.status, one.text) for one in [*together, later]} == {(200, later.text)}
    await town.sms("takk", "SM-after", phone)
    await town.gets(phone, 2)
    await town.sms("Hvor finner jeg åpningstidene til biblioteket?", "SM-last", phone)
    assert len(await town.gets(phone, 3)) == 3


@pytest.mark.parametrize("forged", ["unsigned", "another token", "tampered", "another address"])
async def test_a_forged_webhook_is_refused_and_leaves_nothing(town: Town, forged: str) -> None:
    before = await stored(town)
    form = inbound("når tømmes søppelet?", "+4790000022", f"SM-forged-{forged}")
    headers = signed(PUBLIC_URL + SMS, form)
    if forged == "unsigned":
        headers = {}
    elif forged == "another token":
        headers = signed(PUBLIC_URL + SMS, form, token="f" * 32)
    elif forged == "tampered":
        form["Body"] += "!"
    else:
        headers = signed("https://svar.annan.example" + SMS, form)
    answer = await town.call("POST", SMS, form=form, headers=headers)
    assert answer.status == 403
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert await stored(town) == before
    assert town.to("+4790000022") == []


async def test_a_telegram_update_without_the_secret_is_refused(town: Town) -> None:
    before = await stored(town)
    made = update(9_000, message=private_message("hei", 2022))
    for headers in ({}, {SECRET_HEADER: "guessed"}):
        answer = await town.call("POST", "/webhooks/telegram", json=made, headers=headers)
        assert answer.status in (401, 403)
    assert await stored(town) == before


async def test_messages_of_one_phone_are_answered_in_the_order_of_arrival(town: Town) -> None:
    phone = "+4790000031"
    for number, text in enumerate(
        ["når hentes søpla hos oss?", "når er legevakten åpen", "når er biblioteket åpent?"]
    ):
        await town.sms(text, f"SM-order-{9 - number}", phone)  # the provider's ids tell nothing
    links = [text.rsplit("/", 1)[-1] for text in (await town.gets(phone, 4))[1:]]
    assert links == ["tommeplan", "legevakt", "bibliotek"]


async def test_a_receipt_that_is_late_or_early_or_unknown_is_taken(town: Town) -> None:
    path = "/webhooks/twilio/status"
    for status in ("delivered", "sent", "delivered"):
        receipt = {"MessageSid": "SM" + "f" * 32, "MessageStatus": status}
        headers = signed(PUBLIC_URL + path, receipt)
        answer = await town.call("POST", path, form=receipt, headers=headers)
        assert answer.status in (200, 204)


async def test_stopp_is_confirmed_once_and_then_it_is_quiet_until_start(town: Town) -> None:
    phone = "+4790000041"
    for number in range(3):
        await town.sms("STOPP", f"SM-stop-{number}", phone)
    [confirmed] = await town.gets(phone, 1)
    assert "START" in confirmed
    encounter = {"unit": "barnehage", "channel": "sms", "to": phone}
    answer = await town.call("POST", "/api/encounters", json=encounter, headers=BEARER)
    assert (answer.status, answer.json["why"]) == (201, "opted_out")
    await town.sms("det brenn i huset", "SM-stop-fire", phone)
    assert "110" in (await town.gets(phone, 2))[1]  # who asks is answered all the same
    await town.sms("START", "SM-start", phone)
    assert len(await town.gets(phone, 3)) == 3


async def test_an_encounter_is_registered_once_and_planned_outside_quiet_hours(
    town: Town,
) -> None:
    met_at = datetime.now(UTC) - timedelta(hours=3)
    asked = {
        "unit": "barnehage", "service": "barnehageplass", "channel": "sms",
        "to": "90 00 00 51", "met_at": met_at.isoformat(), "standard": "nn", "key": "day-1",
    }  # fmt: skip
    first = await town.call("POST", "/api/encounters", json=asked, headers=BEARER)
    again = await town.call("POST", "/api/encounters", json=asked, headers=BEARER)
    assert (first.status, again.status) == (201, 200), first.text
    assert (first.json["id"], again.json["new"]) == (again.json["id"], False)
    at = datetime.fromisoformat(first.json["ask_at"])
    assert met_at < at
    assert 9 <= at.hour < 19
    assert at.weekday() < 5
    other = await town.command("encounter", "barnehage", "sms", "90000051", "--json")
    assert json.loads(other.out)["why"] == "recent"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"unit": "barnehage", "channel": "sms", "to": "90000052"}, {}, 401),
        ({"unit": "ingen", "channel": "sms", "to": "90000052"}, BEARER, 422),
        ({"unit": "barnehage", "channel": "sms", "to": "12"}, BEARER, 422),
        ({"unit": "barnehage", "channel": "sms", "to": "90000052", "namn": "Kari"}, BEARER, 422),
    ],
)
async def test_the_api_refuses_with_a_problem(
    town: Town, body: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    answer = await town.call("POST", "/api/encounters", json=body, headers=headers)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail"} <= set(answer.json)


async def test_a_complaint_on_telegram_goes_all_the_way(town: Town) -> None:
    chat, telegram = 2001, town.telegram
    text = "mor fekk ikkje middag før klokka fire i går, andre gong denne veka"
    assert await telegram.write(text, chat) == 200
    await town.chat_gets(chat, 2)
    await telegram.write("på sjukeheimen", chat)
    for number, label in enumerate(["Ja", "Ja", "Send"]):
        await town.chat_gets(chat, 3 + number)
        assert await telegram.press(label, chat) == 200
    acknowledged = (await town.chat_gets(chat, 6))[5]

    await until(lambda: [mail for mail in town.mail.mails if mail["To"].startswith("sjukeheim")])
    listed = await town.command("tickets", "--unit", "sjukeheim", "--json")
    [ticket] = [json.loads(line) for line in listed.lines]
    assert ticket["id"] in acknowledged
    assert ticket["kind"] == "complaint"
    mail = next(m for m in town.mail.mails if m["To"].startswith("sjukeheim"))
    assert ticket["id"] in mail["Subject"]
    assert ticket["id"] in mail.get_body().get_content()
    over_http = await town.call("GET", f"/api/tickets/{ticket['id']}", headers=BEARER)
    assert over_http.json["rules"] == ticket["rules"]

    told = await town.command("explain", ticket["id"])
    assert told.code == 0, told.err
    rows = [rule["row"] for rule in ticket["rules"] if rule["table"] == "unit"]
    assert rows
    assert all(row in told.out for row in rows)

    answered = await town.command("reply", ticket["id"], "Vi har snakka med kjøkenet.")
    assert answered.code == 0, answered.err
    assert "Vi har snakka med kjøkenet." in (await town.chat_gets(chat, 7))[6]
    closed = await town.command("close", ticket["id"], "Middagen kjem no klokka to.")
    assert closed.code == 0, closed.err
    *_, what, how = await town.chat_gets(chat, 9)
    assert "Middagen kjem no klokka to." in what
    assert "1" in how
    assert await telegram.press("5", chat) == 200
    await town.chat_gets(chat, 10)
    assert await telegram.press("2", chat) == 200  # the same question, now answered
    over = (await town.chat_gets(chat, 11))[10]
    assert "ikkje" in over
    again = await town.command("close", ticket["id"], "Ein gong til.")
    assert again.code == 1
    assert "closed" in again.err


async def test_another_persons_ticket_is_nobodys_business(town: Town) -> None:
    tickets = (await town.call("GET", "/api/tickets", headers=BEARER)).json["tickets"]
    assert tickets
    phone = "+4790000061"
    await town.sms(f"korleis går det med sak {tickets[0]['id']}?", "SM-other", phone)
    told = " ".join(await town.gets(phone, 2))
    assert "sjukeheim" not in told.casefold()
    for command in ("tickets", "explain"):
        unknown = await town.command(command, "S999999")
        assert unknown.code == 1
        assert "S999999" in unknown.err


async def test_everything_that_people_send_is_answered(town: Town) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]
    voice = {"file_id": "a", "file_unique_id": "b", "duration": 2}
    sent = {
        2002: {"message": private_message(chat=2002, photo=photo)},
        2003: {"message": private_message(chat=2003, voice=voice)},
        2004: {"edited_message": private_message("nei, tysdag", 2004, edit_date=1_795_500_001)},
    }
    for fields in sent.values():
        assert await town.telegram.deliver(**fields) == 200
    assert (await town.sms("å" * 10_000, "SM-long", "+4790000071")).status == 200
    assert (await town.sms("🙂🙂", "SM-emoji", "+4790000072")).status == 200
    assert (await town.sms("مرحبا كيف حالك", "SM-other-language", "+4790000073")).status == 200
    media = {
        "NumMedia": "1",
        "MediaUrl0": "https://api.example/m",
        "MediaContentType0": "image/jpeg",
    }
    assert (await town.sms("", "SM-media", "+4790000074", **media)).status == 200
    for chat in sent:
        await town.chat_gets(chat, 1)
    for number in range(4):
        for text in await town.gets(f"+479000007{number + 1}", 1):
            assert segments(text) <= MOST_SEGMENTS


async def test_the_service_is_ready_and_counts_and_hides_its_figures(town: Town) -> None:
    alive = await town.call("GET", "/healthz")
    assert (alive.status, alive.json) == (200, {"status": "ok"})
    ready = await town.call("GET", "/readyz")
    assert (ready.status, set(ready.json["checks"].values())) == (200, {"ok"})
    figures = await town.call("GET", "/metrics", headers=BEARER)
    assert figures.status == 200
    assert 'samsvar_waiting{table="inbox"} 0.0' in figures.text
    assert 'samsvar_waiting{table="dead_letters"} 0.0' in figures.text
    handed_on = await town.call("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
    assert handed_on.status == 403
    assert "+47" not in figures.text


async def test_a_second_service_on_the_same_sqlite_is_refused(town: Town) -> None:
    if "postgresql" in town.env["SAMSVAR_DATABASE_URL"]:
        listed = await town.command("tickets", "--json")
        assert listed.code == 0
        return
    second = await town.command("serve")
    assert second.code == 1
    assert "store.worker-taken" in second.err
