"""The HTTP server: all routes in one application, each behind its access rule."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from connectors.access import access_of
from connectors.api import Api, PlanRating
from connectors.channel import Channel, Intake
from connectors.consent_api import ConsentApi
from connectors.health import Check, Refresh, health_routes
from connectors.metrics import Metrics
from connectors.problem_json import ProblemError, from_http
from connectors.reply_leave import AskLeave, AskToClose, PlanHandOver, nobody_else
from connectors.settings import Settings
from connectors.webhooks import LARGEST_BODY
from dialogue.satisfaction import QUARANTINE
from dialogue.store.store import Store
from knowledge.municipality import Municipality

STOP_WITHIN = 8.0  # seconds for requests under way when the service stops
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
log = structlog.get_logger(__name__)


def now() -> datetime:
    """The clock of the service itself."""
    return datetime.now(UTC)


def make_app(
    *,
    settings: Settings,
    channels: Sequence[Channel],
    intake: Intake,
    store: Store,
    municipality: Callable[[], Municipality],
    plan_rating: PlanRating,
    ask_leave: AskLeave | None = None,
    plan_hand_over: PlanHandOver = nobody_else,
    ask_to_close: AskToClose | None = None,
    consents: ConsentApi | None = None,
    quarantine: timedelta = QUARANTINE,
    checks: dict[str, Check] | None = None,
    metrics: Metrics | None = None,
    refresh: Refresh | None = None,
    clock: Callable[[], datetime] = now,
) -> web.Application:
    """The application. Channels are started and stopped by whoever composes the service."""
    metrics = metrics or Metrics()
    routes: list[web.RouteDef] = []
    for channel in channels:
        routes += channel.routes(intake)
    api = Api(
        store,
        [channel.name for channel in channels],
        municipality,
        plan_rating,
        quarantine,
        settings.zone,
        clock,
        ask_leave,
        plan_hand_over,
        ask_to_close,
    )
    routes += api.routes(settings.api_key)
    routes += [] if consents is None else consents.routes(settings.api_key)
    routes += health_routes(checks or {}, metrics, settings.api_key, refresh)
    return _application(routes, metrics)


def make_health_app(
    settings: Settings, checks: dict[str, Check], metrics: Metrics, refresh: Refresh
) -> web.Application:
    """Health and figures alone, for a process without the web."""
    return _application(health_routes(checks, metrics, settings.api_key, refresh), metrics)


def _application(routes: Iterable[web.RouteDef], metrics: Metrics) -> web.Application:
    app = web.Application(
        client_max_size=LARGEST_BODY, middlewares=[_observe(metrics), _tell_errors, _need_access]
    )
    app.router.add_routes(routes)
    return app


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen; returns at once. `await runner.cleanup()` stops gracefully.

    Port 0 takes a free one; `runner.addresses` tells which.
    """
    runner = web.AppRunner(
        app,
        access_log=None,  # `_observe` writes one without addresses and query strings
        handle_signals=False,
        shutdown_timeout=STOP_WITHIN,
        keepalive_timeout=75.0,
        max_line_size=8_190,
        max_field_size=8_190,
    )
    await runner.setup()
    await web.TCPSite(runner, host, port, reuse_address=True).start()
    return runner


def routes_without_access(app: web.Application) -> Iterable[str]:
    """Routes that nobody guards. There are none; a test sees to it."""
    for route in app.router.routes():
        if access_of(route.handler) is None:
            yield f"{route.method} {route.resource.canonical if route.resource else '?'}"


def _route_name(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"


def _observe(metrics: Metrics) -> Middleware:
    """Count and log each request: its route as it is registered, never its address."""

    @web.middleware
    async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            response.headers.update(HEADERS)
            return response
        finally:
            took = time.perf_counter() - began
            method = request.method if request.method in hdrs.METH_ALL else "OTHER"
            route = _route_name(request)
            metrics.requests.labels(method, route, str(status)).inc()
            metrics.request_seconds.labels(route).observe(took)
            ms = round(took * 1000, 1)
            tell = log.info if status >= 400 else log.debug  # metrics count them all
            tell("http.request", method=method, route=route, status=status, ms=ms)

    return observe


@web.middleware
async def _tell_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ProblemError as problem:
        return problem.response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return from_http(error).response()
    except Exception:
        log.exception("http.failed", route=_route_name(request))
        return ProblemError(500, "failed", "Something went wrong; it is in the log.").response()


@web.middleware
async def _need_access(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A route that names no rule is closed, whatever it does."""
    found = request.match_info
    if found.http_exception is None and access_of(found.handler) is None:
        raise ProblemError(500, "unguarded", "The route has no access rule.")
    return await handler(request)
