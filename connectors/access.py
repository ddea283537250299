"""Who may use a route. Every route names its rule; one without is refused, and a test finds it.

A rule is decided before the handler runs. `signature` and `secret` are the providers'
own; `bearer` is the API key; `local` is the machine itself; `open` is everybody.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Literal

from aiohttp import hdrs, web
from pydantic import SecretStr

from connectors.problem_json import ProblemError

Rule = Literal["signature", "secret", "bearer", "local", "open"]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


class Access:
    """A rule and how it is decided. `check` raises ProblemError when the request may not pass."""

    def __init__(self, rule: Rule, check: Callable[[web.Request], Awaitable[None]]) -> None:
        self.rule = rule
        self.check = check


def guarded(method: str, path: str, handler: Handler, access: Access) -> web.RouteDef:
    """A route that runs `handler` only for those whom `access` lets pass."""

    async def guard(request: web.Request) -> web.StreamResponse:
        await access.check(request)
        return await handler(request)

    guard.access = access  # type: ignore[attr-defined]
    return web.route(method, path, guard)


def access_of(handler: Any) -> Access | None:
    """The rule of a registered handler, or None where it has none."""
    access = getattr(handler, "access", None)
    return access if isinstance(access, Access) else None


def open_to_all() -> Access:
    async def check(request: web.Request) -> None:
        return None

    return Access("open", check)


def bearer(key: SecretStr | None) -> Access:
    """`Authorization: Bearer KEY`, compared in constant time. Without a key nobody passes."""

    async def check(request: web.Request) -> None:
        if key is None:
            raise ProblemError(403, "api-off", "The API is off: SAMSVAR_API_KEY is not set.")
        if not _shows(request, key):
            raise ProblemError(
                401,
                "unauthorized",
                "Send the header Authorization: Bearer KEY.",
                headers={"WWW-Authenticate": 'Bearer realm="samsvar"'},
            )

    return Access("bearer", check)


def local_or_bearer(key: SecretStr | None) -> Access:
    """The machine itself, or the API key. What a proxy has handed on is not local."""

    async def check(request: web.Request) -> None:
        if is_local(request) or (key is not None and _shows(request, key)):
            return
        raise ProblemError(403, "not-local", "Only from this machine, or with the API key.")

    return Access("local", check)


def is_local(request: web.Request) -> bool:
    """Whether the request was made on this machine, to this machine, through no proxy."""
    if any(name in request.headers for name in FORWARDED):
        return False
    return _is_loopback(request.remote or "") and _is_loopback(_host(request))


def _host(request: web.Request) -> str:
    host = request.headers.get(hdrs.HOST, "")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _shows(request: web.Request, key: SecretStr) -> bool:
    scheme, _, shown = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    wanted = key.get_secret_value().encode()
    given = shown.strip().encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, wanted) and scheme.lower() == "bearer"
