"""Mail to the units: SMTP out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Any

import aiosmtplib

from connectors.channel import (
    InDoubt,
    Outgoing,
    Rejected,
    SendOutcome,
    Sent,
    Throttled,
    Unreachable,
)
from connectors.units.mail_settings import MailServer, MailSettings
from connectors.units.unit_letter import mail_of, one_line, write_letter
from dialogue.effects import Effect
from knowledge.municipality import Municipality

NAME = "unit_mail"
SEND_WITHIN = 20.0  # seconds
AWAY_AFTER = timedelta(minutes=1)
GREYLISTED_AFTER = timedelta(minutes=5)


class UnitMail:
    """The channel of the units. `municipality` gives the content in force."""

    name = NAME

    def __init__(
        self,
        settings: MailSettings,
        municipality: Callable[[], Municipality],
        zone: tzinfo,
        send_within: float = SEND_WITHIN,
    ) -> None:
        self._server = settings.server
        self._sender = _address(settings.mail_from)
        self._municipality = municipality
        self._zone = zone
        self._send_within = send_within

    def render(self, effect: Effect, unit: str) -> Outgoing | None:
        """The letter about an effect, to a unit (or a role in it); None where none is due.

        A unit without a mailbox gets an empty address, which `send` rejects.
        """
        municipality = self._municipality()
        letter = write_letter(effect, municipality, self._zone)
        if letter is None:
            return None
        extra = {"subject": letter.subject, "id": letter.id, "ticket": letter.ticket}
        return Outgoing(address=mail_of(unit, municipality) or "", text=letter.text, extra=extra)

    async def send(self, outgoing: Outgoing, at: datetime | None = None) -> SendOutcome:
        """Send one letter. Until its text goes out nothing can have arrived twice."""
        if not outgoing.address:
            return Rejected("the unit has no mail address in units.yml", "no-address")
        try:
            message = self._message(outgoing, at or datetime.now(UTC))
        except (ValueError, IndexError):
            return Rejected("the mail address in units.yml can't be read", "bad-address")
        return await self._deliver(message, outgoing.address)

    def _message(self, outgoing: Outgoing, at: datetime) -> EmailMessage:
        """Headers are set through `email`'s own types, which refuse line breaks."""
        domain = self._sender.domain
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._sender
        message["To"] = _address(outgoing.address)
        message["Subject"] = one_line(str(outgoing.extra.get("subject", "")))
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{one_line(str(outgoing.extra['id']))}@{domain}>"
        if outgoing.extra["id"] != outgoing.extra["ticket"]:
            thread = f"<{one_line(str(outgoing.extra['ticket']))}@{domain}>"
            message["In-Reply-To"] = thread
            message["References"] = thread
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes back
        message.set_content(outgoing.text)
        return message

    async def _deliver(self, message: EmailMessage, recipient: str) -> SendOutcome:
        client = _client(self._server, self._send_within)
        text_is_out = False
        try:
            await client.connect()
            if self._server.user and self._server.password is not None:
                await client.login(self._server.user, self._server.password)
            await client.mail(self._sender.addr_spec)
            await client.rcpt(recipient)
            text_is_out = True
            await client.data(message.as_bytes())
        except aiosmtplib.SMTPException as error:
            return outcome_of_error(error, text_is_out=text_is_out)
        except (OSError, ValueError) as error:
            name = type(error).__name__
            return InDoubt(name) if text_is_out else Throttled(AWAY_AFTER, name)
        finally:
            client.close()
        return Sent(str(message["Message-ID"]))


def outcome_of_error(error: aiosmtplib.SMTPException, *, text_is_out: bool) -> SendOutcome:
    """What an SMTP error means: 4xx is for now, 5xx for good (RFC 5321, 4.2.1)."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Rejected("the mail server refuses user or password", str(error.code))
    if isinstance(error, aiosmtplib.SMTPNotSupported) or "STARTTLS extension" in str(error):
        return Rejected("the mail server has no STARTTLS or no login", "unsupported")
    code: Any = getattr(error, "code", None)
    refused_at_rcpt = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    if isinstance(code, int) and 400 <= code < 500 and code != 421:
        return Throttled(GREYLISTED_AFTER, f"the mail server answered {code}")
    if isinstance(code, int) and code >= 500:
        if refused_at_rcpt:
            return Unreachable("the unit's mailbox is refused", str(code))
        return Rejected(f"the mail server answered {code}", str(code))
    if text_is_out and code is None:
        return InDoubt(f"the connection to the mail server broke ({type(error).__name__})")
    return Throttled(AWAY_AFTER, f"the mail server is away ({type(error).__name__})")


def _client(server: MailServer, send_within: float) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=send_within,
        use_tls=server.tls == "implicit",
        start_tls={"starttls": True, "auto": None}.get(server.tls, False),
    )


def _address(text: str) -> Address:
    name, address = parseaddr(one_line(text))
    user, _, domain = address.rpartition("@")
    return Address(one_line(name), username=user, domain=domain)
