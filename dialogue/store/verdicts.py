"""What waits in a conversation becomes verdicts: decisions as they will be stored.

Pure, and its values are plain, so that it runs as well in a process of its own
(`deciders.py`) as in the worker's; what fails, fails the same way in both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from dialogue import conversation as states
from dialogue.conversation import Conversation
from dialogue.decision import Decide, Decision
from dialogue.effects import Effect, Forget
from dialogue.messages import Body, Numbered, PersonMessage
from dialogue.store.failures import describe, places

OnFailure = Callable[[Conversation, Numbered], Decision]
_encoder = msgspec.json.Encoder()
_bodies = msgspec.json.Decoder(Body)
_effects: msgspec.json.Decoder[Effect] = msgspec.json.Decoder(Effect)
_STANDARDS: dict[str, Literal["nb", "nn"]] = {"nb": "nb", "nn": "nn"}


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """A message as it lies in the inbox."""

    number: int
    body: bytes
    received_at: datetime
    secret: str = ""


class Claimed(msgspec.Struct, array_like=True):
    """A conversation and what waits in it, in order."""

    id: int
    channel: str
    standard: str | None
    state: bytes | None
    opted_out: bool
    blocked: bool
    forgetting: bool
    messages: list[Waiting] = []


class EncodedReply(msgspec.Struct, frozen=True, array_like=True):
    """A reply's JSON, and what its row says of it."""

    purpose: str
    rests_on: str | None
    body: bytes


class Encoded(msgspec.Struct, frozen=True, array_like=True):
    """A decision whose every value has proved to be storable."""

    channel: str
    standard: str | None
    opted_out: bool
    edition: str
    stopped: int
    state: bytes
    replies: tuple[EncodedReply, ...]
    effects: tuple[bytes, ...]

    def read_effects(self) -> list[tuple[Effect, bytes]]:
        """The effects, each with its JSON."""
        return [(_effects.decode(body), body) for body in self.effects]


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """What became of one message.

    `failed` says how its decision failed and `places` where in the code; what the person is told
    then is in `encoded` (None: nothing). `told_not`: telling them failed too, and where. `began`
    and `ended` are nanoseconds since 1970.
    """

    number: int
    encoded: Encoded | None
    began: int
    ended: int
    failed: str | None = None
    places: tuple[str, ...] = ()
    told_not: tuple[str, tuple[str, ...]] | None = None


def encode(decision: Decision) -> Encoded:
    """Encode a decision; raises what msgspec raises for a value that can't be stored."""
    state = decision.conversation
    bodies = tuple(_encoder.encode(effect) for effect in decision.effects)
    for body in bodies:
        _effects.decode(body)  # a value of a wrong kind fails here, where it can be put aside
    replies = tuple(
        EncodedReply(reply.purpose, reply.rests_on, _encoder.encode(reply))
        for reply in decision.replies
    )
    return Encoded(
        channel=state.channel,
        standard=state.standard,
        opted_out=state.opted_out,
        edition=decision.edition,
        stopped=decision.stopped,
        state=states.dump(state),
        replies=replies,
        effects=bodies,
    )


def decide_waiting(
    claimed: Claimed,
    decide: Decide,
    on_failure: OnFailure | None,
    broken: Exception | None = None,
    decisions: list[Decision | None] | None = None,
) -> list[Verdict]:
    """A verdict on each message, in order; `broken`: how the first failed before.

    Ends early after «slett meg»: what comes after that begins anew, in the next batch.
    `decisions` is given each decision as well, where somebody in this process wants to see them.
    """
    state, unreadable = _load(claimed)
    verdicts: list[Verdict] = []
    for waiting in claimed.messages:
        began = time.time_ns()
        message: Numbered | None = None
        failed: str | None = None
        where: tuple[str, ...] = ()
        told_not: tuple[str, tuple[str, ...]] | None = None
        decision: Decision | None = None
        encoded: Encoded | None = None
        try:
            if broken or unreadable:
                raise broken or unreadable or AssertionError
            message = read_message(waiting)
            decision = decide(state, message)
            encoded = encode(decision)
        except Exception as error:
            failed, where = describe(error), places(error)
            decision, encoded, told_not = _apologise(
                on_failure, state, message or blank_message(waiting)
            )
            unreadable = None
        verdicts.append(
            Verdict(waiting.number, encoded, began, time.time_ns(), failed, where, told_not)
        )
        if decisions is not None:
            decisions.append(decision)
        if decision is not None:
            state = decision.conversation
            if any(isinstance(effect, Forget) for effect in decision.effects):
                break
    return verdicts


def _apologise(
    on_failure: OnFailure | None, state: Conversation, message: Numbered
) -> tuple[Decision | None, Encoded | None, tuple[str, tuple[str, ...]] | None]:
    if on_failure is None:
        return None, None, None
    try:
        decision = on_failure(state, message)
        return decision, encode(decision), None
    except Exception as error:
        return None, None, (describe(error), places(error))


def read_message(waiting: Waiting) -> Numbered:
    """The message; raises MsgspecError when it can't be read."""
    return Numbered(
        number=waiting.number,
        received_at=waiting.received_at,
        body=_bodies.decode(waiting.body),
        secret=waiting.secret,
    )


def blank_message(waiting: Waiting) -> Numbered:
    """In place of a message that can't be read."""
    return Numbered(number=waiting.number, received_at=waiting.received_at, body=PersonMessage())


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
