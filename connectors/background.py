"""Work that goes on in the background, and ends decently."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

STOP_WITHIN = 10.0  # seconds for a graceful stop
log = structlog.get_logger(__name__)


@asynccontextmanager
async def stopped_after(
    running: Coroutine[Any, Any, None], stop: Callable[[], object]
) -> AsyncIterator[asyncio.Task[None]]:
    """Run in the background; at the end ask it to stop, and wait so long as is decent."""
    task: asyncio.Task[None] = asyncio.create_task(running)
    task.add_done_callback(_tell_failure)
    try:
        yield task
    finally:
        stopping = stop()
        if asyncio.iscoroutine(stopping):
            await stopping
        with contextlib.suppress(asyncio.TimeoutError):
            async with asyncio.timeout(STOP_WITHIN):
                await asyncio.wait([task])
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("service.part_failed", error=type(task.exception()).__name__)
