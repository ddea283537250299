"""Messages in doubt: where the provider can be asked whether it has them, it is.

A message is in doubt when the connection broke after it was on its way. It is never sent
again unasked. Twilio can be asked; Telegram can't, so there such a message stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import structlog

from connectors.channel import Channel, Outgoing, Sent
from dialogue.store.outbox import Outcome, Sendable

LOOK_AFTER = timedelta(seconds=20)  # until then the request may be under way at the provider
LOOK_EVERY = timedelta(seconds=10)
AT_ONCE = 20
log = structlog.get_logger(__name__)


@runtime_checkable
class CanBeAsked(Protocol):
    """A channel whose provider tells whether it has a message.

    `find` looks for the message among those made since then, except those that are
    `known` to be others: Sent if it is there, None if not. Raises OSError when the
    provider can't be asked.
    """

    async def find(
        self, outgoing: Outgoing, since: datetime, known: Collection[str] = ()
    ) -> Sent | None: ...


class DoubtStore(Protocol):
    """What settling needs of the store."""

    async def claim_in_doubt(self, channels: Sequence[str], limit: int) -> list[Sendable]: ...

    async def record_outcomes(self, outcomes: Sequence[Outcome], now: datetime) -> None: ...


class Doubts:
    """Settles messages that have been in doubt for a while."""

    def __init__(self, store: DoubtStore, channels: Mapping[str, Channel]) -> None:
        self._store = store
        self._channels = channels
        self._askable = [
            name for name, channel in channels.items() if isinstance(channel, CanBeAsked)
        ]
        self._seen_at: dict[int, datetime] = {}

    async def settle(self, at: datetime) -> int:
        """Ask about what has been in doubt for `LOOK_AFTER`; how many are settled."""
        if not self._askable:
            return 0
        found = await self._store.claim_in_doubt(self._askable, AT_ONCE)
        seen_before, numbers = self._seen_at, [each.outbox_id for each in found]
        # no later than now: the clock may have been set back
        self._seen_at = {number: min(seen_before.get(number, at), at) for number in numbers}
        due = [each for each in found if at - self._seen_at[each.outbox_id] >= LOOK_AFTER]
        outcomes: list[Outcome] = []
        taken: set[str] = set()  # by an earlier one of these: one message settles one doubt
        for each in due:
            outcome = await self._ask(each, each.known | taken)
            if outcome is not None:
                outcomes.append(outcome)
                taken.update([outcome.provider_id] if outcome.provider_id else ())
        await self._store.record_outcomes(outcomes, at)
        return len(outcomes)

    async def _ask(self, sendable: Sendable, known: Collection[str]) -> Outcome | None:
        channel = self._channels[sendable.channel]
        if sendable.reply is None or sendable.address is None:
            return None
        assert isinstance(channel, CanBeAsked)
        outgoing = channel.render(sendable.reply, sendable.address)
        try:
            sent = await channel.find(outgoing, sendable.created_at, known)
        except OSError as error:
            log.warning("doubt.unsettled", channel=sendable.channel, error=type(error).__name__)
            return None
        number = sendable.outbox_id
        log.info("doubt.settled", outbox=number, channel=sendable.channel, sent=sent is not None)
        if sent is None:
            return Outcome(outbox_id=number, status="not_sent")
        return Outcome(outbox_id=number, status="sent", provider_id=sent.provider_id)
