"""The worker's end of one decider: chunks go, verdicts come, in the same order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol, cast

from dialogue.store.decider_process import LENGTH, Chunk, decode_verdicts, encode_chunk
from dialogue.store.verdicts import Verdict

HANGS_AFTER = 5.0  # seconds for one chunk


class Job:
    """A chunk, and where its verdicts are awaited."""

    def __init__(self, chunk: Chunk) -> None:
        self.body = encode_chunk(chunk)
        self.done: asyncio.Future[list[list[Verdict]]] = asyncio.get_running_loop().create_future()


class Listener(Protocol):
    """Who is told what a decider does."""

    def arrived(self, link: Link) -> None: ...
    def answered(self) -> None: ...
    def hangs(self, link: Link) -> None: ...
    def lost(self, link: Link) -> None: ...


class Link(asyncio.Protocol):
    """One decider. `jobs`: what it has, the one under way first."""

    def __init__(self, listener: Listener, name: int) -> None:
        self.name = name
        self.jobs: deque[Job] = deque()
        self._listener = listener
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._listener.arrived(self)

    def give(self, job: Job) -> None:
        assert self._transport is not None
        self.jobs.append(job)
        self._transport.write(LENGTH.pack(len(job.body)) + job.body)
        if len(self.jobs) == 1:
            self._watch()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= LENGTH.size:
            end = LENGTH.size + LENGTH.unpack_from(self._buffer)[0]
            if len(self._buffer) < end:
                return
            verdicts = decode_verdicts(bytes(self._buffer[LENGTH.size : end]))
            del self._buffer[:end]
            job = self.jobs.popleft()
            self._watch()
            if not job.done.done():
                job.done.set_result(verdicts)
            self._listener.answered()

    def connection_lost(self, _error: Exception | None) -> None:
        self._watch(over=True)
        self._listener.lost(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _watch(self, *, over: bool = False) -> None:
        """Begin to count anew the seconds for what is under way."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self.jobs and not over:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(HANGS_AFTER, self._listener.hangs, self)
