"""What came in while the database was away: on the disk before it is acknowledged, in order.

One file for each process, locked as long as it lives; lines are encrypted as addresses
are. What was half written when the machine died was never acknowledged, and is left out.
A line may be handed on twice after a crash; the store knows a message by its id.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import structlog

MOST_BYTES = 64 * 1024 * 1024  # about 100,000 messages
MOST_FILES = 64
_CONTEXT = "spool"
log = structlog.get_logger(__name__)


class SpoolFullError(Exception):
    """Nothing more can be kept: the file is as large as it may be, or the disk is full."""


class Cipher(Protocol):
    """What lines are encrypted with (the store's vault)."""

    def encrypt(self, channel: str, address: str) -> bytes: ...

    def decrypt(self, channel: str, stored: bytes) -> str: ...


class Spool:
    """An append-only file of texts. `put` returns when the text has reached the disk."""

    def __init__(self, folder: Path, cipher: Cipher, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._cipher = cipher
        self._most_bytes = most_bytes
        self._file = -1
        self._path = folder
        self._begin = self._end = 0  # what is not yet handed on lies between
        self._pending: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Take the first file that no process holds, with what dead processes left."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path, file in self._free():
            if self._file < 0:
                self._file, self._path = file, path
                self._end = _cut_torn_line(file)
            else:
                self._adopt(path, file)
        if self._file < 0:
            raise OSError(f"{MOST_FILES} processes hold a spool in {self._folder}")

    def close(self) -> None:
        """Let the file go; an empty one is removed."""
        if self._file >= 0:
            if not self.waits:
                self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1

    @property
    def waits(self) -> bool:
        """Whether something waits to be handed on; what comes now must come after it."""
        return self._end > 0 or bool(self._pending) or self._writing is not None

    @property
    def size(self) -> int:
        """Bytes that wait to be handed on."""
        return self._end - self._begin

    async def put(self, text: str) -> None:
        """Keep a text. Those that come together reach the disk together. SpoolFullError."""
        line = b64encode(self._cipher.encrypt(_CONTEXT, text)) + b"\n"
        if self._file < 0:
            raise SpoolFullError
        if self._end + sum(len(one) for one, _ in self._pending) + len(line) > self._most_bytes:
            raise SpoolFullError
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((line, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(done)

    async def peek(self, most: int) -> tuple[list[str], int]:
        """The oldest texts, and the place to give to `drop` when they are safe elsewhere."""
        lines, place = await asyncio.to_thread(self._read, most)
        texts = []
        for line in lines:
            try:
                texts.append(
                    self._cipher.decrypt(_CONTEXT, b64decode(line.rstrip(b"\n"), validate=True))
                )
            except Exception as error:
                log.error("spool.unreadable", error=type(error).__name__)
                self.set_aside(line)
        return texts, place

    def drop(self, place: int) -> None:
        """What lies before is safe elsewhere. An emptied file is cut to nothing."""
        self._begin = place
        if self._begin >= self._end and not self._pending and self._writing is None:
            os.ftruncate(self._file, 0)
            self._begin = self._end = 0

    def set_aside(self, line: bytes) -> None:
        """Keep a line that can't be handed on in a file of its own, for a person to look at."""
        aside = os.open(
            self._path.with_suffix(".refused"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        try:
            _append(aside, line.rstrip(b"\n") + b"\n")
        finally:
            os.close(aside)

    def refuse(self, text: str) -> None:
        """Set a text aside that the store will never take."""
        self.set_aside(b64encode(self._cipher.encrypt(_CONTEXT, text)))

    async def _write(self) -> None:
        try:
            while self._pending:
                group, self._pending = self._pending, []
                data = b"".join(line for line, _ in group)
                failed: SpoolFullError | None = None
                try:
                    await asyncio.to_thread(self._write_through, data)
                except OSError as error:
                    log.error("spool.failed", error=type(error).__name__, number=error.errno)
                    failed = SpoolFullError()
                else:
                    self._end += len(data)
                _tell([done for _, done in group], failed)
        finally:
            self._writing = None

    def _write_through(self, data: bytes) -> None:
        try:
            _append(self._file, data)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._end)  # half a group was not acknowledged
            raise

    def _read(self, most: int) -> tuple[list[bytes], int]:
        with self._path.open("rb") as file:
            file.seek(self._begin)
            lines: list[bytes] = []
            place = self._begin
            while len(lines) < most and place < self._end:
                line = file.readline()
                lines.append(line)
                place += len(line)
        return lines, place

    def _free(self) -> Iterator[tuple[Path, int]]:
        """Files that nobody holds, this process's from now on: all that are there, or a new one."""
        found = False
        for number in range(MOST_FILES):
            path = self._folder / f"intake-{number}.spool"
            if found and not path.exists():
                continue
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            found = True
            yield path, file

    def _adopt(self, path: Path, file: int) -> None:
        """Take over what a dead process left, before its file goes."""
        left = _cut_torn_line(file)
        if left:
            _append(self._file, os.pread(file, left, 0))
            self._end += left
        path.unlink(missing_ok=True)
        os.close(file)


def _tell(waiting: Sequence[asyncio.Future[None]], failed: Exception | None) -> None:
    for done in waiting:
        if done.done():
            continue
        if failed is None:
            done.set_result(None)
        else:
            done.set_exception(failed)


def _append(file: int, data: bytes) -> None:
    """Write all of it and wait for the disk."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
    os.fsync(file)


def _cut_torn_line(file: int) -> int:
    """Leave out a last line that has no end; the size then."""
    data = os.pread(file, os.fstat(file).st_size, 0)
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.ftruncate(file, whole)
    return whole
