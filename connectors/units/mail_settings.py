"""The settings of mail to the units."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from connectors.settings_values import settings_config


class MailServer:
    """An SMTP server. `tls`: "implicit" (smtps), "starttls" (demanded), "auto" or "none"."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("must be smtp://host:port or smtps://user:password@host:port")
        self.host = parts.hostname
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None
        wanted = parse_qs(parts.query).get("starttls", ["auto"])[0]
        modes = {"always": "starttls", "auto": "auto", "never": "none"}
        if wanted not in modes:
            raise ValueError("must have starttls=always, auto or never")
        self.tls = "implicit" if parts.scheme == "smtps" else modes[wanted]
        if self.user and self.tls == "auto":
            self.tls = "starttls"  # a password never goes out in the clear unless told so
        self.port = parts.port or {"implicit": 465, "starttls": 587}.get(self.tls, 25)

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port}, {self.tls})"


def _server(value: Any) -> SecretStr:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value).strip()
    MailServer(text)
    return SecretStr(text)


def _sender(value: str) -> str:
    name, address = parseaddr(value)
    user, at, domain = address.rpartition("@")
    try:
        Address(name, username=user, domain=domain)
    except (ValueError, IndexError):
        at = ""
    if not (at and user and domain) or any(sign in value for sign in "\r\n"):
        raise ValueError("must be an address like svar@eksempelvag.example")
    return value


class MailSettings(BaseSettings):
    """Mail that tells units of their tickets."""

    model_config = settings_config("SAMSVAR_")

    smtp_url: Annotated[SecretStr, BeforeValidator(_server)] = Field(
        description="Mail server: `smtp://host:25`, `smtps://user:password@host`, or "
        "`smtp://user:password@host:587?starttls=always`."
    )
    mail_from: Annotated[str, AfterValidator(_sender)] = Field(
        description="Sender of mail to units, as `Samsvar <svar@eksempelvag.example>`."
    )
    mail_rate: float = Field(
        default=5.0,
        ge=1,
        le=1_000,
        description="Mails a second that a sender gives the mail server.",
    )

    @property
    def server(self) -> MailServer:
        return MailServer(self.smtp_url.get_secret_value())
