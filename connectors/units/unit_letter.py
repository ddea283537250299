"""What a unit is told about a ticket, in words. Pure.

A letter goes to a mailbox that many may read, so it holds the person's text only where
the ticket's visibility lets the whole case staff see it, and nothing sensitive is known
of it. Otherwise it holds the reference, and how those who may can read it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import tzinfo
from typing import Literal, NamedTuple

import msgspec

from connectors.channels.plain_text import clean
from dialogue.effects import (
    AddToTicket,
    ConsentNews,
    Effect,
    EscalateTicket,
    MoveTicket,
    OpenTicket,
    WithdrawTicket,
)
from dialogue.routing.tables import fact_names
from dialogue.wording import spoken_date
from knowledge.municipality import Municipality, Unit

Standard = Literal["nb", "nn"]
OPEN_VISIBILITY = frozenset({"case_staff", "whole_unit"})


class Letter(NamedTuple):
    """`id` is the same for the same letter, however often it is sent; `ticket` the thread."""

    id: str
    ticket: str
    subject: str
    text: str


WORDS: dict[str, dict[Standard, str]] = {
    "case": {"nb": "Sak", "nn": "Sak"},
    "new": {"nb": "Ny sak til {unit}.", "nn": "Ny sak til {unit}."},
    "kind": {"nb": "Hva: {kind}", "nn": "Kva: {kind}"},
    "service": {"nb": "Tjeneste: {service}", "nn": "Teneste: {service}"},
    "who": {"nb": "Fra: {who}", "nn": "Frå: {who}"},
    "due": {"nb": "Svar senest: {due}", "nn": "Svar seinast: {due}"},
    "no_due": {"nb": "Svar: ingen frist", "nn": "Svar: ingen frist"},
    "seen_by": {"nb": "Kan ses av: {seen_by}", "nn": "Kan sjåast av: {seen_by}"},
    "recused": {
        "nb": "Inhabil, skal ikke behandle saken: {recused}",
        "nn": "Ugild, skal ikkje handsame saka: {recused}",
    },
    "no_contact": {
        "nb": "Personen ønsker ikke svar.",
        "nn": "Personen ønskjer ikkje svar.",
    },
    "text": {"nb": "Meldingen:", "nn": "Meldinga:"},
    "withheld": {
        "nb": "Meldingen står ikke her, fordi ikke alle som leser postkassen, kan se den.",
        "nn": "Meldinga står ikkje her, fordi ikkje alle som les postkassa, kan sjå henne.",
    },
    "rules": {"nb": "Regler som avgjorde: {rules}", "nn": "Reglar som avgjorde: {rules}"},
    "read": {"nb": "Les saken:", "nn": "Les saka:"},
    "answer": {"nb": "Svar personen:", "nn": "Svar personen:"},
    "close": {"nb": "Avslutt med det som ble gjort:", "nn": "Avslutt med det som vart gjort:"},
    "your_text": {"nb": "teksten din", "nn": "teksten din"},
    "archive_number": {"nb": "ARKIVNUMMER", "nn": "ARKIVNUMMER"},
    "no_reply": {
        "nb": "Svar på denne e-posten blir ikke lest.",
        "nn": "Svar på denne e-posten blir ikkje lese.",
    },
    "added": {
        "nb": "Personen har lagt til noe i saken.",
        "nn": "Personen har lagt til noko i saka.",
    },
    "withdrawn": {
        "nb": "Personen har trukket saken. Den trenger ikke svar.",
        "nn": "Personen har trekt saka. Ho treng ikkje svar.",
    },
    "moved": {
        "nb": "Saken er overlatt til {unit} fra {was}. Fristen er den samme som før.",
        "nn": "Saka er overlaten til {unit} frå {was}. Fristen er den same som før.",
    },
    "consent_given": {
        "nb": "Den det gjelder, har samtykket ({consent}). Den pårørende kan få svar om saken.",
        "nn": "Den det gjeld, har samtykt ({consent}). Den pårørande kan få svar om saka.",
    },
    "consent_refused": {
        "nb": "Den det gjelder, har ikke samtykket ({consent}). Gi bare generell informasjon.",
        "nn": "Den det gjeld, har ikkje samtykt ({consent}). Gje berre generell informasjon.",
    },
    "consent_over": {
        "nb": "Samtykket {consent} gjelder ikke lenger. Gi bare generell informasjon.",
        "nn": "Samtykket {consent} gjeld ikkje lenger. Gje berre generell informasjon.",
    },
    "interim": {
        "nb": "Send et foreløpig svar senest {by}: hvorfor det tar tid, og når svaret kan ventes.",
        "nn": "Send eit førebels svar seinast {by}: kvifor det tek tid, og når svaret kan ventast.",
    },
    "soon": {
        "nb": "Personen venter på svar. Fristen er {by}.",
        "nn": "Personen ventar på svar. Fristen er {by}.",
    },
    "appeal": {
        "nb": "Dette er en klage på et vedtak. Registrer den i arkivet, og behandle den som "
        "klagesak, ikke som en tilbakemelding. Personen er bedt om å sende klagen skriftlig "
        "innen fristen.",
        "nn": "Dette er ei klage på eit vedtak. Registrer ho i arkivet, og handsam ho som "
        "klagesak, ikkje som ei tilbakemelding. Personen er beden om å sende klaga skriftleg "
        "innan fristen.",
    },
    "escalated": {
        "nb": "Fristen for saken er gått ut, og personen venter på svar.",
        "nn": "Fristen for saka er gått ut, og personen ventar på svar.",
    },
}
VISIBILITIES: dict[str, dict[Standard, str]] = {
    "named_group": {"nb": "bare en navngitt gruppe", "nn": "berre ei namngitt gruppe"},
    "not_subject": {
        "nb": "saksbehandler og leder, men ikke den saken handler om",
        "nn": "saksbehandlar og leiar, men ikkje den saka handlar om",
    },
    "handler_lead": {"nb": "saksbehandler og leder", "nn": "saksbehandlar og leiar"},
    "case_staff": {"nb": "saksbehandlerne i enheten", "nn": "saksbehandlarane i eininga"},
    "whole_unit": {"nb": "alle i enheten", "nn": "alle i eininga"},
}


class _Writer:
    """Lines in one written standard. Every value is on one line of its own."""

    def __init__(self, standard: str) -> None:
        self.standard: Standard = "nn" if standard == "nn" else "nb"
        self.lines: list[str] = []

    def word(self, key: str, **values: str) -> str:
        return WORDS[key][self.standard].format(**values)

    def say(self, key: str, **values: str) -> None:
        self.lines.append(self.word(key, **values))

    def gap(self) -> None:
        self.lines.append("")

    def quote(self, text: str) -> None:
        self.lines += [f"> {line}" for line in clean(text).split("\n")]

    def commands(self, ticket: str, *, archived: bool = False) -> None:
        """How to read, answer and close. `archived`: closing tells the number in the archive."""
        yours = self.word("your_text")
        number = f" --archive-reference {self.word('archive_number')}" if archived else ""
        self.gap()
        for key, command in (
            ("read", f"samsvar tickets {ticket}"),
            ("answer", f'samsvar reply {ticket} "{yours}"'),
            ("close", f'samsvar close {ticket} "{yours}"{number}'),
        ):
            self.lines.append(f"{self.word(key)} {command}")
        self.say("no_reply")


def write_letter(effect: Effect, municipality: Municipality, zone: tzinfo) -> Letter | None:
    """The letter about an effect, in the ticket's standard; None for what no unit is told."""
    if isinstance(effect, OpenTicket):
        writer = _Writer(effect.standard)
        _tell_opened(writer, effect, municipality, zone)
        about = _value(writer, "kind", effect.kind)
        unit = municipality.units.get(effect.unit)
        name = unit.name[writer.standard] if unit else effect.unit
        return _letter(effect, effect.id, f"{effect.id} til {name}: {about}", writer)
    writer = _Writer(municipality.standard)
    if isinstance(effect, AddToTicket):
        writer.say("added")
        writer.commands(effect.ticket)
    elif isinstance(effect, WithdrawTicket):
        writer.say("withdrawn")
    elif isinstance(effect, EscalateTicket):
        _tell_waiting(writer, effect)
        writer.commands(effect.ticket)
    elif isinstance(effect, MoveTicket):
        names = [
            municipality.units[each].name[writer.standard] for each in (effect.unit, effect.was)
        ]
        writer.say("moved", unit=names[0], was=names[1])
        writer.commands(effect.ticket)
    elif isinstance(effect, ConsentNews):
        over = "consent_over" if effect.status in ("withdrawn", "ended") else "consent_refused"
        key = "consent_given" if effect.status == "given" else over
        writer.say(key, consent=effect.consent)
        writer.commands(effect.ticket)
    else:
        return None
    return _letter(effect, effect.ticket, effect.ticket, writer)


def may_show_text(ticket: OpenTicket) -> bool:
    """Whether the person's words may stand in a mail to the unit."""
    sensitive = ticket.facts.get("sensitive", "none")
    return ticket.visibility in OPEN_VISIBILITY and sensitive == "none"


def _tell_opened(
    writer: _Writer, ticket: OpenTicket, municipality: Municipality, zone: tzinfo
) -> None:
    standard = writer.standard
    unit = municipality.units.get(ticket.unit)
    service = municipality.services.get(ticket.service or "")
    writer.say("new", unit=unit.name[standard] if unit else ticket.unit)
    writer.gap()
    writer.say("kind", kind=_value(writer, "kind", ticket.kind))
    if service is not None:
        writer.say("service", service=service.name[standard])
    if who := ticket.facts.get("who"):
        writer.say("who", who=_value(writer, "who", str(who)))
    if ticket.due_at is not None:
        due = spoken_date(ticket.due_at.astimezone(zone).date(), standard)
        writer.say("due", due=due)
    else:
        writer.say("no_due")
    seen_by = VISIBILITIES.get(ticket.visibility, {}).get(standard, ticket.visibility)
    writer.say("seen_by", seen_by=seen_by)
    if ticket.recused:
        writer.say("recused", recused=", ".join(ticket.recused))
    if ticket.anonymous or not ticket.wants_contact:
        writer.say("no_contact")
    if ticket.kind == "appeal":
        writer.gap()
        writer.say("appeal")
    _tell_text(writer, ticket)
    if ticket.rules:
        rules = ", ".join(f"{rule.table} {rule.row}" for rule in ticket.rules)
        writer.gap()
        writer.say("rules", rules=f"{rules} ({ticket.rules[0].version})")
    writer.commands(ticket.id, archived=ticket.kind == "appeal")


def _tell_waiting(writer: _Writer, effect: EscalateTicket) -> None:
    if effect.asks in ("interim", "soon") and effect.by is not None:
        writer.say(effect.asks, by=spoken_date(effect.by, writer.standard))
    else:
        writer.say("escalated")


def _tell_text(writer: _Writer, ticket: OpenTicket) -> None:
    writer.gap()
    if may_show_text(ticket):
        writer.say("text")
        writer.quote(ticket.text)
    else:
        writer.say("withheld")


def _value(writer: _Writer, fact: str, value: str) -> str:
    names = fact_names().get("facts", {}).get(fact, {}).get("values", {}).get(value, {})
    return str(names.get(writer.standard, value))


def _letter(effect: Effect, ticket: str, subject: str, writer: _Writer) -> Letter:
    digest = hashlib.sha256(msgspec.json.encode(effect)).hexdigest()[:12]
    first = isinstance(effect, OpenTicket)
    return Letter(
        id=ticket if first else f"{ticket}.{digest}",
        ticket=ticket,
        subject=one_line(f"{writer.word('case')} {subject}"),
        text="\n".join(writer.lines) + "\n",
    )


def one_line(text: str) -> str:
    """The text without anything that could end a header line."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def mail_of(unit: str, municipality: Municipality) -> str | None:
    """The mailbox of a unit, or of a role in it (`heime.lead`)."""
    found: Unit | None = municipality.units.get(unit.partition(".")[0])
    return found.mail if found is not None else None
