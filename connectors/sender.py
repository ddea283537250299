"""The sender: what lies in the outbox goes out, and how it went is recorded.

The store hands out the first unsent message of each recipient, so order holds within a
recipient while recipients go at the same time. A claim is a lease: what this process
had under way when it died is in doubt then, and not sent again unasked.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import msgspec
import structlog
from aiolimiter import AsyncLimiter

from connectors.channel import Channel, InDoubt, Outgoing, Rejected, SendOutcome, Sent, Throttled
from connectors.doubts import LOOK_EVERY, Doubts, DoubtStore
from connectors.metrics import Metrics
from connectors.send_outcomes import as_recorded
from dialogue.effects import Effect
from dialogue.store.outbox import Outcome, Sendable

if TYPE_CHECKING:
    from connectors.spans import Spans

AT_ONCE = 48  # of one channel, so that a slow one takes no place from the others
LOOK_AGAIN_AFTER = 1.0  # seconds; other processes on SQLite can't wake this one
LONGEST_PAUSE = timedelta(seconds=30)  # of a channel whose provider asks for one
STOP_WITHIN = 10.0  # seconds that a stopping sender waits for what is under way
OTHER_RATE = 10.0  # messages a second of a channel without a rate among `rates`
log = structlog.get_logger(__name__)
_effect = msgspec.json.Decoder(Effect)


class Outbox(DoubtStore, Protocol):
    """What the sender needs of the store."""

    async def claim_outgoing(
        self, channels: Sequence[str], limit: int, now: datetime
    ) -> list[Sendable]: ...


class UnitChannel(Protocol):
    """A way to tell units of their tickets. `render` gives None for what they aren't told."""

    name: str

    def render(self, effect: Effect, unit: str) -> Outgoing | None: ...

    async def send(self, outgoing: Outgoing) -> SendOutcome: ...


def now() -> datetime:
    return datetime.now(UTC)


class Sender:
    """Sends what is claimed. `wait(seconds)` returns early when there may be something to send.

    `rates` are the messages a second that each channel takes.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Sequence[Channel],
        unit_channels: Sequence[UnitChannel] = (),
        clock: Callable[[], datetime] = now,
        *,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
        metrics: Metrics | None = None,
        rates: Mapping[str, float] = MappingProxyType({}),
        spans: Spans | None = None,
    ) -> None:
        self._outbox = outbox
        self._channels = {channel.name: channel for channel in channels}
        self._unit_channels = {channel.name: channel for channel in unit_channels}
        self._clock = clock
        self._wait = wait
        self._metrics = metrics
        self._spans = spans
        self._rates = rates
        self._limits: dict[str, AsyncLimiter] = {}
        self._paused_until: dict[str, datetime] = {}
        self._under_way: dict[asyncio.Task[Outcome], str] = {}  # and its channel
        self._stopping = asyncio.Event()
        self._doubts = Doubts(outbox, self._channels)
        self._settle_at: datetime | None = None

    async def run_once(self, at: datetime, limit: int = AT_ONCE) -> int:
        """Send what is due at `at`; how many there were. For simulations and tests."""
        claimed = await self._claim([*self._channels, *self._unit_channels], limit, at)
        if claimed:
            outcomes = await asyncio.gather(*(self._send(each, at) for each in claimed))
            await self._outbox.record_outcomes(outcomes, at)
        return len(claimed)

    async def run(self) -> None:
        """Send until `stop` is called; then finish what is under way."""
        while not self._stopping.is_set():
            try:
                await self._turn()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("sender.failed")
                await asyncio.sleep(LOOK_AGAIN_AFTER)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_WITHIN)
            await self._record()

    def stop(self) -> None:
        """Claim nothing more. `run` returns when what is under way is recorded."""
        self._stopping.set()

    async def _turn(self) -> None:
        at = self._clock()
        busy = Counter(self._under_way.values())
        names = [name for name in (*self._channels, *self._unit_channels) if busy[name] < AT_ONCE]
        free = min((AT_ONCE - busy[name] for name in names), default=0)
        for each in await self._claim(names, free, at):
            self._under_way[asyncio.create_task(self._send(each, at))] = each.channel
        await self._rest()
        if self._settle_at is None or not at < self._settle_at <= at + LOOK_EVERY:
            self._settle_at = at + LOOK_EVERY
            await self._doubts.settle(at)
        await self._record()

    async def _rest(self) -> None:
        """Until a send is done, there may be more to send, or it is time to stop."""
        waiting = {
            asyncio.ensure_future(self._wait(LOOK_AGAIN_AFTER)),
            asyncio.create_task(self._stopping.wait()),
        }
        try:
            await asyncio.wait({*self._under_way, *waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    async def _record(self) -> None:
        """Record all that is done, in one commit. What can't be recorded stays to be."""
        done = [task for task in self._under_way if task.done()]
        if done:
            outcomes = [task.result() for task in done]
            await self._outbox.record_outcomes(outcomes, self._clock())
            for task in done:
                del self._under_way[task]

    async def _claim(self, names: Sequence[str], limit: int, at: datetime) -> list[Sendable]:
        open_now = [name for name in names if not self._is_paused(name, at)]
        return await self._outbox.claim_outgoing(open_now, limit, at) if open_now else []

    def _is_paused(self, name: str, at: datetime) -> bool:
        """No pause is longer than the longest: one that seems so was begun by a wrong clock."""
        return at < self._paused_until.get(name, at) <= at + LONGEST_PAUSE

    async def _send(self, sendable: Sendable, at: datetime) -> Outcome:
        began, began_at = time.perf_counter(), time.time_ns()
        outcome = await self._attempt(sendable)
        took = time.perf_counter() - began
        name = sendable.channel
        if isinstance(outcome, Throttled):
            self._paused_until[name] = at + min(outcome.retry_after, LONGEST_PAUSE)
        recorded = as_recorded(sendable, outcome, at)
        log.info(
            "message.attempted",
            message=sendable.answers,
            outbox=sendable.outbox_id,
            channel=name,
            purpose=sendable.purpose,
            outcome=recorded.status,
            code=recorded.code,
            reason=recorded.reason,
            ms=round(took * 1000, 1),
        )
        if self._metrics is not None:
            self._metrics.sends.labels(name, recorded.status).inc()
            self._metrics.send_seconds.labels(name).observe(took)
        if self._spans is not None:
            self._spans.sent(sendable, began_at, recorded.status, recorded.code)
        return recorded

    async def _attempt(self, sendable: Sendable) -> SendOutcome | None:
        """One attempt; None for what needn't be sent. A fault of ours becomes an outcome."""
        try:
            outgoing = self._render(sendable)
        except Exception:
            log.exception("render.failed", outbox=sendable.outbox_id, channel=sendable.channel)
            return Rejected("the message can't be rendered; the log says why", "render")
        if outgoing is None:
            return None
        channel = self._channels.get(sendable.channel) or self._unit_channels[sendable.channel]
        if not await self._wait_for_turn(sendable.channel):
            return Throttled(timedelta(0), "the service stops")
        try:
            outcome = await channel.send(outgoing)
        except Exception:
            log.exception("send.failed", outbox=sendable.outbox_id, channel=sendable.channel)
            return InDoubt("sending failed; the log says why")
        self._count_segments(outgoing, outcome)
        return outcome

    def _render(self, sendable: Sendable) -> Outgoing | None:
        if sendable.letter is not None and sendable.unit is not None:
            effect = _effect.decode(sendable.letter)
            return self._unit_channels[sendable.channel].render(effect, sendable.unit)
        assert sendable.reply is not None
        assert sendable.address is not None
        return self._channels[sendable.channel].render(sendable.reply, sendable.address)

    async def _wait_for_turn(self, name: str) -> bool:
        """Wait until the channel's rate allows one more; False when the service stops first."""
        limit = self._limit(name)
        if limit.has_capacity() and not self._stopping.is_set():
            await limit.acquire()
            return True
        turn = asyncio.create_task(limit.acquire())
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({turn, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in (turn, stop):
            task.cancel()
        return not self._stopping.is_set()

    def _limit(self, name: str) -> AsyncLimiter:
        if name not in self._limits:
            self._limits[name] = AsyncLimiter(self._rates.get(name, OTHER_RATE), 1.0)
        return self._limits[name]

    def _count_segments(self, outgoing: Outgoing, outcome: SendOutcome) -> None:
        if self._metrics is not None and outgoing.segments and isinstance(outcome, Sent):
            self._metrics.segments.inc(outgoing.segments)
