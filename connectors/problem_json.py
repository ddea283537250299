"""Errors as the HTTP interface tells them: problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web

CONTENT_TYPE = "application/problem+json"
TYPE = "urn:samsvar:problem:"  # + code; each code has a heading in docs/api.md


class ProblemError(Exception):
    """A request that is refused. `detail` is for the caller: no secrets, nothing personal.

    `errors` names each field at fault: `{"field": …, "detail": …}`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        body: dict[str, Any] = {
            "type": TYPE + self.code,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = list(self.errors)
        return web.json_response(
            body, status=self.status, headers=self.headers, content_type=CONTENT_TYPE
        )


def from_http(error: web.HTTPException) -> ProblemError:
    """aiohttp's own refusals (404, 405, 413, …) in the same form."""
    status = error.status
    code = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}.get(status, "refused")
    headers = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
    return ProblemError(status, code, "", headers=headers)
