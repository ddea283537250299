"""What the service counts about itself, for Prometheus. No label is ever personal."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from dialogue.store.health import Depth

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The service's figures, in a registry of their own (several services fit in a process)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "samsvar_http_requests_total",
            "HTTP requests.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "samsvar_http_request_seconds",
            "Time to answer a request.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.sends = Counter(
            "samsvar_sends_total",
            "Messages given to a provider, by outcome.",
            ("channel", "outcome"),
            registry=self.registry,
        )
        self.segments = Counter(
            "samsvar_sms_segments_total",
            "SMS segments that the provider took.",
            registry=self.registry,
        )
        self.send_seconds = Histogram(
            "samsvar_send_seconds",
            "Time that a provider took for a message.",
            ("channel",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.received = Counter(
            "samsvar_received_total",
            "Messages from people, new or repeated by the provider.",
            ("channel", "outcome"),
            registry=self.registry,
        )
        self.handled = Counter(
            "samsvar_handled_total",
            "Messages that the worker handled: decided, or put aside as dead letters.",
            ("outcome",),
            registry=self.registry,
        )
        self.loops_stopped = Counter(
            "samsvar_loops_stopped_total",
            "Replies held back because the same had been said too often to one person.",
            registry=self.registry,
        )
        self.batch_messages = Histogram(
            "samsvar_batch_messages",
            "Messages handled in one transaction.",
            buckets=BATCHES,
            registry=self.registry,
        )
        self.depth = Gauge(
            "samsvar_waiting", "Rows that wait, by table.", ("table",), registry=self.registry
        )
        self.oldest_seconds = Gauge(
            "samsvar_oldest_waiting_seconds",
            "Age of the oldest row that waits, by table.",
            ("table",),
            registry=self.registry,
        )

        self.spool_bytes = Gauge(
            "samsvar_spool_bytes",
            "Bytes that wait on the disk because the database was away.",
            registry=self.registry,
        )

    def set_depth(self, depth: Depth) -> None:
        """What waits in the store, as it was measured just now."""
        self.depth.labels("inbox").set(depth.waiting)
        self.depth.labels("outbox").set(depth.queued)
        self.depth.labels("in_doubt").set(depth.in_doubt)
        self.depth.labels("dead_letters").set(depth.dead_letters)
        self.oldest_seconds.labels("inbox").set(depth.oldest_waiting.total_seconds())
        self.oldest_seconds.labels("outbox").set(depth.oldest_queued.total_seconds())

    def text(self) -> bytes:
        return generate_latest(self.registry)
