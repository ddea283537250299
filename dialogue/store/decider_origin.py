"""The worker's end of the process that deciders are forked from (`decider_process.py`)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import socket
import subprocess
import sys
import tempfile

from dialogue.store.decider_process import FORK, KILL, LENGTH, Way

STARTS_WITHIN = 60.0  # seconds, on a machine that is busy with much else
ENDS_WITHIN = 3.0
_CODE = "from dialogue.store.decider_process import main; main({}, {})"


class Origin:
    """Made and closed in a thread, for both take a while. Raises OSError.

    It has to be `ready` before it forks: it imports and reads for a second or two.
    """

    def __init__(self, way: Way) -> None:
        with tempfile.TemporaryFile() as file:
            pickle.dump(way, file, protocol=pickle.HIGHEST_PROTOCOL)
            file.seek(0)
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = start_process(theirs.fileno(), file.fileno())
        self._control.setblocking(False)
        self._is_ready = False

    async def ready(self) -> None:
        """Return when it can fork. Raises OSError, TimeoutError too."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(STARTS_WITHIN):
            if not await loop.sock_recv(self._control, 1):
                raise ChildProcessError("it ended at once")
        self._is_ready = True

    def fork(self, name: int, work: socket.socket) -> None:
        """Make a decider, which talks through `work`. Raises OSError when the origin is gone."""
        socket.send_fds(self._control, [FORK + LENGTH.pack(name)], [work.fileno()])

    def kill(self, name: int) -> None:
        with contextlib.suppress(OSError):  # it is gone, and its deciders with it
            self._control.sendall(KILL + LENGTH.pack(name))

    def close(self) -> None:
        """Let it end; its deciders have ended by then, or are killed."""
        self._control.close()
        if not self._is_ready:
            self._process.kill()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start_process(control: int, way: int) -> subprocess.Popen[bytes]:
    """The process itself; it is given the descriptors of a socket and of a file."""
    return subprocess.Popen(  # noqa: S603  nothing of it comes from outside
        [sys.executable, "-P", "-c", _CODE.format(control, way)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(control, way),
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Ours without the service's secrets, and with one thread: only so is forking safe."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMSVAR_")}
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | one | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
