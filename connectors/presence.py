"""Which processes of the service run on this machine, and with which edition of the content.

Each keeps a file in `<data>/run`, locked as long as it lives: a file that nobody holds
is a dead process's. `samsvar reload` finds them here.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

FOLDER = "run"


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """A process. `reloads` counts what it has been asked, `refused` whether the last was bad."""

    process: int
    part: str
    edition: str
    reloads: int = 0
    refused: bool = False


class PresenceFile:
    """This process's own file; there from `open` to `close`."""

    def __init__(self, data_dir: Path, presence: Presence) -> None:
        self.presence = presence
        self._path = data_dir / FOLDER / f"{presence.part}-{presence.process}.json"
        self._descriptor: int | None = None

    def open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._write()

    def reloaded(self, edition: str, *, refused: bool) -> None:
        """Tell how a reload went."""
        self.presence = msgspec.structs.replace(
            self.presence, edition=edition, reloads=self.presence.reloads + 1, refused=refused
        )
        self._write()

    def close(self) -> None:
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self) -> None:
        if self._descriptor is not None:
            data = msgspec.json.encode(self.presence)
            os.pwrite(self._descriptor, data.ljust(1_024), 0)  # in one write, so never half


def processes(data_dir: Path) -> list[Presence]:
    """The processes that run now. Files of dead ones are removed."""
    return [one for path in sorted((data_dir / FOLDER).glob("*.json")) for one in _living(path)]


def _living(path: Path) -> Iterator[Presence]:
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield msgspec.json.decode(file.read().rstrip(), type=Presence)
        else:
            path.unlink(missing_ok=True)
