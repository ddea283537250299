"""Settings: read, checked, and what is wrong with them named."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.settings import Settings, load_settings, settings_table
from connectors.settings_faults import SettingsError
from connectors.settings_secret import service_secret, webhook_secret

TWILIO = {
    "SAMSVAR_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "SAMSVAR_TWILIO_AUTH_TOKEN": "the-token-of-twilio",
    "SAMSVAR_TWILIO_FROM": "+47 900 00 000",
}
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PUBLIC = {"SAMSVAR_PUBLIC_URL": "https://svar.eksempelvag.example/"}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith("SAMSVAR_"):
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(None)


def faults(monkeypatch: pytest.MonkeyPatch, **variables: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)
    for value in variables.values():
        assert len(value) < 8 or value not in str(caught.value)
    return {fault.variable: fault.what for fault in caught.value.faults}


def test_with_no_settings_it_is_the_example_on_sqlite_with_all_channels_off() -> None:
    settings = load_settings(None)
    assert settings.is_embedded
    assert settings.database == f"sqlite+aiosqlite:///{Path('data/samsvar.db').absolute()}"
    assert settings.content.name == "example"
    assert (settings.host, settings.port, settings.timezone) == ("127.0.0.1", 8080, "Europe/Oslo")
    assert not any(on for _, on, _ in settings.states())


def test_five_variables_make_a_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, **TWILIO, **PUBLIC, SAMSVAR_TELEGRAM_TOKEN=TOKEN)
    assert settings.twilio is not None
    assert settings.twilio.sender == "+4790000000"
    assert settings.public_url == "https://svar.eksempelvag.example"
    assert settings.telegram is not None
    assert settings.telegram.mode == "webhook"
    assert settings.warnings == ()


@pytest.mark.parametrize("missing", sorted(TWILIO))
def test_a_half_configured_twilio_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    variables = {name: value for name, value in (TWILIO | PUBLIC).items() if name != missing}
    assert faults(monkeypatch, **variables) == {missing: "is missing"}


def test_a_secret_without_a_token_is_a_half_configured_telegram(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert faults(monkeypatch, SAMSVAR_TELEGRAM_SECRET="abcdefghijklmnop") == {
        "SAMSVAR_TELEGRAM_TOKEN": "is missing"
    }


def test_mail_needs_both_of_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(monkeypatch, SAMSVAR_SMTP_URL="smtp://localhost") == {
        "SAMSVAR_MAIL_FROM": "is missing"
    }


def test_webhooks_need_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(faults(monkeypatch, **TWILIO)) == {"SAMSVAR_PUBLIC_URL"}


def test_telegram_by_polling_needs_no_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, SAMSVAR_TELEGRAM_TOKEN=TOKEN, SAMSVAR_TELEGRAM_MODE="polling")
    assert settings.telegram is not None


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = faults(
        monkeypatch,
        SAMSVAR_PORT="eighty",
        SAMSVAR_DATABASE_URL="mysql://localhost/x",
        SAMSVAR_TIMEZONE="Mars/Olympus",
        SAMSVAR_PUBLIC_URL="ftp://another.example",
        SAMSVAR_TELEGRAM_TOKEN="no-token-at-all",
        SAMSVAR_TELEGRAM_MODE="carrier-pigeon",
        SAMSVAR_TWILIO_ACCOUNT_SID="SK-and-so-on",
        SAMSVAR_SMTP_URL="imap://localhost",
        SAMSVAR_MAIL_FROM="nobody",
    )
    assert found["SAMSVAR_PORT"] == "must be a whole number"
    assert found["SAMSVAR_TIMEZONE"] == "is not a time zone; an example is Europe/Oslo"
    assert found["SAMSVAR_TELEGRAM_MODE"] == "must be 'webhook' or 'polling'"
    assert {
        "SAMSVAR_DATABASE_URL",
        "SAMSVAR_PUBLIC_URL",
        "SAMSVAR_TELEGRAM_TOKEN",
        "SAMSVAR_TWILIO_ACCOUNT_SID",
        "SAMSVAR_TWILIO_AUTH_TOKEN",
        "SAMSVAR_TWILIO_FROM",
        "SAMSVAR_SMTP_URL",
        "SAMSVAR_MAIL_FROM",
    } < set(found)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///data/a.db", "sqlite+aiosqlite:///data/a.db"),
        ("sqlite:////srv/a.db", "sqlite+aiosqlite:////srv/a.db"),
        ("postgresql://u:p@h/db", "postgresql+asyncpg://u:p@h/db"),
        ("postgres://u:p%40@h:5432/db", "postgresql+asyncpg://u:p%40@h:5432/db"),
        ("postgresql+asyncpg://h/db", "postgresql+asyncpg://h/db"),
        ("postgresql:///db?host=/tmp/socket", "postgresql+asyncpg:///db?host=/tmp/socket"),
    ],
)
def test_a_database_gets_its_async_driver(
    monkeypatch: pytest.MonkeyPatch, given: str, driver: str
) -> None:
    settings = load(
        monkeypatch, SAMSVAR_DATABASE_URL=given, SAMSVAR_SECRET="a-long-random-text-of-ours"
    )
    assert settings.database == driver


def test_postgresql_demands_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(faults(monkeypatch, SAMSVAR_DATABASE_URL="postgresql://u:p@h/db")) == {
        "SAMSVAR_SECRET"
    }


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "SAMSVAR_SECRET": "secret-number-one-x",
        "SAMSVAR_API_KEY": "secret-number-two-x",
        "SAMSVAR_TELEGRAM_SECRET": "secret-number-three",
        "SAMSVAR_DATABASE_URL": "postgresql://u:secret-number-four@h/db",
        "SAMSVAR_SMTP_URL": "smtps://u:secret-number-five@h",
        "SAMSVAR_MAIL_FROM": "svar@eksempelvag.example",
        "SAMSVAR_TELEGRAM_TOKEN": TOKEN,
    }
    settings = load(monkeypatch, **secrets, **TWILIO, **PUBLIC)
    told = repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.mail is not None
    told += repr(settings.mail.server)
    for hidden in ("secret-number", TOKEN, TWILIO["SAMSVAR_TWILIO_AUTH_TOKEN"]):
        assert hidden not in told


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, SAMSVAR_TWILO_FROM="x", SAMSVAR_API_KEY="short")
    assert settings.warnings == (
        "SAMSVAR_TWILO_FROM is not a setting; did you mean SAMSVAR_TWILIO_FROM?",
        "SAMSVAR_API_KEY is short enough to be guessed; use 16 characters or more",
    )


def test_the_environment_stands_above_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("SAMSVAR_PORT=1111\nSAMSVAR_HOST=0.0.0.0\nSAMSVAR_API_KEY=\n")
    monkeypatch.setenv("SAMSVAR_PORT", "2222")
    settings = load_settings(file)
    assert (settings.port, settings.host, settings.api_key) == (2222, "0.0.0.0", None)
    assert load_settings(file, port=3333).port == 3333


def test_the_secret_is_made_once_and_only_ours_to_read(tmp_path: Path) -> None:
    settings = load_settings(None, data_dir=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: service_secret(settings).get_secret_value(), range(16)))
    assert len(made) == 1
    file = tmp_path / "data" / "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["secret"]
    assert len(made.pop()) >= 32


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = load_settings(None, data_dir=tmp_path)
    service_secret(settings)
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        service_secret(settings)


def test_the_webhook_secret_is_derived_unless_it_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SAMSVAR_DATA_DIR", str(tmp_path))
    settings = load(monkeypatch, **PUBLIC, SAMSVAR_TELEGRAM_TOKEN=TOKEN)
    derived = webhook_secret(settings).get_secret_value()
    assert derived == webhook_secret(settings).get_secret_value()
    assert 40 < len(derived) <= 256
    assert derived not in service_secret(settings).get_secret_value()
    given = load(monkeypatch, SAMSVAR_TELEGRAM_SECRET="chosen_by_hand_1")
    assert webhook_secret(given).get_secret_value() == "chosen_by_hand_1"


def test_every_setting_has_a_description() -> None:
    table = settings_table()
    assert len({row.variable for row in table}) == len(table) >= 18
    assert all(row.description for row in table)
    assert {row.variable for row in table if row.secret} >= {
        "SAMSVAR_SECRET",
        "SAMSVAR_API_KEY",
        "SAMSVAR_TWILIO_AUTH_TOKEN",
        "SAMSVAR_TELEGRAM_TOKEN",
        "SAMSVAR_TELEGRAM_SECRET",
        "SAMSVAR_SMTP_URL",
        "SAMSVAR_DATABASE_URL",
    }
