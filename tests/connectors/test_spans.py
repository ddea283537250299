"""Traces: one for each message, through every process, with nothing personal in them."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from small_decide import decide, incoming, on_failure

from connectors.channels.simulated_phone import SimulatedPhone
from connectors.intake import StoreIntake
from connectors.metrics import Metrics
from connectors.sender import Sender
from connectors.spans import Spans, _nanoseconds
from dialogue.store.store import Store
from dialogue.store.vault import Vault

VAULT = Vault("a secret for tests only")
WAY = ["webhook", "inbox", "decide", "outbox", "send"]


class Traced:
    """Web, worker and sender that share nothing but the store, each with spans of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._told = [InMemorySpanExporter() for _ in range(3)]
        self._web, self._worker, self._sender = (
            Spans(VAULT, exporter, part)
            for exporter, part in zip(self._told, ("web", "worker", "sender"), strict=True)
        )
        self.phone = SimulatedPhone("sms")

    async def play(self, *words: str) -> list[ReadableSpan]:
        intake = StoreIntake(self.store, now, Metrics(), None, self._web)
        for number, word in enumerate(words):
            for _ in range(2):  # the provider delivers each twice
                await intake.receive(incoming(word, str(number), f"+479000000{number}"))
        batch = await self.store.run_batch(decide, now(), on_failure=on_failure)
        self._worker.handled(batch)
        sender = Sender(self.store, [self.phone], clock=now, spans=self._sender)
        while await sender.run_once(now()):
            pass
        return self.spans()

    def spans(self) -> list[ReadableSpan]:
        self.close()
        return [span for told in self._told for span in told.get_finished_spans()]

    def close(self) -> None:
        for one in (self._web, self._worker, self._sender):
            one.close()


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def traced(store: Store) -> Iterator[Traced]:
    made = Traced(store)
    yield made
    made.close()


async def test_each_step_lies_below_the_one_before_in_one_trace(traced: Traced) -> None:
    spans = await traced.play("hei")
    assert [span.name for span in spans] == WAY
    assert len({span.context.trace_id for span in spans if span.context}) == 1
    assert spans[0].parent is None
    for above, below in itertools.pairwise(spans):
        assert above.context is not None
        assert below.parent is not None
        assert below.parent.span_id == above.context.span_id
    assert [span.resource.attributes["samsvar.part"] for span in spans] == [
        "web", "worker", "worker", "sender", "sender",
    ]  # fmt: skip
    assert {(span.attributes or {})["samsvar.message"] for span in spans} == {1}
    assert all((span.end_time or 0) >= (span.start_time or 0) > 0 for span in spans)


async def test_messages_have_traces_of_their_own_and_two_answers_two_sends(traced: Traced) -> None:
    spans = await traced.play("hei", "two", "boom")
    traces: dict[int, list[str]] = {}
    for span in spans:
        assert span.context is not None
        traces.setdefault(span.context.trace_id, []).append(span.name)
    assert sorted(len(names) for names in traces.values()) == [5, 5, 7]
    aside = [span for span in spans if (span.attributes or {}).get("samsvar.put_aside")]
    assert [span.name for span in aside] == ["decide"]


async def test_nothing_personal_is_in_a_span(traced: Traced) -> None:
    spans = await traced.play("hei, eg er Kari, 12345678901", "two")
    told = " ".join(span.to_json() for span in spans)
    for personal in ("Kari", "90000", "12345678901", "hei", "one"):
        assert personal not in told


def test_off_is_the_default_and_then_opentelemetry_is_not_even_imported() -> None:
    code = (
        "import sys, connectors.app, connectors.sender, connectors.intake;"
        "sys.exit('connectors.spans' in sys.modules or 'opentelemetry.sdk.trace' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_times_are_exact() -> None:
    at = datetime(2026, 11, 24, 9, 0, 0, 123_456, tzinfo=UTC)
    assert _nanoseconds(at + timedelta(seconds=1)) - _nanoseconds(at) == 1_000_000_000
    assert _nanoseconds(at) % 1_000_000_000 == 123_456_000
