"""From what a channel tells of a send to what the store records."""

from __future__ import annotations

from datetime import datetime

from connectors.channel import InDoubt, Rejected, SendOutcome, Sent, Throttled, Unreachable
from dialogue.store.outbox import Outcome, Sendable
from dialogue.store.purposes import next_attempt


def as_recorded(sendable: Sendable, outcome: SendOutcome | None, at: datetime) -> Outcome:
    """None is a message that needs no sending. A later try waits for the longer of what the
    provider asks and the back-off, which grows with the attempts."""
    number = sendable.outbox_id
    if outcome is None:
        return Outcome(outbox_id=number, status="sent", reason="nothing to tell")
    if isinstance(outcome, Sent):
        return Outcome(outbox_id=number, status="sent", provider_id=outcome.provider_id)
    if isinstance(outcome, Throttled):
        later = max(at + outcome.retry_after, next_attempt(number, sendable.attempts, at))
        return Outcome(outbox_id=number, status="retry", retry_at=later, reason=outcome.reason)
    if isinstance(outcome, Unreachable):
        return Outcome(
            outbox_id=number,
            status="unreachable",
            code=outcome.code,
            reason=outcome.reason,
            opted_out=outcome.opted_out,
        )
    if isinstance(outcome, Rejected):
        return Outcome(
            outbox_id=number, status="rejected", code=outcome.code, reason=outcome.reason
        )
    assert isinstance(outcome, InDoubt)
    return Outcome(outbox_id=number, status="in_doubt", reason=outcome.reason)
