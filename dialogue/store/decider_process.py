"""What runs in a decider: a process that decides chunks of a batch, and knows no database.

The worker starts one *origin* (`python -c …`), which reads the decision once, pickled, and
forks a decider each time it is told to. Forked from a process with one thread and nothing
open, deciders share the edition's memory, and a new one is there within milliseconds.
When the worker dies, however it dies, the origin reads the end of its socket and leaves;
each decider reads the end of its own, and on Linux the kernel ends it with the origin.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import pickle
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from dialogue.decision import Decide
from dialogue.store.verdicts import Claimed, OnFailure, Verdict, decide_waiting

LENGTH = struct.Struct("!I")
ENDS_WITHIN = 1.0  # seconds, when there is no more to do
FORK, KILL = b"f", b"k"  # and the decider's name, four bytes
PR_SET_PDEATHSIG = 1  # linux/prctl.h
Way = tuple[Decide, OnFailure | None]
Chunk = list[Claimed]
encode_chunk = msgspec.msgpack.Encoder().encode
decode_chunk = msgspec.msgpack.Decoder(Chunk).decode
encode_verdicts = msgspec.msgpack.Encoder().encode
decode_verdicts = msgspec.msgpack.Decoder(list[list[Verdict]]).decode


def main(control_descriptor: int, way_descriptor: int) -> None:
    """Be the origin until the worker lets go of the control socket."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the worker says when it is over
    control = socket.socket(fileno=control_descriptor)
    with os.fdopen(way_descriptor, "rb") as file:
        way: Way = pickle.load(file)  # noqa: S301  written by the worker, to a file without a name
    gc.collect()
    gc.freeze()  # else collecting would touch, and so copy, what is shared
    control.sendall(b"!")
    alive: dict[bytes, int] = {}
    for order, name, work in _orders(control):
        _reap(alive)
        if order == KILL and name in alive:
            os.kill(alive[name], signal.SIGKILL)
        if order == FORK and work is not None:
            origin, alive[name] = os.getpid(), os.fork()
            if alive[name] == 0:
                control.close()
                _be_decider(work, way, origin)
        if work is not None:
            work.close()
    _await_end(alive)


def _orders(control: socket.socket) -> Iterator[tuple[bytes, bytes, socket.socket | None]]:
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 5, 1)
        if not order:
            return
        work = socket.socket(fileno=descriptors[0]) if descriptors else None
        yield order[:1], order[1:], work


def _reap(alive: dict[bytes, int]) -> None:
    """Forget those that have ended; until then their number is nobody else's."""
    for name, process in list(alive.items()):
        if os.waitpid(process, os.WNOHANG)[0]:
            del alive[name]


def _await_end(alive: dict[bytes, int]) -> None:
    """Let them read the end of their sockets; one that hangs is killed."""
    give_up_at = time.monotonic() + ENDS_WITHIN
    while alive and time.monotonic() < give_up_at:
        _reap(alive)
        time.sleep(0.01)
    for process in alive.values():
        os.kill(process, signal.SIGKILL)


def _be_decider(work: socket.socket, way: Way, origin: int) -> None:
    """Decide until the other end is closed. Never returns."""
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            with contextlib.suppress(OSError):  # short of memory, the worker is to be spared
                Path("/proc/self/oom_score_adj").write_text("500")
        if os.getppid() == origin:
            serve(work, way)
    finally:
        os._exit(0)


def serve(work: socket.socket, way: Way) -> None:
    """Answer each chunk with its verdicts, until there are no more."""
    decide, on_failure = way
    with work.makefile("rb") as file:
        while len(head := file.read(LENGTH.size)) == LENGTH.size:
            (length,) = LENGTH.unpack(head)
            chunk = decode_chunk(file.read(length))
            verdicts = [decide_waiting(one, decide, on_failure) for one in chunk]
            answer = encode_verdicts(verdicts)
            work.sendall(LENGTH.pack(len(answer)) + answer)
