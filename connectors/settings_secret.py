"""The service's key: given by `SAMSVAR_SECRET`, or made once for the embedded default."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from pydantic import SecretStr

from connectors.settings import Settings
from connectors.settings_faults import Fault, SettingsError

FILE = "secret"


def service_secret(settings: Settings) -> SecretStr:
    """The key that the vault works with. Makes it on first start with SQLite, mode 0600.

    Raises SettingsError when there is none and none may be made, or when others on the
    machine can read the file.
    """
    if settings.secret is not None:
        return settings.secret
    if not settings.is_embedded:
        raise SettingsError([Fault("SAMSVAR_SECRET", "is missing", "A long random text.")])
    return _kept(settings.data_dir / FILE)


def webhook_secret(settings: Settings) -> SecretStr:
    """What Telegram must show: `SAMSVAR_TELEGRAM_SECRET`, or one derived from the key."""
    if settings.telegram is not None and settings.telegram.secret is not None:
        return settings.telegram.secret
    key = service_secret(settings).get_secret_value().encode()
    digest = hmac.new(key, b"samsvar telegram webhook 1", hashlib.sha256).digest()
    return SecretStr(base64.urlsafe_b64encode(digest).decode().rstrip("="))


def _kept(path: Path) -> SecretStr:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsError(
            [Fault(str(path), "can be read by others on this machine", f"chmod 600 {path}")]
        )
    text = path.read_text(encoding="utf-8").strip()
    if not text:
        raise SettingsError([Fault(str(path), "is empty", "Put the key from your copy into it.")])
    return SecretStr(text)


def _make(path: Path) -> None:
    """Write a new key whole or not at all; of two processes, the first one's stays."""
    draft = path.with_name(f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails if it is there; a rename would replace it
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
