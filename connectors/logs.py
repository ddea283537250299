"""Logs: one JSON object on a line, on standard error, with nothing personal in it.

Two nets lie below the rule that no personal value is logged: libraries that log
requests are silenced, and what looks like a phone number, a national number, a mail
address or a token is blanked in every value.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog

BLANK = "[***]"
# httpx logs addresses that hold the bot's token; twilio logs numbers and texts.
QUIET = (
    "httpx",
    "httpcore",
    "twilio",
    "telegram",
    "aiosqlite",
    "aiosmtplib",
    "asyncio",
    "mail.log",
    "alembic",
)
SILENT = ("aiohttp.access", "telegram.ext", "telegram.request")
_DIGITS = re.compile(
    r"\+\d[\d ]{6,18}\d"  # a phone number
    r"|(?<!\d)\d{6} ?\d{5}(?!\d)"  # a national number
    r"|\d{5,20}:[A-Za-z0-9_-]{15,}"  # a bot's token
)
_AT_SIGN = re.compile(
    r"(?<=://)[^/\s:@]{1,200}:[^/\s@]{1,200}(?=@)"  # user and password in an address
    r"|[\w.+-]{1,64}@[\w-]+\.[\w.-]+"  # a mail address
)
Event = MutableMapping[str, Any]


def configure_logs(
    level: str = "INFO", stream: TextIO | None = None, *, pretty: bool = False
) -> None:
    """Send structlog's and the libraries' records the same way. `pretty` is for terminals."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_error,
        blank,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if pretty
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:-1], _without_positions, blank],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def tell_error(logger: Any, method: str, event: Event) -> Event:
    """An exception becomes its kind and its places in the code. Its words may hold a
    message or a number, so they stay out."""
    found = event.pop("exc_info", None)
    record = event.get("_record")
    if found is None and record is not None:
        found = record.exc_info
        record.exc_info = record.exc_text = None
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if found and found[0] is not None:
        event["error"] = f"{found[0].__module__}.{found[0].__qualname__}"
        event["places"] = list(_places(found[2]))
    return event


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace)[-8:]:
        yield f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}"


def _without_positions(logger: Any, method: str, event: Event) -> Event:
    """A library's record keeps its message; its arguments are in it already."""
    event.pop("positional_args", None)
    return event


def blank(logger: Any, method: str, event: Event) -> Event:
    """What looks personal or secret becomes `[***]`, however deep it lies."""
    for key, value in event.items():
        if not key.startswith("_") and key != "timestamp":
            event[key] = _blanked(value)
    return event


def _blanked(value: Any) -> Any:
    if isinstance(value, str):
        if "@" in value:
            value = _AT_SIGN.sub(BLANK, value)
        return _DIGITS.sub(BLANK, value)
    if isinstance(value, dict):
        return {key: _blanked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_blanked(each) for each in value]
    return value
