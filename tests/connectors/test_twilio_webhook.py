"""Twilio's webhooks, signed by Twilio's own code, against the served application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from channel_contracts import twilio_settings
from hypothesis import given
from hypothesis import strategies as st
from served import PUBLIC_URL, Caller, ListIntake, an_app, calling
from twilio_stand_in import inbound, signed

from connectors.channels.twilio_form import UnreadableForm, parse_form
from connectors.channels.twilio_sms import EMPTY_TWIML, TwilioSms

SMS = "/webhooks/twilio/sms"
STATUS = "/webhooks/twilio/status"
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def intake() -> ListIntake:
    return ListIntake()


@pytest.fixture
async def call(intake: ListIntake) -> AsyncIterator[Caller]:
    channel = TwilioSms(twilio_settings("http://127.0.0.1:9"), PUBLIC_URL)
    async with calling(an_app([channel], intake)) as caller:
        yield caller


async def test_a_signed_message_is_committed_and_answered_with_empty_twiml(
    call: Caller, intake: ListIntake
) -> None:
    form = inbound("kor tid bler boss henta")
    answer = await call("POST", SMS, form=form, headers=signed(PUBLIC_URL + SMS, form))
    assert (answer.status, answer.text) == (200, EMPTY_TWIML)
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert [each.body.text for each in intake.received] == ["kor tid bler boss henta"]


async def test_the_same_message_twice_is_answered_the_same(
    call: Caller, intake: ListIntake
) -> None:
    form = inbound("hei")
    headers = signed(PUBLIC_URL + SMS, form)
    answers = [await call("POST", SMS, form=form, headers=headers) for _ in range(3)]
    assert [(each.status, each.text) for each in answers] == [(200, EMPTY_TWIML)] * 3
    assert len(intake.received) == 1


async def test_a_signature_by_hmac_sha256_is_accepted(call: Caller, intake: ListIntake) -> None:
    form = inbound("hei")
    headers = signed(PUBLIC_URL + SMS, form, algorithm="HMAC_SHA256")
    assert (await call("POST", SMS, form=form, headers=headers)).status == 200
    headers["X-Twilio-Webhooks-Signature-Settings"] = "key=wsk,algorithm=HMAC_MD5"
    assert (await call("POST", SMS, form=form, headers=headers)).status == 403
    assert len(intake.received) == 1


async def test_the_query_string_is_part_of_what_is_signed(call: Caller) -> None:
    form = inbound("hei")
    path = f"{SMS}?from=twilio&x=%C3%A5"
    headers = signed(PUBLIC_URL + path, form)
    assert (await call("POST", path, form=form, headers=headers)).status == 200
    assert (await call("POST", f"{path}&more=1", form=form, headers=headers)).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "bm90IGl0"},
        {"X-Twilio-Signature": "\u00e5" * 28},
        signed(PUBLIC_URL + SMS, inbound("hei"), token="another"),
        signed("http://127.0.0.1" + SMS, inbound("hei")),
        signed(PUBLIC_URL + STATUS, inbound("hei")),
    ],
)
async def test_what_is_not_signed_by_our_twilio_is_refused(
    call: Caller, intake: ListIntake, headers: dict[str, str]
) -> None:
    answer = await call("POST", SMS, form=inbound("hei"), headers=headers)
    assert answer.status == 403
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert intake.received == []


async def test_a_changed_field_breaks_the_signature(call: Caller, intake: ListIntake) -> None:
    form = inbound("hei")
    headers = signed(PUBLIC_URL + SMS, form)
    for changed in (
        form | {"Body": "hei!"},
        form | {"From": "+4790000002"},
        form | {"Extra": ""},
        {key: value for key, value in form.items() if key != "ToZip"},
    ):
        assert (await call("POST", SMS, form=changed, headers=headers)).status == 403
    doubled = [*form.items(), ("Body", "og meir")]
    answer = await call("POST", SMS, data=urlencode(doubled), headers=headers | FORM_TYPE)
    assert answer.status == 403
    assert intake.received == []


async def test_a_full_service_asks_twilio_to_come_back(call: Caller, intake: ListIntake) -> None:
    form = inbound("hei")
    headers = signed(PUBLIC_URL + SMS, form)
    intake.full = True
    answer = await call("POST", SMS, form=form, headers=headers)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    intake.full = False
    assert (await call("POST", SMS, form=form, headers=headers)).status == 200
    assert len(intake.received) == 1


async def test_what_is_not_committed_is_not_acknowledged(call: Caller, intake: ListIntake) -> None:
    form = inbound("hei")
    intake.broken = True
    answer = await call("POST", SMS, form=form, headers=signed(PUBLIC_URL + SMS, form))
    assert answer.status == 500
    assert "+47" not in answer.text


async def test_a_message_without_an_id_is_refused(call: Caller) -> None:
    form = {"From": "+4790000001", "Body": "hei"}
    answer = await call("POST", SMS, form=form, headers=signed(PUBLIC_URL + SMS, form))
    assert (answer.status, answer.json["code"]) == (400, "unreadable")


async def test_a_large_body_is_refused_before_it_is_read(call: Caller) -> None:
    headers = {"X-Twilio-Signature": "x"} | FORM_TYPE
    answer = await call("POST", SMS, data=b"Body=" + b"a" * 1_000_000, headers=headers)
    assert (answer.status, answer.json["code"]) == (413, "too-large")


async def test_ten_thousand_letters_come_through(call: Caller, intake: ListIntake) -> None:
    form = inbound("å" * 10_000)
    answer = await call("POST", SMS, form=form, headers=signed(PUBLIC_URL + SMS, form))
    assert answer.status == 200
    assert intake.received[0].body.kind == "too_long"


@pytest.mark.parametrize(
    "body", [b"Body=\xff\xfe", b"&".join(b"a%d=1" % number for number in range(400))]
)
async def test_a_form_that_cannot_be_read_is_refused(call: Caller, body: bytes) -> None:
    headers = {"X-Twilio-Signature": "x"} | FORM_TYPE
    assert (await call("POST", SMS, data=body, headers=headers)).status == 400


async def test_another_content_type_is_refused(call: Caller) -> None:
    headers = {"X-Twilio-Signature": "x", "Content-Type": "multipart/form-data; boundary=a"}
    assert (await call("POST", SMS, data=b"--a--", headers=headers)).status == 415


@pytest.mark.parametrize(
    ("status", "told"),
    [("delivered", "delivered"), ("undelivered", "failed"), ("sent", "sent"), ("queued", "queued")],
)
async def test_a_receipt_is_handed_on(
    call: Caller, intake: ListIntake, status: str, told: str
) -> None:
    form = {"MessageSid": "SM9", "MessageStatus": status, "ErrorCode": "30003", "New": ""}
    answer = await call("POST", STATUS, form=form, headers=signed(PUBLIC_URL + STATUS, form))
    assert (answer.status, answer.text) == (204, "")
    assert intake.receipts == [("sms", "SM9", told, "30003")]


async def test_an_unsigned_receipt_is_refused(call: Caller, intake: ListIntake) -> None:
    form = {"MessageSid": "SM9", "MessageStatus": "delivered"}
    assert (await call("POST", STATUS, form=form)).status == 403
    assert intake.receipts == []


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=40)), st.text(max_size=200))
def test_no_form_breaks_the_parser(fields: dict[str, str], body: str) -> None:
    try:
        found = parse_form(fields | inbound(body))
        parse_form(fields)
    except UnreadableForm:
        return
    assert len(found) == 1
    assert "\0" not in found[0].body.text
    found[0].body.text.encode()
