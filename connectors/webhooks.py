"""What all webhooks share: reading a body within limits, and answering after the commit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

from connectors.channel import Intake, IntakeFull
from connectors.problem_json import ProblemError
from dialogue.messages import Incoming

BODY_WITHIN = 10.0  # seconds; a client that is slower holds a connection for nothing
MOST_FIELDS = 300
FORM = web.RequestKey("form", MultiDict[str])  # where a request keeps its form, once read
LARGEST_BODY = 256 * 1024  # bytes; 10,000 characters of four bytes, percent-encoded, are 120 KB


async def read_body(request: web.Request, content_type: str) -> bytes:
    """The whole body. Refuses another content type (415), a large (413) or slow one (408)."""
    if request.content_type != content_type:
        raise ProblemError(415, "wrong-content-type", f"Send {content_type}.")
    if request.content_length is not None and request.content_length > LARGEST_BODY:
        raise ProblemError(413, "too-large", f"At most {LARGEST_BODY} bytes.")
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await request.read()
    except TimeoutError:
        raise ProblemError(408, "too-slow", f"Send the body within {BODY_WITHIN:.0f} s.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise ProblemError(400, "broken-body", "The body ended early.") from None


async def read_form(request: web.Request) -> MultiDict[str]:
    """The fields of a form, blank ones too; a signature is made over all of them.

    Who asks again for the same request gets the same.
    """
    if FORM in request:
        return request[FORM]
    body = await read_body(request, "application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=False,
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise ProblemError(400, "unreadable", "The form can't be read.") from None
    request[FORM] = form = MultiDict(pairs)
    return form


async def read_json(request: web.Request) -> Any:
    """The JSON value of the body. Refuses what is none (400), NaN and the like too."""
    body = await read_body(request, "application/json")
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProblemError(400, "not-json", "The body is not JSON.") from None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


async def hand_on(intake: Intake, incoming: Sequence[Incoming]) -> None:
    """Give what came in to the intake; returns when all of it is committed."""
    with asking_again():
        for each in incoming:
            await intake.receive(each)


@contextmanager
def asking_again() -> Iterator[None]:
    """A full intake becomes 503 with Retry-After: Twilio and Telegram come back with it."""
    try:
        yield
    except IntakeFull as full:
        after = {"Retry-After": str(full.retry_after)}
        raise ProblemError(503, "busy", "Come back in a moment.", headers=after) from None
