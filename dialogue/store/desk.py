"""Where the messages of a batch are decided, one conversation after the other, without I/O.

A message whose decision fails is put aside with its error; what the person is told then
is another decision. What is to be written is gathered in `Writes`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Literal

import msgspec

from dialogue import conversation as states
from dialogue.conversation import Conversation
from dialogue.decision import Decide, Decision
from dialogue.effects import Forget
from dialogue.messages import Body, Numbered, PersonMessage
from dialogue.store.claims import Claimed, Waiting
from dialogue.store.effects import Place, carry_out
from dialogue.store.failures import report
from dialogue.store.writes import Encoded, Writes, encode

OnFailure = Callable[[Conversation, Numbered], Decision]
YIELD_AFTER = 0.005  # seconds of deciding, then others in this process have a turn
_decoder = msgspec.json.Decoder(Body)
_STANDARDS: dict[str, Literal["nb", "nn"]] = {"nb": "nb", "nn": "nn"}


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was handled. `failed` says how, when it was put aside."""

    number: int
    conversation_id: int
    message: Numbered | None
    decision: Decision | None
    failed: str | None = None


class Desk:
    """Decides what is claimed. `broken`: how the one message of this batch failed before."""

    def __init__(
        self, decide: Decide, on_failure: OnFailure | None, broken: Exception | None
    ) -> None:
        self.decide = decide
        self.on_failure = on_failure
        self.broken = broken
        self.handled: list[Handled] = []

    async def handle(self, claimed: list[Claimed], writes: Writes) -> None:
        since = time.perf_counter()
        for one in claimed:
            self._handle_conversation(one, writes)
            if time.perf_counter() - since > YIELD_AFTER:
                await asyncio.sleep(0)
                since = time.perf_counter()

    def _handle_conversation(self, claimed: Claimed, writes: Writes) -> None:
        state, unreadable = _load(claimed)
        for waiting in claimed.messages:
            message: Numbered | None = None
            failed: str | None = None
            try:
                if self.broken or unreadable:
                    raise self.broken or unreadable or AssertionError
                message = _numbered(waiting)
                encoded: Encoded | None = encode(self.decide(state, message))
            except Exception as error:
                failed = report(waiting.number, error)
                encoded = self._apologise(state, message or _blank(waiting))
                unreadable = None
            self._record(writes, claimed, waiting, message, state, encoded, failed)
            if encoded is not None:
                state = encoded.decision.conversation
                if any(isinstance(effect, Forget) for effect, _ in encoded.effects):
                    break  # what comes after begins anew, in the next batch

    def _apologise(self, state: Conversation, message: Numbered) -> Encoded | None:
        if self.on_failure is None:
            return None
        try:
            return encode(self.on_failure(state, message))
        except Exception as error:
            report(message.number, error)
            return None

    def _record(
        self,
        writes: Writes,
        claimed: Claimed,
        waiting: Waiting,
        message: Numbered | None,
        before: Conversation,
        encoded: Encoded | None,
        failed: str | None,
    ) -> None:
        if failed is None and encoded is not None:
            writes.done[encoded.decision.edition].append(waiting.number)
        else:
            row = {"the_id": waiting.number, "now": writes.now, "the_error": failed}
            writes.dead.append(row)
        if encoded is not None:
            known = message or _blank(waiting)
            _write_decision(writes, claimed, known, before, encoded)
        decision = encoded.decision if encoded else None
        self.handled.append(
            Handled(
                number=waiting.number,
                conversation_id=claimed.id,
                message=message,
                decision=decision,
                failed=failed,
            )
        )


def _write_decision(
    writes: Writes,
    claimed: Claimed,
    message: Numbered,
    before: Conversation,
    encoded: Encoded,
) -> None:
    decision = encoded.decision
    place = Place(claimed.id, claimed.channel, message, decision.edition)
    writes.add_state(claimed.id, encoded)
    if decision.conversation.opted_out != before.opted_out:
        writes.opted_out[claimed.id] = decision.conversation.opted_out
    if claimed.blocked and isinstance(message.body, PersonMessage):
        writes.unblocked.append(claimed.id)  # who writes to us can be reached again
    for effect, body in encoded.effects:
        carry_out(writes, place, effect, body)
    opted_out = writes.opted_out.get(claimed.id, before.opted_out)
    writes.add_replies(claimed.id, message, encoded, opted_out=opted_out)


def _load(claimed: Claimed) -> tuple[Conversation, Exception | None]:
    """The state before the message, and why it could not be read."""
    fresh = states.begin(claimed.channel, _STANDARDS.get(claimed.standard or ""))
    if claimed.state is None:
        return msgspec.structs.replace(fresh, opted_out=claimed.opted_out), None
    try:
        state = states.load(claimed.state)
    except msgspec.MsgspecError as error:
        return msgspec.structs.replace(fresh, opted_out=claimed.opted_out), error
    if state.opted_out != claimed.opted_out:  # the provider told us meanwhile
        state = msgspec.structs.replace(state, opted_out=claimed.opted_out)
    return state, None


def _numbered(waiting: Waiting) -> Numbered:
    return Numbered(
        number=waiting.number,
        received_at=waiting.received_at,
        body=_decoder.decode(waiting.body),
    )


def _blank(waiting: Waiting) -> Numbered:
    """In place of a message that can't be read."""
    return Numbered(number=waiting.number, received_at=waiting.received_at, body=PersonMessage())
