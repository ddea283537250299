"""Labelled messages, one JSON object a line: questions with articles, messages with meanings."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec


class LabelledError(Exception):
    """A line that is not what it should be; the message says where and how to mend it."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and the article that should come first; None: none should answer.

    `also` are others that are as right. `standard` is what it is written in or, in dialect,
    the writer's likely one. `topic` is the article's theme where it is not given.
    """

    q: str
    article: str | None
    standard: str
    dialect: bool = False
    also: tuple[str, ...] = ()
    channel: str | None = None
    topic: str | None = None

    @property
    def accepted(self) -> frozenset[str]:
        return frozenset((*self.also, *([self.article] if self.article else [])))


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message and the fields of `Understood` that are clear: only these are judged.

    `accept` are values as right as the expected one, `reject` such as must not come.
    """

    text: str
    expect: dict[str, Any]
    group: str = "-"
    accept: dict[str, list[Any]] = {}
    reject: dict[str, list[Any]] = {}
    expecting: str | None = None
    choices: tuple[str, ...] = ()
    channel: str | None = None
    topic: str | None = None


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A text that must lose a number before it is stored, or must stay as it is."""

    text: str
    masked: bool


Line = Question | Message | Number
_NEEDS = {
    Question: '{"q": …, "article": id or null, "standard": "nb" or "nn"}',
    Message: '{"text": …, "expect": {…}}',
    Number: '{"text": …, "masked": true or false}',
}


def read_labelled(paths: Iterable[Path]) -> list[Line]:
    """Every line of the files. Raises LabelledError with every fault."""
    lines: list[Line] = []
    faults: list[str] = []
    for path in paths:
        try:
            rows = path.read_bytes().splitlines()
        except OSError as error:
            faults.append(f"{path}: {error.strerror}")
            continue
        for number, row in enumerate(rows, start=1):
            if not row.strip():
                continue
            try:
                lines.append(_line(row))
            except (msgspec.DecodeError, LabelledError) as error:
                faults.append(f"{path}:{number}: {error}")
    if faults:
        raise LabelledError("\n".join(faults))
    return lines


def _line(row: bytes) -> Line:
    keys = msgspec.json.decode(row, type=dict[str, Any])
    kind: type[Line] = Question if "q" in keys else Number if "masked" in keys else Message
    try:
        return msgspec.convert(keys, kind)
    except msgspec.ValidationError as error:
        raise LabelledError(f"{error}. Mend: write {_NEEDS[kind]}") from None


def key_of(line: Line) -> str:
    """What a line is known by from one evaluation to the next, without its words."""
    asked: Any = line.q if isinstance(line, Question) else line.text
    if isinstance(line, Message):
        asked = [line.text, line.expecting, line.choices]
    digest = hashlib.sha256(msgspec.json.encode([type(line).__name__, asked])).digest()
    return base64.b32encode(digest)[:12].decode().lower()
