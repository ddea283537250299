"""Deciders: processes that decide for one worker, so that it uses more than one core.

`decide` is pure, so where it runs makes no difference to what it says. A batch is cut
into chunks of whole conversations; each decider has one under way and one waiting. Only
the worker talks to the database: a decider that dies or hangs has changed nothing. Its
batch is undone (DeciderLostError), its messages are tried one by one, and the one that
kills again is put aside.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import deque
from collections.abc import Sequence

from dialogue.decision import Decide
from dialogue.store.decider_link import HANGS_AFTER, Job, Link
from dialogue.store.decider_origin import STARTS_WITHIN, Origin
from dialogue.store.decider_process import Chunk
from dialogue.store.verdicts import Claimed, OnFailure, Verdict

log = logging.getLogger("samsvar.store")
LARGEST_CHUNK = 16  # messages
AT_ONCE = 2  # chunks that one decider has: one under way, one waiting
IDLE_AFTER = 900.0  # seconds without a batch
AGAIN_AT_FIRST, AGAIN_AT_MOST = 0.05, 30.0  # seconds before a lost decider has a successor


class DeciderLostError(Exception):
    """A decider died or hung over these messages."""


class Deciders:
    """A pool of `count` deciders for one way of deciding (an edition); a reload makes another.

    `least`: a batch of fewer messages is decided by the worker itself, at once. The pool
    starts at the first batch that is large enough, or by `start`, and ends when there has been none
    for a while: a service that is quiet again need not keep its memory.
    """

    def __init__(
        self, decide: Decide, on_failure: OnFailure | None, count: int, *, least: int = 8
    ) -> None:
        self.least = least
        self._way = (decide, on_failure)
        self._count = count
        self._queue: deque[Job] = deque()
        self._links: list[Link] = []
        self._origin: Origin | None = None
        self._starting: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._closed = False
        self._again_after = AGAIN_AT_FIRST
        self._names = 0
        self._retiring: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def is_started(self) -> bool:
        """Whether there are deciders, or will be soon."""
        return self._starting is not None

    @property
    def has_any(self) -> bool:
        return bool(self._links) and not self._closed

    def takes(self, messages: int) -> bool:
        """Whether a batch of so many is for the deciders. Begins to start them, if it would be."""
        if messages < self.least or self._closed or not self._count:
            return False
        self.start_soon()
        return self.has_any

    def start_soon(self) -> None:
        """Begin to start them; the worker decides by itself until there are any."""
        if self._starting is None and self._count and not self._closed:
            self._starting = asyncio.create_task(self._fill())
            self._retire_later()

    async def start(self, within: float = STARTS_WITHIN) -> bool:
        """Wait for a decider; whether there is one."""
        if self._count and not self._closed:
            self.start_soon()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._ready.wait()
        return bool(self._links)

    async def decide(self, claimed: Sequence[Claimed]) -> list[list[Verdict]]:
        """The verdicts on each conversation. Raises DeciderLostError."""
        self._retire_later()
        jobs = [Job(chunk) for chunk in _cut(claimed, self._count)]
        self._queue += jobs
        self._dispatch()
        if not self._links:
            self._give_up()
        try:
            found = await asyncio.gather(*(job.done for job in jobs))
        finally:
            for job in jobs:
                job.done.cancel()
                with contextlib.suppress(ValueError):
                    self._queue.remove(job)
        return [verdicts for part in found for verdicts in part]

    async def close(self) -> None:
        """Finish what is under way, then let the processes end."""
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANGS_AFTER):
                while self._is_busy:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        if self._retiring is not None:
            self._retiring.cancel()
        if self._ending is not None:
            await self._ending
        await self._end()

    @property
    def _is_busy(self) -> bool:
        return bool(self._queue) or any(one.jobs for one in self._links)

    async def _end(self) -> None:
        """Let the processes go; a batch that is large enough makes others."""
        links, origin, starting = list(self._links), self._origin, self._starting
        self._links.clear()
        self._ready.clear()
        self._origin = self._starting = None
        if starting is not None:
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await starting
        for one in links:
            one.close()
        if origin is not None:
            await asyncio.to_thread(origin.close)

    def _retire_later(self) -> None:
        if self._retiring is not None:
            self._retiring.cancel()
        loop = asyncio.get_running_loop()
        self._retiring = loop.call_later(IDLE_AFTER, self._retire)

    def _retire(self) -> None:
        if self._is_busy or not self._links:
            self._retire_later()
            return
        log.info("no large batch has come for a while; the deciders end")
        self._ending = asyncio.create_task(self._end())

    # what a decider tells -------------------------------------------------------------

    def arrived(self, link: Link) -> None:
        self._links.append(link)
        self._ready.set()
        self._dispatch()

    def answered(self) -> None:
        self._again_after = AGAIN_AT_FIRST
        self._dispatch()

    def lost(self, link: Link) -> None:
        """What it had under way may be what killed it; what waited there may go elsewhere."""
        was_let_go = link not in self._links
        if not was_let_go:
            self._links.remove(link)
        if not self._links:
            self._ready.clear()
        for job in list(link.jobs)[:1]:
            if not job.done.done():
                job.done.set_exception(DeciderLostError())
        self._queue.extendleft(reversed(list(link.jobs)[1:]))
        link.jobs.clear()
        if self._closed:
            self._give_up()
        if self._closed or was_let_go:
            return
        log.warning("a decider was lost; another takes its place")
        self._dispatch()
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._fill())

    def hangs(self, link: Link) -> None:
        """Kill it; that it is gone is then read from its socket."""
        log.warning("a decider has not answered for %.0f s", HANGS_AFTER)
        if self._origin is not None:
            self._origin.kill(link.name)

    # ------------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        for some in range(1, AT_ONCE + 1):  # one each before a second for any
            for one in self._links:
                if self._queue and len(one.jobs) < some:
                    one.give(self._queue.popleft())

    def _give_up(self) -> None:
        while self._queue:
            job = self._queue.popleft()
            if not job.done.done():
                job.done.set_exception(DeciderLostError())

    async def _fill(self) -> None:
        """Bring the pool to its number, and try again later where that fails."""
        while not self._closed and len(self._links) < self._count:
            try:
                if self._origin is None:
                    self._origin = await self._make_origin()
                    await self._origin.ready()
                while len(self._links) < self._count:
                    await self._add(self._origin)
            except Exception as error:
                log.warning("no deciders can be had: %s", type(error).__name__)
                self._give_up()
                if self._origin is not None:
                    origin, self._origin = self._origin, None
                    await asyncio.to_thread(origin.close)
            await asyncio.sleep(self._again_after)
            self._again_after = min(self._again_after * 2, AGAIN_AT_MOST)

    async def _make_origin(self) -> Origin:
        """One that is closed again if nobody wants it any more when it is there."""
        making = asyncio.ensure_future(asyncio.to_thread(Origin, self._way))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            await asyncio.to_thread((await making).close)
            raise

    def use(self, origin: Origin) -> None:
        """Fork from this one: it was made where making one is cheaper."""
        self._origin = origin

    async def _add(self, origin: Origin) -> None:
        self._names += 1
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                origin.fork(self._names, theirs)
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        link = Link(self, self._names)
        await asyncio.get_running_loop().create_unix_connection(lambda: link, sock=ours)
        if link not in self._links:  # else one after another would be forked at once
            raise DeciderLostError


def _cut(claimed: Sequence[Claimed], count: int) -> list[Chunk]:
    """Chunks of whole conversations, so many that each decider has some."""
    messages = sum(len(one.messages) for one in claimed)
    size = max(1, min(LARGEST_CHUNK, messages // (2 * count) or 1))
    chunks: list[Chunk] = []
    room = 0
    for one in claimed:
        if room <= 0:
            chunks.append([])
            room = size
        chunks[-1].append(one)
        room -= len(one.messages)
    return chunks
