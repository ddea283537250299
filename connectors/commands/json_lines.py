"""JSON Lines on stdin, one line out for each, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, TypeVar

import msgspec

Asked = TypeVar("Asked")
_encode = msgspec.json.Encoder().encode


class LineError(Exception):
    """A line whose content is not what the command takes; the message says why."""


def answer_lines(
    source: Iterable[bytes], sink: BinaryIO, asked: type[Asked], answer: Callable[[Asked], Any]
) -> bool:
    """Answer each line; whether all could be read.

    A line that cannot be read gives ``{"error": …, "line": n}``, and the rest is still
    done. Empty lines are passed over.
    """
    decoder = msgspec.json.Decoder(asked)
    all_read = True
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            out = answer(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, LineError) as error:
            out = {"error": str(error), "line": number}
            all_read = False
        sink.write(_encode(out) + b"\n")
    sink.flush()
    return all_read
