"""Whether the service lives, is ready, and what it counts: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from pydantic import SecretStr

from connectors.access import guarded, local_or_bearer, open_to_all
from connectors.metrics import CONTENT_TYPE, Metrics

# Says nothing when all is well, else what is wrong (nothing personal, no addresses).
Check = Callable[[], Awaitable[str | None]]
Refresh = Callable[[], Awaitable[None]]
CHECK_WITHIN = 3.0  # seconds
log = structlog.get_logger(__name__)


def health_routes(
    checks: Mapping[str, Check],
    metrics: Metrics,
    api_key: SecretStr | None,
    refresh: Refresh | None = None,
) -> list[web.RouteDef]:
    """`checks` by name (database, worker, …); `refresh` sets gauges before they are read."""

    async def alive(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(request: web.Request) -> web.Response:
        names = list(checks)
        found = await asyncio.gather(*(_ask(name, checks[name]) for name in names))
        wrong = {name: what for name, what in zip(names, found, strict=True) if what}
        body = {
            "status": "not ready" if wrong else "ok",
            "checks": {name: wrong.get(name, "ok") for name in names},
        }
        return web.json_response(body, status=503 if wrong else 200)

    async def show(request: web.Request) -> web.Response:
        if refresh is not None:
            try:
                async with asyncio.timeout(CHECK_WITHIN):
                    await refresh()
            except Exception as error:  # figures of the process itself are still worth having
                log.warning("metrics.stale", error=type(error).__name__)
        return web.Response(body=metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return [
        guarded("GET", "/healthz", alive, open_to_all()),
        guarded("GET", "/readyz", ready, open_to_all()),
        guarded("GET", "/metrics", show, local_or_bearer(api_key)),
    ]


async def _ask(name: str, check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_WITHIN):
            return await check()
    except TimeoutError:
        return f"no answer within {CHECK_WITHIN:.0f} s"
    except Exception as error:
        log.warning("check.failed", check=name, error=type(error).__name__)
        return type(error).__name__
