"""What the HTTP API takes. Unknown fields are refused; each fault names its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal, TypeVar

import phonenumbers
from aiohttp import web
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from connectors.channels.plain_text import clean
from connectors.problem_json import ProblemError
from dialogue.closing import read_archive_reference
from knowledge.municipality import Municipality

REGION = "NO"  # numbers without a country code are Norwegian
MOST_CHARACTERS = 1_500  # of a unit's text: with what the bot adds, one SMS chain of 1,600
OLDEST = timedelta(days=14)  # nobody is asked about a meeting longer ago (DOMAIN: surveys)
TICKET = re.compile(r"[sS][0-9]{1,18}[a-z]?", re.ASCII)
Model = TypeVar("Model", bound=BaseModel)


def _some(text: str) -> str:
    cleaned = clean(text)
    if not cleaned:
        raise ValueError("must hold some words")
    return cleaned


Text = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_some)]
Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class EncounterRequest(_Strict):
    """A meeting with a service, after which the person may be asked for a rating.

    `to` is a phone number (sms) or a chat id (telegram). `key` is the unit's own
    reference: the same key registers once.
    """

    unit: str
    service: str | None = None
    channel: Literal["sms", "telegram"]
    to: Annotated[str, Field(max_length=40)]
    met_at: AwareDatetime | None = None
    standard: Literal["nb", "nn"] | None = None
    key: Key | None = None


class ReplyRequest(_Strict):
    """A unit's answer to the person. `confirm_general`: the text is about nobody."""

    text: Text
    author: Annotated[str, Field(max_length=100), AfterValidator(_some)] | None = None
    confirm_general: bool = False


class CloseRequest(_Strict):
    """What was done, told to the person as the ticket is closed.

    `archive_reference`: the case's number in the archive, where the table `closing` wants it.
    """

    text: Text
    author: Annotated[str, Field(max_length=100), AfterValidator(_some)] | None = None
    confirm_general: bool = False
    archive_reference: Annotated[str, AfterValidator(read_archive_reference)] | None = None


class HandOverRequest(_Strict):
    """Another unit is to have the ticket: `to` is a unit or its role, `note` for the history."""

    to: Annotated[str, Field(max_length=60), AfterValidator(_some)]
    note: Annotated[str, Field(max_length=500)] | None = None
    author: Annotated[str, Field(max_length=100), AfterValidator(_some)] | None = None


def read_model(kind: type[Model], data: Any) -> Model:
    """The model in a JSON value. Refuses with 422 and every field at fault."""
    if not isinstance(data, dict):
        raise ProblemError(422, "invalid", "Send a JSON object.")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise invalid(
            *((_field(each["loc"]), _what(dict(each))) for each in _errors(error))
        ) from None


def invalid(*faults: tuple[str, str]) -> ProblemError:
    """422 with faults by field."""
    errors = [{"field": field, "detail": detail} for field, detail in faults]
    return ProblemError(422, "invalid", "Some fields can't be used.", errors=errors)


def address_of(channel: str, to: str) -> str:
    """The address as conversations are kept under it: E.164, or a chat id.

    Raises ValueError with words for the caller.

    >>> address_of("sms", "900 00 001")
    '+4790000001'
    """
    if channel == "telegram":
        bare = to.strip()
        if not bare.isascii() or not bare.isdigit() or not 0 < int(bare) < 2**52:
            raise ValueError("must be the id of a private chat: digits alone")
        return str(int(bare))
    try:
        number = phonenumbers.parse(to, REGION)
    except phonenumbers.NumberParseException:
        raise ValueError("is not a phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError("is not a phone number in use")
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE:
        raise ValueError("is a landline, which gets no SMS")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class TicketQuery(_Strict):
    """Which tickets: `before` goes on from the last page."""

    unit: str | None = None
    status: Literal["open", "answered", "closed", "withdrawn"] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    before: Annotated[int, Field(ge=0, lt=2**62)] | None = None


def read_query(query: Mapping[str, str], page: int) -> TicketQuery:
    """The filters of a list. Unknown ones are refused: a misspelt one would show too much."""
    return read_model(TicketQuery, {"limit": page, **query})


def read_ticket_id(request: web.Request) -> str:
    """The ticket in the path, as references are written: `s12` is S12."""
    identifier = request.match_info["id"].strip()
    if not TICKET.fullmatch(identifier):
        raise ProblemError(404, "not-found", "There is no such ticket.")
    return f"S{identifier[1:].lower()}"


class CheckedEncounter(_Strict):
    """An encounter whose unit, service, address and time hold."""

    unit: str
    service: str | None
    channel: str
    address: str
    met_at: datetime
    standard: Literal["nb", "nn"] | None
    key: str | None


def check_encounter(
    request: EncounterRequest, municipality: Municipality, channels: list[str], now: datetime
) -> CheckedEncounter:
    """Every fault at once, as 422. `channels` are those that are switched on."""
    faults: list[tuple[str, str]] = []
    unit = municipality.units.get(request.unit)
    if unit is None:
        faults.append(("unit", "is not a unit of the municipality"))
    elif unit.level == "outside":
        faults.append(("unit", "is outside the municipality"))
    if request.service is not None and request.service not in municipality.services:
        faults.append(("service", "is not a service of the municipality"))
    if request.channel not in channels:
        faults.append(("channel", "is not switched on"))
    address = ""
    try:
        address = address_of(request.channel, request.to)
    except ValueError as error:
        faults.append(("to", str(error)))
    met_at = request.met_at or now
    if now - met_at > OLDEST:
        faults.append(("met_at", f"is more than {OLDEST.days} days ago"))
    elif met_at - now > OLDEST:
        faults.append(("met_at", f"is more than {OLDEST.days} days ahead"))
    if faults:
        raise invalid(*faults)
    return CheckedEncounter(
        unit=request.unit,
        service=request.service,
        channel=request.channel,
        address=address,
        met_at=met_at.astimezone(UTC),
        standard=request.standard,
        key=request.key,
    )


def told_at(at: datetime | None, zone: tzinfo) -> str | None:
    """A time as the API tells it: in the municipality's zone, with its offset."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at is not None else None


def idempotency_key(request: web.Request, given: str | None = None) -> str | None:
    """The caller's key, from the body or the header `Idempotency-Key`."""
    header = request.headers.get("Idempotency-Key", "").strip().strip('"') or None
    if header is not None and (len(header) > 100 or not header.isascii()):
        raise invalid(("Idempotency-Key", "must be at most 100 plain characters"))
    if given is not None and header is not None and given != header:
        raise invalid(("key", "is another than the header Idempotency-Key"))
    return given or header


def _errors(error: ValidationError) -> list[Any]:
    return list(error.errors(include_input=False, include_url=False))


def _field(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place) or "(body)"


def _what(error: dict[str, Any]) -> str:
    context = error.get("ctx") or {}
    words = {
        "missing": "is missing",
        "extra_forbidden": "is not known",
        "string_type": "must be a text",
        "int_parsing": "must be a whole number",
        "greater_than_equal": f"must be at least {context.get('ge')}",
        "less_than_equal": f"must be at most {context.get('le')}",
        "string_too_long": f"must be at most {context.get('max_length')} characters",
        "string_too_short": "must not be empty",
        "string_pattern_mismatch": "must be letters, digits and signs without spaces",
        "literal_error": f"must be {context.get('expected')}",
        "timezone_aware": "must hold a time zone, as 2026-11-24T12:00:00+01:00",
    }
    if error["type"] == "value_error":
        return str(context.get("error"))
    if error["type"].startswith("datetime"):
        return "must be a time, as 2026-11-24T12:00:00+01:00"
    return words.get(error["type"], str(error["msg"]))
