"""Slots: what they hold, what a rule sees of them, and how a message fills them.

Rasa's types and mappings. A rule never sees a value, only *features*: whether a text is
set, which category, true or false. Values are never converted or checked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

SlotType = Literal["text", "bool", "categorical", "float", "list", "any"]
MappingKind = Literal["from_entity", "from_intent", "from_trigger_intent", "from_text", "custom"]
Features = tuple[float, ...]

NOT_SET = "should_not_be_set"
OTHER = "__other__"
REQUESTED_SLOT = "requested_slot"


@dataclass(frozen=True)
class Condition:
    """Where a mapping applies: in a form (or outside all), and while one slot is asked for."""

    active_loop: str | None
    requested_slot: str | None = None


@dataclass(frozen=True)
class Mapping:
    """One way to fill a slot from a message."""

    kind: MappingKind
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    value: Any = None
    conditions: tuple[Condition, ...] = ()
    action: str | None = None
    plain: MappingType[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """What makes two mappings the same."""
        return json.dumps(dict(self.plain), sort_keys=True, default=str)


@dataclass(frozen=True)
class Slot:
    """A slot of the domain."""

    name: str
    type: SlotType
    influence: bool = True
    initial: Any = None
    values: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 1.0
    mappings: tuple[Mapping, ...] = ()

    @cached_property
    def categories(self) -> MappingType[str, Features]:
        """What a rule sees of each value of a categorical slot."""
        names = (*self.values, OTHER)
        return {name: tuple(float(name == other) for other in names) for name in names}

    def kept(self, value: Any) -> Any:
        """The value as the slot keeps it: a list slot wraps what is no list."""
        if self.type == "list" and value and not isinstance(value, list):
            return [value]
        return value

    def features(self, value: Any) -> Features | str | None:
        """What a rule sees of `value`; None when nothing. NOT_SET is a rule's own mark."""
        if not self.influence or self.type == "any":
            return None
        value = self.kept(value)
        if isinstance(value, str) and value == NOT_SET:
            return NOT_SET
        features = self._features(value)
        return features if any(features) else None

    def _features(self, value: Any) -> Features:
        if value is None:
            return (0.0,)
        try:
            features: Features = _FEATURES[self.type](self, value)
            return features
        except (TypeError, ValueError):
            return (0.0,)


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, float | int):
        return value == 1.0
    if isinstance(value, str):
        if value.isnumeric():
            return float(value) == 1.0
        if value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        raise ValueError(value)
    raise TypeError(value)


def _categorical(slot: Slot, value: Any) -> Features:
    return slot.categories.get(str(value).lower(), slot.categories[OTHER])


def _number(slot: Slot, value: Any) -> Features:
    capped = max(slot.minimum, min(slot.maximum, float(value)))
    return (1.0, (capped - slot.minimum) / (abs(slot.maximum - slot.minimum) or 1.0))


_FEATURES: dict[str, Any] = {
    "text": lambda _slot, _value: (1.0,),
    "bool": lambda _slot, value: (1.0, float(_truth(value))),
    "categorical": _categorical,
    "float": _number,
    "list": lambda _slot, value: (float(len(value) > 0),),
}


@dataclass(frozen=True)
class Message:
    """The latest message as a mapping looks at it."""

    text: str | None
    intent: str | None
    entities: tuple[MappingType[str, Any], ...]


@dataclass(frozen=True)
class Place:
    """Where in the conversation a message arrives."""

    loop: str | None
    requested_slot: str | None
    required_slots: tuple[str, ...] = ()
    ignored_intents: tuple[str, ...] = ()
    unique_mappings: frozenset[str] = frozenset()
    rejected: bool = False  # the form could not use a message, and has not run since


def applies(mapping: Mapping, slot: str, message: Message, place: Place) -> bool:
    """Whether a mapping may look at the message at all."""
    if not _intent_fits(mapping, message.intent, place):
        return False
    if mapping.conditions and mapping.kind != "from_trigger_intent":
        if place.rejected and place.requested_slot == slot:
            return False
        if not any(_condition_holds(condition, place) for condition in mapping.conditions):
            return False
    return not (
        mapping.kind == "from_entity"
        and place.loop is not None
        and place.requested_slot != slot
        and slot in place.required_slots
        and mapping.key not in place.unique_mappings
    )


def _intent_fits(mapping: Mapping, intent: str | None, place: Place) -> bool:
    if mapping.intents:
        return intent in mapping.intents
    if intent in mapping.not_intents:
        return False
    if place.loop is None or intent not in place.ignored_intents:
        return True
    # A form's ignored intents hold for its own mappings and for those without conditions.
    return bool(mapping.conditions) and all(
        condition.active_loop != place.loop for condition in mapping.conditions
    )


def _condition_holds(condition: Condition, place: Place) -> bool:
    if condition.active_loop is None:
        return place.loop is None
    if condition.active_loop != place.loop:
        return False
    return condition.requested_slot is None or condition.requested_slot == place.requested_slot


def extracted(mapping: Mapping, message: Message, place: Place) -> list[Any]:
    """The values that the mapping finds in the message, in order; empty when none."""
    if mapping.kind == "from_entity":
        return [
            entity["value"]
            for entity in message.entities
            if entity.get("entity") == mapping.entity
            and entity.get("role") == mapping.role
            and entity.get("group") == mapping.group
        ]
    if mapping.kind == "from_intent":
        return [mapping.value]
    if mapping.kind == "from_trigger_intent":
        loops = [condition.active_loop for condition in mapping.conditions]
        inside = place.loop is not None and (not loops or place.loop in loops)
        return [mapping.value] if inside else []
    if mapping.kind == "from_text":
        return [message.text]
    return []
