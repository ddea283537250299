"""The settings of SMS through Twilio."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from connectors.settings_values import checked_url, settings_config

ACCOUNT_SID = re.compile(r"AC[0-9a-zA-Z_-]+")
SERVICE_SID = re.compile(r"MG[0-9a-zA-Z_-]+")
E164 = re.compile(r"\+[1-9]\d{4,14}")


def _account(value: str) -> str:
    if not ACCOUNT_SID.fullmatch(value):
        raise ValueError("must begin with AC, as in Twilio's console")
    return value


def _sender(value: str) -> str:
    bare = value.replace(" ", "")
    if SERVICE_SID.fullmatch(bare) or E164.fullmatch(bare):
        return bare
    raise ValueError("must be a number like +4759440000, or a messaging service's sid (MG…)")


def _base_url(value: str) -> str:
    return checked_url(value)


class TwilioSettings(BaseSettings):
    """`TWILIO_FROM` is a number, or the sid of a messaging service (MG…)."""

    model_config = settings_config("SAMSVAR_TWILIO_", populate_by_name=True)

    account_sid: Annotated[str, AfterValidator(_account)] = Field(
        description="Account SID, from the first page of Twilio's console (AC…)."
    )
    auth_token: SecretStr = Field(
        description="Auth Token, beside the Account SID: sends, and checks Twilio's signatures."
    )
    sender: Annotated[str, AfterValidator(_sender)] = Field(
        validation_alias="SAMSVAR_TWILIO_FROM",
        description="The number that the service writes from (+47…), "
        "or the sid of a messaging service (MG…).",
    )
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="https://api.twilio.com", description="Twilio's API; another one for tests."
    )
    # Twilio takes messages faster than a number can send them, and queues up to ten hours of
    # them (twilio.com/docs/api/errors/21611). Too many requests at once: …/errors/20429.
    rate: float = Field(
        default=100.0,
        ge=1,
        le=1_000,
        description="Messages a second that a sender gives Twilio. Twilio queues what the "
        "number cannot send as fast; what it refuses as too many waits and is tried again.",
    )
