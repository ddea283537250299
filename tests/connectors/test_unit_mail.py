"""Mail to the units: what it says, what it does not say, and what the server's answers mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_stand_in import MailStandIn
from served import a_municipality

from connectors.channel import InDoubt, Outgoing, Rejected, Sent, Throttled, Unreachable
from connectors.units.mail_settings import MailServer, MailSettings
from connectors.units.unit_letter import write_letter
from connectors.units.unit_mail import UnitMail
from dialogue.effects import (
    AddToTicket,
    Effect,
    EscalateTicket,
    OpenTicket,
    OptOut,
    RuleReference,
    WithdrawTicket,
)

ZONE = ZoneInfo("Europe/Oslo")
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WORDS = "Mor fekk ikkje middag før klokka fire i går"
TICKET = OpenTicket(
    id="S12",
    unit="heime",
    kind="complaint",
    service="hjemmehjelp",
    text=WORDS,
    standard="nn",
    due_at=datetime(2026, 12, 8, 14, 30, tzinfo=UTC),
    visibility="case_staff",
    acknowledgement="receipt",
    escalation="none",
    rules=(RuleReference("unit", "U7", "2026-1"), RuleReference("handling", "T6", "2026-1")),
    facts={"who": "relative", "sensitive": "none"},
)


def ticket(**changes: Any) -> OpenTicket:
    return msgspec.structs.replace(TICKET, **changes)


def mail_to(url: str, **more: Any) -> UnitMail:
    settings = MailSettings(
        _env_file=None, smtp_url=url, mail_from="Samsvar <svar@eksempelvag.example>"
    )
    return UnitMail(settings, a_municipality, ZONE, **more)


def text_of(effect: Effect) -> str:
    letter = write_letter(effect, a_municipality(), ZONE)
    assert letter is not None
    return letter.text


async def test_a_new_ticket_reaches_the_units_mailbox() -> None:
    async with MailStandIn() as server:
        channel = mail_to(server.url)
        outgoing = channel.render(TICKET, "heime")
        assert outgoing is not None
        outcome = await channel.send(outgoing, AT)
    [mail] = server.mails
    assert outcome == Sent("<S12@eksempelvag.example>")
    assert server.recipients == [["heime@eksempelvag.example"]]
    assert mail["Subject"] == "Sak S12 til Heimetenesta: klage på teneste"
    assert mail["From"] == "Samsvar <svar@eksempelvag.example>"
    assert mail["Message-ID"] == "<S12@eksempelvag.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == (
        "Ny sak til Heimetenesta.\n"
        "\n"
        "Kva: klage på teneste\n"
        "Teneste: heimehjelp\n"
        "Frå: pårørande\n"
        "Svar seinast: tysdag 8. desember\n"
        "Kan sjåast av: saksbehandlarane i eininga\n"
        "\n"
        "Meldinga:\n"
        f"> {WORDS}\n"
        "\n"
        "Reglar som avgjorde: unit U7, handling T6 (2026-1)\n"
        "\n"
        "Les saka: samsvar tickets S12\n"
        'Svar personen: samsvar reply S12 "teksten din"\n'
        'Avslutt med det som vart gjort: samsvar close S12 "teksten din"\n'
        "Svar på denne e-posten blir ikkje lese.\n"
    )


def test_a_bokmal_ticket_is_told_in_bokmal() -> None:
    told = text_of(ticket(standard="nb", due_at=None, wants_contact=False, recused=("leder",)))
    for line in (
        "Ny sak til Heimetjenesten.",
        "Hva: klage på tjeneste",
        "Svar: ingen frist",
        "Inhabil, skal ikke behandle saken: leder",
        "Personen ønsker ikke svar.",
    ):
        assert line in told


@pytest.mark.parametrize(
    "changes",
    [
        {"visibility": "named_group"},
        {"visibility": "not_subject"},
        {"visibility": "handler_lead"},
        {"visibility": "one-that-nobody-knows"},
        {"facts": {"sensitive": "health"}},
        {"facts": {"sensitive": "child"}},
    ],
)
def test_words_that_not_all_may_see_stay_out_of_the_mail(changes: dict[str, Any]) -> None:
    told = text_of(ticket(**changes))
    assert "middag" not in told
    assert "samsvar tickets S12" in told
    assert "Meldinga står ikkje her" in told


async def test_later_letters_follow_in_the_tickets_thread() -> None:
    effects: list[Effect] = [
        AddToTicket(ticket="S12", text="og i dag òg"),
        WithdrawTicket(ticket="S12"),
        EscalateTicket(ticket="S12", to="heime.lead"),
    ]
    async with MailStandIn() as server:
        channel = mail_to(server.url)
        for effect in effects:
            outgoing = channel.render(effect, "heime.lead")
            assert outgoing is not None
            assert isinstance(await channel.send(outgoing, AT), Sent)
    assert {mail["References"] for mail in server.mails} == {"<S12@eksempelvag.example>"}
    assert len({mail["Message-ID"] for mail in server.mails}) == 3
    assert {recipients[0] for recipients in server.recipients} == {"heime@eksempelvag.example"}
    assert all("og i dag" not in mail.get_content() for mail in server.mails)
    assert "Fristen for saka er gått ut" in server.mails[2].get_content()


def test_a_letter_says_what_is_waited_for_and_until_when() -> None:
    day = date(2026, 12, 23)
    asked = [EscalateTicket(ticket="S12", to="x.lead", asks=a, by=day) for a in ("interim", "soon")]
    letters = [write_letter(one, a_municipality(), ZONE) for one in asked]
    texts = [letter.text for letter in letters if letter is not None]
    assert "førebels svar seinast" in texts[0]
    assert "23. desember" in texts[0]
    assert "Fristen er" in texts[1]
    assert not any("gått ut" in text for text in texts)
    assert len({letter.id for letter in letters if letter is not None}) == 2


def test_an_appeal_goes_to_the_archive_and_not_with_the_feedback() -> None:
    assert "Registrer ho i arkivet" in text_of(ticket(kind="appeal"))
    assert "arkivet" not in text_of(ticket())


def test_the_same_letter_has_the_same_id_each_time() -> None:
    effect = AddToTicket(ticket="S12", text="meir")
    other = AddToTicket(ticket="S12", text="endå meir")
    letters = [write_letter(each, a_municipality(), ZONE) for each in (effect, effect, other)]
    assert letters[0] == letters[1]
    assert letters[1] is not None
    assert letters[2] is not None
    assert letters[1].id != letters[2].id


def test_nobody_is_told_of_what_does_not_concern_a_unit() -> None:
    assert mail_to("smtp://localhost").render(OptOut(), "heime") is None


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_no_words_can_make_a_header(text: str, kind: str, unit: str) -> None:
    channel = mail_to("smtp://localhost")
    hostile = ticket(text=f"{text}\r\nBcc: all@eksempelvag.example\r\n\r\n", kind=kind, unit=unit)
    outgoing = channel.render(hostile, "heime")
    assert outgoing is not None
    message = channel._message(outgoing, AT)
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert sorted(set(names)) == [
        b"Auto-Submitted",
        b"Content-Transfer-Encoding",
        b"Content-Type",
        b"Date",
        b"From",
        b"MIME-Version",
        b"Message-ID",
        b"Subject",
        b"To",
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("subject", ["x\r\nBcc: a@b.example", "x\nTo: a@b.example", "\u2028x", ""])
async def test_a_hostile_subject_stays_one_line(subject: str) -> None:
    async with MailStandIn() as server:
        outgoing = Outgoing(
            address="heime@eksempelvag.example",
            text="hei",
            extra={"subject": subject, "id": "S1", "ticket": "S1"},
        )
        assert isinstance(await mail_to(server.url).send(outgoing, AT), Sent)
    assert server.mails[0]["Bcc"] is None
    assert server.recipients == [["heime@eksempelvag.example"]]


async def delivered(server: MailStandIn, **more: Any) -> object:
    channel = mail_to(server.url, **more)
    outgoing = channel.render(TICKET, "heime")
    assert outgoing is not None
    return await channel.send(outgoing, AT)


@pytest.mark.parametrize(
    ("rcpt", "data", "outcome"),
    [
        (
            "452 too many recipients",
            None,
            Throttled(timedelta(minutes=5), "the mail server answered 452"),
        ),
        ("550 no such user", None, Unreachable("the unit's mailbox is refused", "550")),
        (None, "451 try later", Throttled(timedelta(minutes=5), "the mail server answered 451")),
        (None, "554 spam", Rejected("the mail server answered 554", "554")),
    ],
)
async def test_a_refusal_is_for_now_or_for_good(
    rcpt: str | None, data: str | None, outcome: object
) -> None:
    async with MailStandIn() as server:
        server.answer_rcpt, server.answer_data = rcpt, data
        assert await delivered(server) == outcome


async def test_a_server_that_takes_the_text_and_falls_silent_leaves_it_in_doubt() -> None:
    async with MailStandIn() as server:
        server.delay = 2.0
        assert isinstance(await delivered(server, send_within=0.2), InDoubt)


async def test_a_server_that_takes_the_text_and_goes_leaves_it_in_doubt() -> None:
    async with MailStandIn() as server:
        server.cut_after_data = True
        assert isinstance(await delivered(server), InDoubt)


async def test_a_server_that_is_away_is_tried_again() -> None:
    channel = mail_to("smtp://127.0.0.1:9?starttls=never")
    outgoing = channel.render(TICKET, "heime")
    assert outgoing is not None
    assert isinstance(await channel.send(outgoing, AT), Throttled)


async def test_a_password_never_goes_out_in_the_clear() -> None:
    async with MailStandIn() as server:
        url = f"smtp://user:password@127.0.0.1:{server.port}"
        channel = mail_to(url)
        outgoing = channel.render(TICKET, "heime")
        assert outgoing is not None
        outcome = await channel.send(outgoing, AT)
    assert isinstance(outcome, Rejected)
    assert server.mails == []


@pytest.mark.parametrize("unit", ["kdir", "moon"])
async def test_a_unit_without_a_mailbox_is_told_of(unit: str) -> None:
    channel = mail_to("smtp://127.0.0.1:9")
    outgoing = channel.render(ticket(unit=unit), unit)
    assert outgoing is not None
    assert await channel.send(outgoing, AT) == Rejected(
        "the unit has no mail address in units.yml", "no-address"
    )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("smtp://host", "MailServer(host:25, auto)"),
        ("smtp://u:p@host", "MailServer(host:587, starttls)"),
        ("smtps://u:p%40@host", "MailServer(host:465, implicit)"),
        ("smtp://host:2525?starttls=never", "MailServer(host:2525, none)"),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, told: str) -> None:
    assert repr(MailServer(url)) == told
