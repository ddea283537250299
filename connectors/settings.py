"""Settings: `SAMSVAR_…` in the environment or in a file `.env`.

`load_settings()` reads and checks all of them at once; what is missing or wrong is told
as `Fault`s that name the variable and how to set it. Each channel keeps its own part
beside its code; a part with none of its variables set is a channel that is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

import knowledge
from connectors.channels.telegram_settings import TelegramSettings
from connectors.channels.twilio_settings import TwilioSettings
from connectors.settings_faults import (
    Fault,
    SettingsError,
    faults_in,
    given_variables,
    unknown_variables,
    variables_of,
)
from connectors.settings_values import (
    SHORTEST_KEY,
    async_database_url,
    checked_public_url,
    checked_timezone,
    is_short,
    settings_config,
)
from connectors.units.mail_settings import MailSettings

PREFIX = "SAMSVAR_"


def _example_content() -> Path:
    return Path(knowledge.__file__).parent / "example"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


class Settings(BaseSettings):
    """What the whole service is set with. Secrets are `SecretStr`: never shown or logged."""

    model_config = settings_config(PREFIX)

    data_dir: Annotated[Path, AfterValidator(_absolute)] = Field(
        default=Path("data"),
        validate_default=True,
        description="Folder for the embedded database, the secret and caches.",
    )
    database_url: Annotated[SecretStr | None, BeforeValidator(async_database_url)] = Field(
        default=None,
        description="`sqlite:///path` or `postgresql://user:password@host/name`. "
        "Default: SQLite in the data folder.",
    )
    content: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=_example_content,
        description="Content folder: the municipality's articles, units, rules and texts. "
        "Default: the example municipality.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=0, le=65_535, description="Port to listen on.")
    public_url: Annotated[str | None, BeforeValidator(checked_public_url)] = Field(
        default=None,
        description="Address that the world reaches the service by, as "
        "`https://svar.eksempelvag.example`. Needed for Twilio, and for Telegram by webhook.",
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Key that addresses are encrypted and looked up with; keep a copy. "
        "Made on first start with SQLite, needed with PostgreSQL.",
    )
    secret_previous: SecretStr | None = Field(
        default=None,
        description="The key of before, beside a new `SAMSVAR_SECRET`, until `samsvar rotate-keys` "
        "has run.",
    )
    retention_days: int = Field(
        default=90,
        ge=1,
        le=65_535,
        description="Days that messages' words are kept; tickets and figures stay.",
    )
    api_key: SecretStr | None = Field(
        default=None,
        description="Bearer key of the HTTP API and of `/metrics`. Without it the API is off.",
    )
    timezone: Annotated[str, AfterValidator(checked_timezone)] = Field(
        default="Europe/Oslo", description="Time zone of quiet hours, deadlines and texts."
    )
    deciders: int | None = Field(
        default=None,
        ge=0,
        le=64,
        description="Processes that decide for a worker when much waits (docs/storage.md); 0: the "
        "worker alone. Default: as many as there are cores, at most 4; 0 with one core.",
    )
    tracing_url: Annotated[str | None, BeforeValidator(checked_public_url)] = Field(
        default=None,
        description="OpenTelemetry collector (OTLP over HTTP) that traces go to, as "
        "`http://127.0.0.1:4318/v1/traces`. Default: no traces.",
    )
    twilio: TwilioSettings | None = Field(default=None, exclude=True)
    telegram: TelegramSettings | None = Field(default=None, exclude=True)
    mail: MailSettings | None = Field(default=None, exclude=True)
    warnings: tuple[str, ...] = Field(default=(), exclude=True)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The database's address with its async driver. It may hold a password: never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'samsvar.db'}"

    @property
    def is_embedded(self) -> bool:
        """Whether the database is SQLite: one process, no set-up."""
        return self.database.startswith("sqlite")

    @property
    def rates(self) -> dict[str, float]:
        """Messages a second that one sender hands over, by channel that is on."""
        rates: dict[str, float] = {}
        if self.twilio is not None:
            rates["sms"] = self.twilio.rate
        if self.telegram is not None:
            rates["telegram"] = self.telegram.rate
        if self.mail is not None:
            rates["unit_mail"] = self.mail.mail_rate
        return rates

    def states(self) -> list[tuple[str, bool, str]]:
        """Each way to reach people or units: name, whether it is on, and what is needed."""
        return [
            ("sms", self.twilio is not None, "SAMSVAR_TWILIO_ACCOUNT_SID and the others of Twilio"),
            ("telegram", self.telegram is not None, "SAMSVAR_TELEGRAM_TOKEN"),
            ("unit_mail", self.mail is not None, "SAMSVAR_SMTP_URL and SAMSVAR_MAIL_FROM"),
            ("api", self.api_key is not None, "SAMSVAR_API_KEY"),
        ]


PARTS: dict[str, type[BaseSettings]] = {
    "twilio": TwilioSettings,
    "telegram": TelegramSettings,
    "mail": MailSettings,
}


def load_settings(env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """All settings, from `given` (as from the command line), the environment and `env_file`.

    `given` names fields of `Settings`. Raises `SettingsError` with every fault.
    """
    faults: list[Fault] = []
    parts: dict[str, BaseSettings | None] = {}
    for name, part in PARTS.items():
        parts[name] = _read(part, env_file, {}, faults)
    settings = _read(Settings, env_file, {**given, **_as_given(parts, given)}, faults)
    if isinstance(settings, Settings):
        faults += _faults_between(settings)
    if faults:
        raise SettingsError(faults)
    assert isinstance(settings, Settings)
    known = [row.variable for row in settings_table()]
    warnings = (*unknown_variables(env_file, known), *_short_keys(settings))
    return settings.model_copy(update={"warnings": warnings})


def _as_given(
    parts: Mapping[str, BaseSettings | None], given: Mapping[str, Any]
) -> dict[str, BaseSettings | None]:
    return {name: part for name, part in parts.items() if name not in given}


def _read(
    kind: type[BaseSettings], env_file: Path | None, given: Mapping[str, Any], faults: list[Fault]
) -> BaseSettings | None:
    """One part. None when no variable of it is set (it is off), or when it is at fault."""
    if kind is not Settings and not (given_variables(env_file) & set(variables_of(kind).values())):
        return None
    try:
        return kind(_env_file=env_file, **given)
    except ValidationError as error:
        faults += faults_in(kind, error)
        return None


def _short_keys(settings: Settings) -> list[str]:
    keys = {
        "SAMSVAR_SECRET": settings.secret,
        "SAMSVAR_API_KEY": settings.api_key,
        "SAMSVAR_TELEGRAM_SECRET": settings.telegram.secret if settings.telegram else None,
    }
    return [
        f"{variable} is short enough to be guessed; use {SHORTEST_KEY} characters or more"
        for variable, key in keys.items()
        if is_short(key)
    ]


def _faults_between(settings: Settings) -> list[Fault]:
    """Faults that no variable has by itself."""
    faults: list[Fault] = []
    if not settings.is_embedded and settings.secret is None:
        faults.append(
            Fault(
                "SAMSVAR_SECRET",
                "is missing; with PostgreSQL every process must have the same one",
                'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
            )
        )
    public = "Set it to the address that the world reaches the service by, https://…"
    if settings.twilio is not None and settings.public_url is None:
        faults.append(
            Fault("SAMSVAR_PUBLIC_URL", "is missing; Twilio's signatures are made over it", public)
        )
    telegram = settings.telegram
    if telegram is not None and telegram.mode == "webhook" and settings.public_url is None:
        faults.append(
            Fault(
                "SAMSVAR_PUBLIC_URL",
                "is missing; SAMSVAR_TELEGRAM_MODE is webhook",
                f"{public}, or set SAMSVAR_TELEGRAM_MODE=polling",
            )
        )
    return faults


class Row(NamedTuple):
    """One setting as documents and `doctor` show it. `default` is empty where there is none."""

    variable: str
    default: str
    description: str
    secret: bool


def settings_table() -> list[Row]:
    """Every setting, in the order of the documentation."""
    kinds: list[type[BaseSettings]] = [Settings, *PARTS.values()]
    return [
        _row(variable, kind.model_fields[name])
        for kind in kinds
        for name, variable in variables_of(kind).items()
    ]


def _row(variable: str, field: FieldInfo) -> Row:
    plain = field.default is not None and field.default is not PydanticUndefined
    default = str(field.default) if plain else ""
    return Row(variable, default, field.description or "", "SecretStr" in str(field.annotation))
