"""`samsvar doctor`: is this installation whole, and is it set up?

The content has a check of its own, `samsvar check`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import typer

from connectors.commands.editions import JsonOption

if TYPE_CHECKING:
    from connectors.settings import Settings

DISTRIBUTION = "samsvar"
ROOMS = ("knowledge", "intents", "dialogue", "connectors")


class Finding(msgspec.Struct, frozen=True):
    """One line of the doctor: what was looked at, whether it is as it should be, and how to mend.

    `code` has a heading in `docs/`; it is empty where nothing is wrong.
    """

    about: str
    what: str
    code: str = ""
    mend: str = ""
    level: Literal["ok", "warning", "fault"] = "fault"

    def __str__(self) -> str:
        code = f" [{self.code}]" if self.code else ""
        mend = f"\n         Mend: {self.mend}" if self.mend else ""
        return f"{self.level:<8} {self.about}: {self.what}{code}{mend}"


def _fine(about: str, what: str) -> Finding:
    return Finding(about, what, level="ok")


def doctor_command(json_lines: JsonOption = False) -> None:
    """Check that the installation is whole and the settings are right; tell which channels are on.

    Leaves with 0 when nothing is wrong, 1 when there are faults.
    """
    findings = [*room_findings(), *file_findings(), *settings_findings()]
    for finding in findings:
        typer.echo(msgspec.json.encode(finding).decode() if json_lines else str(finding))
    if any(finding.level == "fault" for finding in findings):
        raise typer.Exit(1)


def room_findings(claims: Mapping[str, list[str]] | None = None) -> Iterator[Finding]:
    """Each room: it is ours alone, and it is imported from where the others are.

    The rooms have everyday names, and pip lets another distribution silently overwrite
    them; removing that distribution then removes our files. `claims` says which
    distributions bring which top-level package; the environment's, if not given.
    """
    claimed = metadata.packages_distributions() if claims is None else claims
    homes: dict[str, Path] = {}
    for room in ROOMS:
        others = sorted(set(claimed.get(room, [])) - {DISTRIBUTION})
        spec = importlib.util.find_spec(room)
        if others:
            yield Finding(
                room,
                f"is claimed by {', '.join(others)} too",
                "installation.room-claimed",
                "install Samsvar in an environment of its own, or use its image",
            )
        elif spec is None or spec.origin is None:
            yield Finding(room, "has no file", "installation.room-missing", MEND_INSTALL)
        else:
            homes[room] = Path(spec.origin).parent.parent
    for home in sorted(set(homes.values())):
        rooms = ", ".join(room for room in ROOMS if homes.get(room) == home)
        if len(set(homes.values())) == 1:
            yield _fine("rooms", f"{rooms} in {home}")
        else:
            yield Finding(
                rooms, f"in {home}, the others elsewhere", "installation.rooms-apart", MEND_PATH
            )


MEND_INSTALL = "install Samsvar anew, in an environment of its own"
MEND_PATH = "set PYTHONSAFEPATH=1, unset PYTHONPATH, and start in another folder"


def file_findings() -> Iterator[Finding]:
    """Every file that was installed is still there."""
    try:
        installed = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        yield Finding(DISTRIBUTION, "is not installed", "installation.not-installed", MEND_INSTALL)
        return
    files = [file for file in installed.files or [] if "__pycache__" not in file.parts]
    gone = [str(file) for file in files if not Path(str(file.locate())).exists()]
    if gone:
        first = ", ".join(gone[:3])
        yield Finding(
            DISTRIBUTION,
            f"{len(gone)} of {len(files)} files are gone: {first}",
            "installation.file-missing",
            MEND_INSTALL,
        )
    else:
        yield _fine(DISTRIBUTION, f"{installed.version}, all {len(files)} files are there")


def settings_findings() -> Iterator[Finding]:
    """What is wrong with the settings; if nothing is, what is on and what is off."""
    from connectors.settings import load_settings
    from connectors.settings_faults import SettingsError

    try:
        settings = load_settings()
    except SettingsError as error:
        for fault in error.faults:
            yield Finding(fault.variable, fault.what, "settings.wrong", fault.mend)
        return
    yield from _content_findings(settings)
    yield _fine("database", "SQLite, embedded" if settings.is_embedded else "PostgreSQL")
    yield from _secret_findings(settings)
    for warning in settings.warnings:
        yield Finding("settings", warning, "settings.unsure", level="warning")
    for name, is_on, needed in settings.states():
        yield _fine(name, "on" if is_on else f"off; to turn it on, set {needed}")


def _secret_findings(settings: Settings) -> Iterator[Finding]:
    """Whether the people in the embedded database can be reached with the secrets given."""
    from connectors.app import make_vault
    from connectors.settings_faults import SettingsError
    from dialogue.store.backup import keys_in_use
    from dialogue.store.errors import BackupError

    path = Path(settings.database.partition("///")[2])
    if not settings.is_embedded or not path.is_file():
        return  # on first start the secret is made
    try:
        missing = keys_in_use(path) - set(make_vault(settings).key_ids)
    except SettingsError as error:
        for fault in error.faults:
            yield Finding(fault.variable, fault.what, "settings.wrong", fault.mend)
        return
    except BackupError as error:
        yield Finding(str(path), str(error).partition(": ")[2], "store.schema", MEND_SCHEMA)
        return
    if missing:
        yield Finding("SAMSVAR_SECRET", OTHER_KEY, "store.wrong-secret", MEND_KEY)
    else:
        yield _fine("secret", "fits the addresses in the database")


MEND_SCHEMA = "run `samsvar migrate`, or give the right SAMSVAR_DATABASE_URL"
OTHER_KEY = "addresses in the database need another one: a backup of before a change of key?"
MEND_KEY = "set SAMSVAR_SECRET_PREVIOUS to it as well, start, and run `samsvar rotate-keys`"


def _content_findings(settings: Settings) -> Iterator[Finding]:
    folder = settings.content
    if (folder / "municipality.yml").is_file():
        yield _fine("content", f"{folder} (`samsvar check` proves it)")
    else:
        yield Finding(
            "SAMSVAR_CONTENT",
            f"{folder} holds no municipality.yml",
            "settings.content-missing",
            "make a content folder with `samsvar init DIR`",
        )
