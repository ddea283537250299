"""The settings of Telegram."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from connectors.settings_values import checked_url, settings_config

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]+")
# core.telegram.org/bots/api#setwebhook: secret_token
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def _token(value: SecretStr) -> SecretStr:
    if not TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("must be as BotFather gave it: digits, a colon, and letters")
    return value


def _secret(value: SecretStr) -> SecretStr:
    if not SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
    return value


def _base_url(value: str) -> str:
    return checked_url(value.rstrip("/").removesuffix("/bot"))


class TelegramSettings(BaseSettings):
    """Without `TELEGRAM_SECRET` one is derived from `SECRET`; see `webhook_secret`."""

    model_config = settings_config("SAMSVAR_TELEGRAM_")

    token: Annotated[SecretStr, AfterValidator(_token)] = Field(
        description="The bot's token, from @BotFather."
    )
    secret: Annotated[SecretStr, AfterValidator(_secret)] | None = Field(
        default=None,
        description="What Telegram shows at the webhook to prove itself: 1 to 256 of "
        "A-Z, a-z, 0-9, _ and -. Default: derived from `SAMSVAR_SECRET`.",
    )
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="https://api.telegram.org", description="The Bot API; another one for tests."
    )
    # core.telegram.org/bots/faq: about 30 a second in all, unless more is paid for.
    rate: float = Field(
        default=25.0,
        ge=1,
        le=1_000,
        description="Messages a second that a sender gives Telegram, which takes about 30 from "
        "a bot.",
    )
    mode: Literal["webhook", "polling"] = Field(
        default="webhook",
        description="`webhook` needs `SAMSVAR_PUBLIC_URL`; `polling` asks Telegram itself "
        "and needs no open port.",
    )
