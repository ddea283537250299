"""What `understand` returns: one message, understood. Values only; no logic lives here."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Standard = Literal["nb", "nn"]
Kind = Literal[
    "praise", "suggestion", "complaint", "appeal", "deviation", "access", "concern", "question"
]
Role = Literal["user", "relative", "guardian", "employee", "resident"]
About = Literal["service", "employee", "leader", "unit", "director", "political"]
Sensitive = Literal["none", "health", "child", "threat"]


class Entity(msgspec.Struct, frozen=True):
    """A named piece of the message. `start` and `end` are offsets into `Understood.text`."""

    entity: str
    value: Any
    start: int = 0
    end: int = 0
    role: str | None = None
    group: str | None = None


class Rating(msgspec.Struct, frozen=True):
    """An answer to a rating question: 1 (very dissatisfied) to 6 (very satisfied)."""

    value: int
    comment: str | None = None


class Ranked(msgspec.Struct, frozen=True):
    """One candidate intent with its calibrated confidence, 0 to 1."""

    name: str
    confidence: float


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """One message, understood.

    `text` is the message as it may be stored: sensitive numbers masked.
    `standard` is "other" when the message is not Norwegian. `standard_sure` tells
    whether the text itself shows its standard; if not, the person's known standard
    or the municipality's was taken. `language` is an ISO 639-1 code (nb, nn, en, …).
    `emergency` is the number to call ("110", "112", "113", "116 117", "22 59 13 00",
    "116 123", "116 111", "116 006"), else None; `possible_emergency` is one to name
    beside the ordinary answer where a danger is possible but not likely. `choice` is the
    index (from 0) of the offered choice that was meant. `parts` are the separate questions
    or statements of the message, each understood alone (empty when there is only one).
    """

    text: str
    standard: Literal["nb", "nn", "other"]
    standard_sure: bool
    language: str
    intent: str
    confidence: float
    ranking: tuple[Ranked, ...] = ()
    kind: Kind | None = None
    role: Role | None = None
    about: About | None = None
    service: str | None = None
    unit: str | None = None
    sensitive: Sensitive = "none"
    emergency: str | None = None
    possible_emergency: str | None = None
    rating: Rating | None = None
    choice: int | None = None
    entities: tuple[Entity, ...] = ()
    parts: tuple[Understood, ...] = ()
