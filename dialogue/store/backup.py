"""A SQLite database copied while it is used, and put back. PostgreSQL has its own tools."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from dialogue.store.errors import BackupError
from dialogue.store.guard import WorkerGuard
from dialogue.store.migrate import head

PAGES = 4_096  # copied at a time, so that writers get their turn between
NUMBERS_LEFT_OUT = 100_000  # when it is unknown how many were given since the backup
# the id of the key stands behind the first byte of each address (vault.py)
_KEYS = "SELECT DISTINCT lower(hex(substr(address_cipher, 2, 4))) FROM conversations"
_OTHER_KEY = (
    "its addresses need another secret: it was made before a change of key\n"
    "  Nothing has been changed.\n"
    "  Mend: set SAMSVAR_SECRET_PREVIOUS to the secret of that time, restore again, start the\n"
    "  service, and run `samsvar rotate-keys` once more"
)
_NUMBERED = "SELECT name, seq FROM sqlite_sequence"


def back_up(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, with SQLite's own online backup.

    `target` is there whole or not at all, and only its owner may read it. Raises
    BackupError when it exists already, or when the copy is not sound.
    """
    if not source.is_file():
        raise BackupError(source, "there is no such database")
    if target.exists():
        raise BackupError(target, "exists already; name another file")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with _opened(source) as original, _opened(draft) as copy:
            original.backup(copy, pages=PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            _demand_sound(copy, draft)
        _write_through(draft)
        draft.rename(target)
        _write_through(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def restore(
    source: Path, target: Path, now: datetime, key_ids: Collection[str] | None = None
) -> Path | None:
    """Put a backup in the place of the database; where the one of before lies now, if any.

    What was still to be sent in the backup may have been sent since. It becomes *in
    doubt*, so that nothing goes out twice unasked; and numbers given since are not given
    again, so that a ticket's reference means one thing. A consent may have been taken back
    since, so that none holds any more: it has to be asked for anew. `key_ids` are those of
    the secrets that will be given; None: not looked at. Raises BackupError, also for a backup
    that needs another secret, and WorkerTakenError while the service runs.
    """
    if not source.is_file():
        raise BackupError(source, "there is no such file")
    target.parent.mkdir(parents=True, exist_ok=True)
    guard = WorkerGuard(str(target))
    guard.take()
    try:
        return _replace(source, target, now, key_ids)
    finally:
        guard.release()


def keys_in_use(path: Path) -> set[str]:
    """The secrets that a database's addresses need, by their ids. Raises BackupError."""
    if not path.is_file():
        raise BackupError(path, "there is no such database")
    with _opened(path) as connection:
        _demand_ours(connection, path)
        return _keys(connection)


def _keys(connection: sqlite3.Connection) -> set[str]:
    of_people = connection.execute(_KEYS).fetchall()
    found = of_people or connection.execute("SELECT value FROM meta WHERE key = 'vault'").fetchall()
    return {str(key) for (key,) in found}


def _replace(
    source: Path, target: Path, now: datetime, key_ids: Collection[str] | None
) -> Path | None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with _opened(source) as original, _opened(draft) as copy:
            _demand_ours(original, source)
            if key_ids is not None and not _keys(original).issubset(key_ids):
                raise BackupError(source, _OTHER_KEY)
            original.backup(copy)
            _demand_sound(copy, draft)
            _hold_back(copy, _numbers(target))
        _write_through(draft)
        kept = _move_aside(target, now)
        draft.rename(target)
        _write_through(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _hold_back(copy: sqlite3.Connection, given: dict[str, int] | None) -> None:
    copy.execute(
        "UPDATE outbox SET status = 'in_doubt', leased_until = NULL,"
        " error_reason = 'restored from a backup' WHERE status IN ('queued', 'sending')"
    )
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'consents'").fetchone():
        copy.execute("UPDATE consents SET status = 'ended' WHERE status IN ('asked', 'given')")
    for name, number in copy.execute(_NUMBERED).fetchall():
        since = number + NUMBERS_LEFT_OUT if given is None else given.get(name, 0)
        copy.execute(
            "UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (max(number, since), name)
        )
    copy.commit()


def _numbers(path: Path) -> dict[str, int] | None:
    """The last number given in each table; None when the database can't be read."""
    if not path.is_file():
        return None
    with contextlib.suppress(sqlite3.Error), _opened(path) as connection:
        return {str(name): int(number) for name, number in connection.execute(_NUMBERED)}
    return None


def _move_aside(target: Path, now: datetime) -> Path | None:
    """The database of before and what lies beside it get another name."""
    if not target.exists():
        return None
    kept = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for ending in ("-wal", "-shm"):  # first: without its log the database is an older one
        beside = target.with_name(target.name + ending)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + ending))
    target.rename(kept)
    return kept


def _demand_ours(connection: sqlite3.Connection, path: Path) -> None:
    try:
        [(revision,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except (sqlite3.Error, ValueError):
        raise BackupError(path, "is not a backup of Samsvar's database") from None
    if revision > head():
        raise BackupError(path, f"has schema {revision}; this version knows {head()}")


def _demand_sound(connection: sqlite3.Connection, path: Path) -> None:
    [(found,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise BackupError(path, "the copy is not sound; look at the disk")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=15)
    try:
        yield connection
    finally:
        connection.close()


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
