"""One message, understood: the door of this room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from intents.decision import Decision, decide_expected, decide_unasked
from intents.emergency import Danger, find_danger
from intents.entities import find_entities
from intents.model import LanguageModel
from intents.parts import Part, find_parts
from intents.people import find_about, find_role, find_sensitive
from intents.reading import Reading, read_text
from intents.sensitive import mask
from intents.tokens import MAX_UNDERSTOOD, clean
from intents.understood import Entity, Kind, Understood
from intents.written_standard import Standard, find_standard

_FEEDBACK_OR_QUESTION = frozenset({"feedback", "question", "emergency", "rating", "nlu_fallback"})


@dataclass(frozen=True, slots=True)
class _Read:
    """A message read once: all that does not hang on what the bot had asked."""

    stored: str
    reading: Reading
    standard: Standard
    danger: Danger
    part_messages: tuple[Understood, ...]
    entities: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message read once, and what it means where it answers no question."""

    read: _Read
    alone: Understood


# «4», «ja», «takk» are most of what is written on a day of ratings: they are read once.
# So many of them, of so many characters and digits at most: no telephone number is kept.
_REMEMBERED, _LONGEST_REMEMBERED, _MOST_DIGITS = 2_048, 16, 2


def hear(text: str, model: LanguageModel, *, known_standard: str | None = None) -> Heard:
    """Read a message once, to be understood for one or several open questions.

    Pure: short messages that were read before, with the same standard, are remembered.
    """
    if len(text) > _LONGEST_REMEMBERED:
        return _hear(text, model, known_standard)
    heard = model.heard.get((text, known_standard))
    if heard is None:
        heard = _hear(text, model, known_standard)
        if len(model.heard) < _REMEMBERED and sum(map(str.isdigit, text)) <= _MOST_DIGITS:
            model.heard[text, known_standard] = heard
    return cast("Heard", heard)


def _hear(text: str, model: LanguageModel, known_standard: str | None) -> Heard:
    stored = mask(text)
    reading = read_text(clean(stored[:MAX_UNDERSTOOD]), model)
    standard = find_standard(
        reading.text, reading.tokens, known_standard, model.default_standard, model.standard_weights
    )
    danger = find_danger(reading, model, foreign=standard.standard == "other")
    parts = tuple(find_parts(reading, model))
    read = _Read(
        stored,
        reading,
        standard,
        danger,
        _part_messages(parts, standard, model),
        tuple(find_entities(reading, model)),
    )
    decision = decide_unasked(reading, model, emergency=danger.number, parts=parts)
    return Heard(read, _with_decision(read, decision, model))


def understand(
    text: str,
    model: LanguageModel,
    *,
    expecting: Literal["rating", "choice"] | None = None,
    choices: Sequence[str] = (),
    known_standard: str | None = None,
) -> Understood:
    """Understand one message. Pure; never raises, whatever the text.

    `expecting` tells what the bot asked last, `choices` the titles it offered;
    `known_standard` is the person's written standard so far.
    """
    heard = hear(text, model, known_standard=known_standard)
    return understand_heard(heard, model, expecting=expecting, choices=choices)


def understand_heard(
    heard: Heard,
    model: LanguageModel,
    *,
    expecting: Literal["rating", "choice"] | None = None,
    choices: Sequence[str] = (),
) -> Understood:
    """Understand a message that was read before, as the answer to one open question."""
    if expecting is None or heard.read.danger.number is not None:
        return heard.alone
    answer = decide_expected(heard.read.reading, expecting, choices, model.forms)
    return heard.alone if answer is None else _with_decision(heard.read, answer, model)


def _with_decision(read: _Read, decision: Decision, model: LanguageModel) -> Understood:
    messages = read.part_messages
    if read.standard.standard == "other" and decision.reason == "model":
        decision = Decision("nlu_fallback", 0.5, ranking=decision.ranking, reason="other language")
        messages = ()
    if decision.intent not in {"question", "feedback"}:
        messages = ()
    return _understood(
        read.stored,
        read.reading,
        read.standard,
        decision,
        read.danger.number,
        (*decision.entities, *read.entities),
        model,
        messages,
        possible=read.danger.possible,
    )


def _part_messages(
    parts: Sequence[Part], standard: Standard, model: LanguageModel
) -> tuple[Understood, ...]:
    """Each part as a message of its own; a question without a service takes the one before."""
    messages: list[Understood] = []
    service: str | None = None
    for part in parts:
        read = part.reading
        intent, _, kind = part.label.partition("/")
        found: Kind | None = "question" if intent == "question" else kind or None  # type: ignore[assignment]
        decision = Decision(intent, round(part.probability, 4), kind=found)
        entities = tuple(
            Entity(e.entity, e.value, e.start - part.start, e.end - part.start, e.role, e.group)
            for e in find_entities(read, model)
            if part.start <= e.start and e.end <= part.end
        )
        message = _understood(
            read.text[part.start : part.end].strip(" ,"),
            read,
            standard,
            decision,
            None,
            entities,
            model,
            (),
            before=service,
        )
        service = message.service or service
        messages.append(message)
    return tuple(messages)


def _understood(
    stored: str,
    reading: Reading,
    standard: Standard,
    decision: Decision,
    emergency: str | None,
    entities: tuple[Entity, ...],
    model: LanguageModel,
    parts: tuple[Understood, ...],
    before: str | None = None,
    possible: str | None = None,
) -> Understood:
    kind = decision.kind
    named = decision.intent in _FEEDBACK_OR_QUESTION or decision.intent == "correct"
    service = (reading.service or before) if named else None
    if service is None and parts:
        service = next((part.service for part in parts if part.service), None)
    unit = model.service_units.get(service) if service else None
    if unit is None and named:
        unit = next((e.value for e in entities if e.entity == "unit"), None)
    return Understood(
        text=stored,
        standard=standard.standard,
        standard_sure=standard.sure,
        language=standard.language,
        intent=decision.intent,
        confidence=decision.confidence,
        ranking=decision.ranking,
        kind=kind,
        role=find_role(reading, kind) if named else None,
        about=find_about(reading, kind),
        service=service,
        unit=unit,
        sensitive=find_sensitive(reading, kind, emergency),
        emergency=emergency,
        possible_emergency=possible,
        rating=decision.rating,
        choice=decision.choice,
        entities=entities,
        parts=parts,
    )
