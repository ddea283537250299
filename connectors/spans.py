"""OpenTelemetry spans of a message's way: webhook, inbox, decide, outbox, send. Off by default.

The ids of a trace and of its spans are made of the message's number and the service's
secret, so that processes that share nothing but the database tell of the same trace, and
nothing is stored for it. A span holds numbers, names and outcomes, never what is personal.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from dialogue.messages import PersonMessage
from dialogue.store.batch import BatchResult
from dialogue.store.outbox import Sendable

Attributes = dict[str, str | int | bool]
NANO = 1_000_000_000


class Hashing(Protocol):
    """What makes ids that tell nothing (the store's vault)."""

    def hash(self, channel: str, address: str) -> bytes: ...


class _Ids(IdGenerator):
    """Gives the ids that were set just before; a span is begun without waiting in between."""

    trace_id = span_id = 1

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


class Spans:
    """Tells an exporter of each message's way. `part` is what this process does."""

    def __init__(self, hashing: Hashing, exporter: SpanExporter, part: str) -> None:
        self._ids = _Ids()
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource({"service.name": "samsvar", "samsvar.part": part}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("samsvar")
        self._hashing = hashing

    def came(self, number: int | None, channel: str, began: int) -> None:
        """A webhook whose message was committed as this number; None: a repeat."""
        if number is not None:
            self._tell("webhook", number, None, began, time.time_ns(), {"channel": channel})

    def handled(self, batch: BatchResult) -> None:
        """A batch that was committed."""
        for one in batch.handled:
            times = one.began, one.ended
            if one.message is None:
                continue
            came = _nanoseconds(one.message.received_at)
            above = "webhook" if isinstance(one.message.body, PersonMessage) else None
            self._tell("inbox", one.number, above, min(came, times[0]), times[0], {})
            edition = one.encoded.edition if one.encoded else ""
            about: Attributes = {
                "edition": edition,
                "put_aside": one.failed is not None,
                "replies": len(one.encoded.replies) if one.encoded else 0,
                "batch": batch.count,
            }
            self._tell("decide", one.number, "inbox", *times, about)

    def sent(self, sendable: Sendable, began: int, outcome: str, code: str | None) -> None:
        """An attempt to send; the time before it was spent in the outbox."""
        if sendable.answers is None:
            return
        about: Attributes = {
            "channel": sendable.channel,
            "outbox": sendable.outbox_id,
            "purpose": sendable.purpose,
        }
        queued, waited = _nanoseconds(sendable.created_at), f"outbox {sendable.outbox_id}"
        number, attempt = sendable.answers, sendable.attempts
        self._tell(waited, number, "decide", min(queued, began), began, about)
        about |= {"outcome": outcome, "attempt": attempt, "code": code or ""}
        name = f"send {sendable.outbox_id} {attempt}"
        self._tell(name, number, waited, began, time.time_ns(), about)

    def close(self) -> None:
        """Hand on what is left, for at most some seconds."""
        self._provider.force_flush(3_000)
        self._provider.shutdown()

    def _tell(
        self,
        name: str,
        number: int,
        parent: str | None,
        began: int,
        ended: int,
        attributes: Attributes,
    ) -> None:
        context = None
        if parent is not None:
            above = trace.SpanContext(
                *self._made(number, parent), is_remote=True, trace_flags=trace.TraceFlags(1)
            )
            context = trace.set_span_in_context(trace.NonRecordingSpan(above))
        self._ids.trace_id, self._ids.span_id = self._made(number, name)
        told: Attributes = {f"samsvar.{key}": value for key, value in attributes.items()}
        span = self._tracer.start_span(
            name.split(" ", maxsplit=1)[0],
            context=context,
            start_time=began,
            attributes=told | {"samsvar.message": number},
        )
        span.end(ended)

    def _made(self, number: int, name: str) -> tuple[int, int]:
        """The trace of a message, and its span of that name. Neither is ever zero."""
        trace_id = self._hashing.hash("trace", str(number))[:16]
        span_id = self._hashing.hash("span", f"{number} {name}")[:8]
        return int.from_bytes(trace_id) | 1, int.from_bytes(span_id) | 1


def open_spans(url: str, hashing: Hashing, part: str) -> Spans:
    """Spans that go to an OTLP collector by HTTP, in batches, from a thread of their own."""
    return Spans(hashing, OTLPSpanExporter(endpoint=url, timeout=5), part)


def _nanoseconds(at: datetime) -> int:
    """Since 1970, exact to the microsecond."""
    passed = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (passed.days * 86_400 + passed.seconds) * NANO + passed.microseconds * 1_000
