"""One worker for each SQLite database, held by a lock that the kernel drops when it dies."""

from __future__ import annotations

import fcntl
import os

from dialogue.store.errors import WorkerTakenError


class WorkerGuard:
    """A lock on a file beside the database. Taken once, let go by `release` or by death."""

    def __init__(self, database_path: str) -> None:
        self._database_path = database_path
        self._descriptor: int | None = None

    def take(self) -> None:
        """Become the worker of this database. Raises WorkerTakenError when there is one."""
        if self._descriptor is not None:
            return
        path = f"{self._database_path}.worker"
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise WorkerTakenError(self._database_path) from None
        self._descriptor = descriptor

    def release(self) -> None:
        """Let another process be the worker."""
        if self._descriptor is not None:
            os.close(self._descriptor)  # the file stays: deleting it would race with a taker
            self._descriptor = None
