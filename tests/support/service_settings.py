"""The settings of a service whose providers are the stand-ins."""

from __future__ import annotations

from pathlib import Path

from mail_stand_in import MailStandIn
from served import API_KEY, PUBLIC_URL
from telegram_stand_in import TOKEN as TELEGRAM_TOKEN
from telegram_stand_in import TelegramStandIn
from twilio_stand_in import ACCOUNT, NUMBER, TwilioStandIn
from twilio_stand_in import TOKEN as TWILIO_TOKEN


def environment(
    database_url: str,
    folder: Path,
    secret: str,
    twilio: TwilioStandIn,
    telegram: TelegramStandIn,
    mail: MailStandIn,
) -> dict[str, str]:
    """`SAMSVAR_…` with every channel on."""
    settings = {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "SECRET": secret,
        "API_KEY": API_KEY,
        "PORT": "0",
        "DECIDERS": "0",
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
        "TWILIO_FROM": NUMBER,
        "TWILIO_BASE_URL": twilio.url,
        "TELEGRAM_TOKEN": TELEGRAM_TOKEN,
        "TELEGRAM_BASE_URL": telegram.url,
        "SMTP_URL": mail.url,
        "MAIL_FROM": "svar@eksempelvag.example",
    }
    return {f"SAMSVAR_{name}": value for name, value in settings.items()}
