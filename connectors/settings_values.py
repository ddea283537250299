"""Checks of single values. Each raises ValueError with words that follow the variable's name."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

SHORTEST_KEY = 16  # characters; 16 of base64 are 96 bits
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def settings_config(prefix: str, *, populate_by_name: bool = False) -> SettingsConfigDict:
    """How each part of the settings is read: from `prefix`…, frozen, its input never shown."""
    return SettingsConfigDict(
        env_prefix=prefix,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=populate_by_name,
        hide_input_in_errors=True,
    )


def async_database_url(value: Any) -> SecretStr | None:
    """The address with the async driver that we use for that database."""
    if value is None:
        return None
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value).strip()
    scheme, separator, rest = text.partition("://")
    driver = DRIVERS.get(scheme.lower())
    if not separator or driver is None:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if driver.startswith("sqlite") and (not rest.startswith("/") or rest == "/"):
        raise ValueError(
            "must name a file: sqlite:///data/samsvar.db, or sqlite:////srv/samsvar.db"
        )
    if driver.startswith("postgresql") and not urlsplit(f"postgresql://{rest}").path.strip("/"):
        raise ValueError("must name a database: postgresql://user:password@host/name")
    return SecretStr(f"{driver}://{rest}")


def checked_url(value: Any, what: str = "must be an address like https://host") -> str:
    """An http(s) address without query, and without a slash at its end."""
    text = str(value).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(what) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(what)
    if parts.query or parts.fragment or parts.username or " " in text:
        raise ValueError(f"{what}, without user, query or #")
    return text


def checked_public_url(value: Any) -> str | None:
    return None if value is None else checked_url(value)


def checked_timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a time zone; an example is Europe/Oslo") from None
    return value


def is_short(key: SecretStr | None) -> bool:
    """Whether a key is so short that it could be guessed."""
    return key is not None and len(key.get_secret_value().strip()) < SHORTEST_KEY
