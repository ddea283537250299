"""What tests of the connectors share."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from connectors.logs import configure_logs


@pytest.fixture
def log_stream() -> Iterator[io.StringIO]:
    """The service's own logs, as JSON lines; how it was before comes back afterwards."""
    loggers = [logging.getLogger(name) for name in (None, *logging.root.manager.loggerDict)]
    before = [(logger, logger.level) for logger in loggers]
    handlers = logging.getLogger().handlers[:]
    made = io.StringIO()
    configure_logs("DEBUG", made)
    yield made
    logging.getLogger().handlers[:] = handlers
    for logger, level in before:
        logger.setLevel(level)
    structlog.reset_defaults()
