"""Articles: one answer each, in nb and nn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Standard = Literal["nb", "nn"]


@dataclass(frozen=True, slots=True)
class Article:
    """One answer in one written standard; its twin has the same `id`.

    `sms` is the short answer (GSM-7, with the link at most two segments), `body` the
    fuller one in Markdown. `line` is where the front matter of `file` begins.
    """

    id: str
    standard: Standard
    title: str
    unit: str
    service: str | None
    theme: str
    questions: tuple[str, ...]
    sms: str
    body: str
    link: str | None
    reviewed: date | None
    valid_until: date | None
    sources: tuple[str, ...]
    file: str = ""
