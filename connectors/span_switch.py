"""Whether there are traces. OpenTelemetry is imported only where they are switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.settings_faults import Fault, SettingsError

if TYPE_CHECKING:
    from connectors.spans import Hashing, Spans


def make_spans(url: str | None, hashing: Hashing, part: str) -> Spans | None:
    """What tells of each message's way; None where no collector is set."""
    if url is None:
        return None
    try:
        from connectors.spans import open_spans
    except ImportError:
        mend = "Install it (pip install 'samsvar[tracing]'), or unset the variable."
        what = "is set, and OpenTelemetry is not installed"
        raise SettingsError([Fault("SAMSVAR_TRACING_URL", what, mend)]) from None
    return open_spans(url, hashing, part)
