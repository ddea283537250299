"""An error told without the words of a person: its type, and a mark that finds its traceback."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import traceback
from collections.abc import Iterator, Sequence

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from dialogue.store.errors import AwayError

log = logging.getLogger("samsvar.store")
_SCARCE_ON_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM", "SQLITE_READONLY")
# insufficient resources, operator intervention, system error (postgresql.org: error codes)
_SCARCE_ON_POSTGRESQL = frozenset({"53", "57", "58"})
_OF_WHAT_WAS_WRITTEN = (IntegrityError, DataError, ProgrammingError, NotSupportedError)


def is_away(error: BaseException) -> bool:
    """Whether a failure is the database's absence (or its full disk), and passes with it."""
    if isinstance(error, OSError | TimeoutError | PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or not isinstance(error, _OF_WHAT_WAS_WRITTEN)
    return type(error).__module__.startswith("asyncpg")  # raised while it connects


def is_scarcity(error: BaseException) -> bool:
    """Whether the database is there but has no room or memory left, or is being ended.

    No message is to blame for that, however often it fails.
    """
    original = getattr(error, "orig", None)
    name = getattr(original, "sqlite_errorname", None) or ""
    state = getattr(original, "sqlstate", None) or ""
    return name.startswith(_SCARCE_ON_SQLITE) or state[:2] in _SCARCE_ON_POSTGRESQL


@contextlib.contextmanager
def telling_away() -> Iterator[None]:
    """Raise AwayError in place of each way in which a driver says that nobody answers."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise AwayError(type(error).__name__) from error
        raise


def describe(error: BaseException) -> str:
    """The type of an error and a mark, the same for each error from the same lines of code.

    An exception's own message may quote what a person wrote, so it is left out.
    """
    kind = type(error)
    mark = hashlib.sha256("\n".join(places(error)).encode()).hexdigest()[:12]
    return f"{kind.__module__}.{kind.__qualname__} [{mark}]"


def report(number: int, described: str, where: Sequence[str]) -> None:
    """Log that a message is put aside: the error as described, and where it came from."""
    log.error("message %d is put aside: %s\n  %s", number, described, "\n  ".join(where))


def places(error: BaseException) -> tuple[str, ...]:
    """The lines of code that an error came through."""
    return tuple(
        f"{frame.filename}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    )
