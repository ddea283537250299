"""The form of the files that a municipality writes, checked by pydantic.

What the values mean together (does the unit exist?) is checked in `check.py`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from knowledge.problems import Problem
from knowledge.yaml_lines import Document, PathInFile

KEBAB = r"^[a-z0-9]+(-[a-z0-9]+)*$"
HOURS = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
LINK = r"^(https?://\S+|.*\{\{.*\}\}.*)$"
CLOSED = r"^(\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|maundy-wednesday)$"

Id = Annotated[str, Field(pattern=KEBAB)]
Text = Annotated[str, Field(min_length=1)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _plain(value: Any) -> Any:
    """A number that was meant as a word («116117» as a name), as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_plain), Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TwoNames(_File):
    """A name in both written standards."""

    nb: Text
    nn: Text


class Words(_File):
    nb: tuple[Word, ...] = ()
    nn: tuple[Word, ...] = ()


class MunicipalityFile(_File):
    """municipality.yml"""

    name: Text
    standard: Literal["nb", "nn"]
    timezone: Text = "Europe/Oslo"
    service_centre: Id
    site: Annotated[str, Field(pattern=r"^https?://\S+$")]


class UnitEntry(_File):
    """One unit of units.yml."""

    name: TwoNames
    lead: TwoNames = TwoNames(nb="enhetsleder", nn="einingsleiar")
    deputy: TwoNames = TwoNames(nb="fagleder", nn="fagleiar")
    recusal_to: Id | None
    level: Literal["unit", "director", "political", "control", "outside"] = "unit"
    mail: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None


class ServiceEntry(_File):
    """One service of services.yml."""

    unit: Id
    decider: Id | None = None
    environment: bool = False
    theme: Id
    name: TwoNames
    words: Words = Words()


class HoursFile(_File):
    """hours.yml"""

    days: dict[Weekday, Annotated[str, Field(pattern=HOURS)]]
    closed: tuple[Annotated[str, Field(pattern=CLOSED)], ...] = ()


class FactEntry(_File):
    """One fact of facts.yml, where more than its value is told."""

    value: Any = None
    example: bool = False
    source: Text | None = None
    owner: Id | None = None
    note: Text | None = None


class FrontMatter(_File):
    """The front matter of an article. A link may be a field, `{{ link.<id> }}`."""

    id: Id
    standard: Literal["nb", "nn"]
    title: Text
    unit: Id
    service: Id | None = None
    theme: Id
    questions: tuple[Word, ...]
    sms: Text
    link: Annotated[str, Field(pattern=LINK)] | None = None
    reviewed: date | None = None
    valid_until: date | None = None
    sources: tuple[Text, ...] = ()


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], document: Document, *path: str | int) -> Model | list[Problem]:
    """The part of `document` at `path` as `model`, or every fault in it with its line."""
    data = document.data
    for step in path:
        data = data[step]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        return [_problem(fault, model, document, path) for fault in error.errors()]


def _problem(
    fault: ErrorDetails, model: type[BaseModel], document: Document, path: PathInFile
) -> Problem:
    place = (*path, *(str(s) if not isinstance(s, int) else s for s in fault["loc"]))
    line = document.line(*place)
    key = str(fault["loc"][-1]) if fault["loc"] else ""
    if fault["type"] == "missing":
        return Problem(
            document.file,
            document.line(*place[:-1]),
            "content.missing-key",
            f"«{key}» is missing",
            mend=f"add a line `{key}: …`.",
        )
    if fault["type"] == "extra_forbidden":
        near = process.extractOne(key, list(model.model_fields), score_cutoff=70)
        return Problem(
            document.file,
            line,
            "content.unknown-key",
            f"«{key}» is no known key",
            "It would be silently ignored.",
            f"did you mean «{near[0]}»?" if near else "delete it, or correct its spelling.",
        )
    dotted = ".".join(str(step) for step in fault["loc"]) or "the file"
    return Problem(
        document.file,
        line,
        "content.wrong-value",
        f"{dotted}: {_told(fault)}",
        mend="write it as docs/content.md shows.",
    )


def _told(fault: ErrorDetails) -> str:
    message = fault["msg"]
    if "pattern" in (fault.get("ctx") or {}):
        message = {
            KEBAB: "an id is small letters, figures and hyphens",
            LINK: "a link begins with https:// and has no spaces, or is a field",
            HOURS: 'hours are written "08:00-15:30"',
            CLOSED: 'a day is "MM-DD", "YYYY-MM-DD" or "maundy-wednesday"',
        }.get(fault["ctx"]["pattern"], "it has not the right form")
    return re.sub(r"^Input should", "it should", message)
