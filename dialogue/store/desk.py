"""Where what is claimed is decided, and the verdicts are made into what a batch writes.

A few messages are decided here, one conversation after the other; many are shared with
the deciders, processes of their own (`deciders.py`). A message whose decision fails is
put aside with its error; what the person is told then is another decision. What is to
be written is gathered in `Writes`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import msgspec

from dialogue.decision import Decide, Decision
from dialogue.messages import Numbered, PersonMessage
from dialogue.store.deciders import Deciders
from dialogue.store.effects import Place, carry_out
from dialogue.store.failures import report
from dialogue.store.verdicts import (
    Claimed,
    Encoded,
    OnFailure,
    Verdict,
    Waiting,
    blank_message,
    decide_waiting,
    read_message,
)
from dialogue.store.writes import Writes

YIELD_AFTER = 0.005  # seconds of deciding, then others in this process have a turn


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was handled. `failed` says how, when it was put aside.

    `decision` is there when it was decided in this process; `encoded` whenever it was decided.
    `began` and `ended`: of deciding, nanoseconds since 1970.
    """

    number: int
    conversation_id: int
    message: Numbered | None
    decision: Decision | None
    encoded: Encoded | None = None
    failed: str | None = None
    began: int = 0
    ended: int = 0


class Desk:
    """Decides what is claimed. `broken`: how the one message of this batch failed before."""

    def __init__(
        self,
        decide: Decide,
        on_failure: OnFailure | None,
        broken: Exception | None,
        deciders: Deciders | None = None,
    ) -> None:
        self.decide = decide
        self.on_failure = on_failure
        self.broken = broken
        self.handled: list[Handled] = []
        self._deciders = deciders

    async def handle(self, claimed: list[Claimed], writes: Writes) -> None:
        """Decide, and gather what is to be written. Raises DeciderLostError."""
        if self._deciders is not None and self.broken is None:
            for one, verdicts in zip(claimed, await self._deciders.decide(claimed), strict=True):
                self._record_all(writes, one, verdicts, [None] * len(verdicts))
            return
        since = time.perf_counter()
        for one in claimed:
            decisions: list[Decision | None] = []
            verdicts = decide_waiting(one, self.decide, self.on_failure, self.broken, decisions)
            self._record_all(writes, one, verdicts, decisions)
            if time.perf_counter() - since > YIELD_AFTER:
                await asyncio.sleep(0)
                since = time.perf_counter()

    def _record_all(
        self,
        writes: Writes,
        claimed: Claimed,
        verdicts: Sequence[Verdict],
        decisions: Sequence[Decision | None],
    ) -> None:
        opted_out = claimed.opted_out
        for waiting, verdict, decision in zip(claimed.messages, verdicts, decisions, strict=False):
            message = _read(waiting)
            self._record(writes, claimed, waiting, verdict)
            if verdict.encoded is not None:
                known = message or blank_message(waiting)
                _write_decision(writes, claimed, known, verdict.encoded, was_opted_out=opted_out)
                opted_out = verdict.encoded.opted_out
            self.handled.append(
                Handled(
                    number=waiting.number,
                    conversation_id=claimed.id,
                    message=message,
                    decision=decision,
                    encoded=verdict.encoded,
                    failed=verdict.failed,
                    began=verdict.began,
                    ended=verdict.ended,
                )
            )

    def _record(self, writes: Writes, claimed: Claimed, waiting: Waiting, verdict: Verdict) -> None:
        if verdict.failed is None and verdict.encoded is not None:
            writes.done[verdict.encoded.edition].append(waiting.number)
            return
        report(waiting.number, verdict.failed or "", verdict.places)
        if verdict.told_not is not None:
            report(waiting.number, *verdict.told_not)
        row = {"the_id": waiting.number, "now": writes.now, "the_error": verdict.failed}
        writes.dead.append(row)


def _write_decision(
    writes: Writes,
    claimed: Claimed,
    message: Numbered,
    encoded: Encoded,
    *,
    was_opted_out: bool,
) -> None:
    place = Place(claimed.id, claimed.channel, message, encoded.edition)
    writes.add_state(claimed.id, encoded)
    if encoded.opted_out != was_opted_out:
        writes.opted_out[claimed.id] = encoded.opted_out
    if claimed.blocked and isinstance(message.body, PersonMessage):
        writes.unblocked.append(claimed.id)  # who writes to us can be reached again
    for effect, body in encoded.read_effects():
        carry_out(writes, place, effect, body)
    opted_out = writes.opted_out.get(claimed.id, was_opted_out)
    writes.add_replies(claimed.id, message, encoded, opted_out=opted_out)


def _read(waiting: Waiting) -> Numbered | None:
    try:
        return read_message(waiting)
    except msgspec.MsgspecError:
        return None
