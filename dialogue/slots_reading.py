"""Slots and their mappings as they are written in YAML, checked."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from typing import Any, cast, get_args

from dialogue.known_keys import key_problems
from dialogue.names_reading import listed
from dialogue.slots import Condition, Mapping, MappingKind, Slot, SlotType
from knowledge.problems import Problem
from knowledge.yaml_lines import Document, PathInFile

_KEYS = ("type", "influence_conversation", "initial_value", "mappings")
_KEYS_OF_TYPE = {"categorical": ("values",), "float": ("min_value", "max_value")}
_KEY_MENDS = {
    "auto_fill": "write the mapping that fills it.",
    "value_reset_delay": "take it away; no Rasa uses it.",
    "values": "only a categorical slot has values; change the type, or take them away.",
    "min_value": "only a float slot has limits; change the type, or take it away.",
    "max_value": "only a float slot has limits; change the type, or take it away.",
}
_FOR_ALL = ("type", "intent", "not_intent", "conditions")
_MAPPING_KEYS: MappingType[str, tuple[str, ...]] = {
    "from_entity": (*_FOR_ALL, "entity", "role", "group"),
    "from_intent": (*_FOR_ALL, "value"),
    "from_trigger_intent": (*_FOR_ALL, "value"),
    "from_text": _FOR_ALL,
    "custom": (*_FOR_ALL, "action"),
}


class SlotReader:
    """Reads one slot; faults are added to `problems`."""

    def __init__(self, document: Document, name: str, problems: list[Problem]) -> None:
        self.document = document
        self.name = name
        self.path: PathInFile = ("slots", name)
        self.problems = problems

    def _fault(self, path: PathInFile, code: str, what: str, why: str = "", mend: str = "") -> None:
        line = self.document.line(*path)
        self.problems.append(Problem(self.document.file, line, code, what, why, mend))

    def read(self, value: Any) -> Slot:
        """The slot that is written."""
        value = value if isinstance(value, dict) else {}
        kind = self._type(value)
        known = (*_KEYS, *_KEYS_OF_TYPE.get(kind, ()))
        self.problems += key_problems(
            self.document, self.path, value, known, "slots.key", f"the slot «{self.name}»",
            _KEY_MENDS,
        )  # fmt: skip
        given = value.get("mappings")
        if not isinstance(given, list):
            self._fault(
                self.path, "slots.no-mappings", f"the slot «{self.name}» has no mappings",
                mend="write mappings; «- type: custom» if only actions fill it.",
            )  # fmt: skip
            given = []
        mappings = [self._mapping(mapping, index) for index, mapping in enumerate(given)]
        return Slot(
            name=self.name,
            type=cast(SlotType, kind),
            influence=kind != "any" and self._influences(value, kind),
            initial=value.get("initial_value"),
            values=self._values(value, kind),
            minimum=self._number(value, "min_value", 0.0),
            maximum=self._number(value, "max_value", 1.0),
            mappings=tuple(mapping for mapping in mappings if mapping is not None),
        )

    def _type(self, value: MappingType[str, Any]) -> str:
        kind = value.get("type")
        if kind in get_args(SlotType):
            return str(kind)
        self._fault(
            self.path, "slots.type", f"the slot «{self.name}» has the type «{kind}»",
            "Slot classes of one's own are not supported.",
            f"use one of {', '.join(get_args(SlotType))}.",
        )  # fmt: skip
        return "any"

    def _influences(self, value: MappingType[str, Any], kind: str) -> bool:
        influence = value.get("influence_conversation")
        if influence not in (None, True, False) or isinstance(influence, int | float) != isinstance(
            influence, bool
        ):
            self._fault(
                (*self.path, "influence_conversation"), "slots.shape",
                f"«influence_conversation: {influence}» of «{self.name}» cannot be read",
                mend="write true or false.",
            )  # fmt: skip
        return influence is not False

    def _values(self, value: MappingType[str, Any], kind: str) -> tuple[str, ...]:
        if kind != "categorical":
            return ()
        values = value.get("values")
        if not values or not isinstance(values, list):
            self._fault(
                self.path, "slots.values", f"the categorical slot «{self.name}» has no values",
                mend="write «values: [first, second]».",
            )  # fmt: skip
            return ()
        return tuple(str(item).lower() for item in values)

    def _number(self, value: MappingType[str, Any], key: str, default: float) -> float:
        given = value.get(key, default)
        if isinstance(given, int | float) and not isinstance(given, bool):
            return float(given)
        self._fault(
            (*self.path, key), "slots.shape", f"«{key}» of «{self.name}» is no number",
            mend="write a number.",
        )  # fmt: skip
        return default

    # -- mappings

    def _mapping(self, given: Any, index: int) -> Mapping | None:
        path: PathInFile = (*self.path, "mappings", index)
        given = given if isinstance(given, dict) else {}
        kind = given.get("type")
        if kind not in get_args(MappingKind):
            self._fault(
                path, "slots.mapping-type", f"a mapping of the slot «{self.name}» has the type "
                f"«{kind}»", mend=f"use one of {', '.join(get_args(MappingKind))}.",
            )  # fmt: skip
            return None
        self.problems += key_problems(
            self.document, path, given, _MAPPING_KEYS[kind], "slots.mapping-key",
            f"a {kind} mapping of the slot «{self.name}»",
        )  # fmt: skip
        if kind == "from_entity" and not given.get("entity"):
            self._fault(
                path, "slots.mapping-entity", f"a mapping of «{self.name}» names no entity",
                mend="write «entity: name».",
            )  # fmt: skip
        if kind in ("from_intent", "from_trigger_intent") and "value" not in given:
            self._fault(
                path, "slots.mapping-value", f"a mapping of «{self.name}» names no value",
                mend="write «value: …».",
            )  # fmt: skip
        return Mapping(
            kind=kind,
            entity=given.get("entity"),
            role=given.get("role"),
            group=given.get("group"),
            intents=listed(given.get("intent")),
            not_intents=listed(given.get("not_intent")),
            value=given.get("value"),
            conditions=self._conditions(given.get("conditions"), (*path, "conditions")),
            action=given.get("action"),
            plain=given,
        )

    def _conditions(self, given: Any, path: PathInFile) -> tuple[Condition, ...]:
        if given is None:
            return ()
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            self._fault(
                path, "slots.mapping-condition",
                f"the conditions of a mapping of «{self.name}» cannot be read",
                mend="write «- active_loop: form» for each.",
            )  # fmt: skip
            return ()
        for index, one in enumerate(given):
            place = (*path, index)
            self.problems += key_problems(
                self.document, place, one, ("active_loop", "requested_slot"),
                "slots.mapping-condition", f"a condition of a mapping of «{self.name}»",
            )  # fmt: skip
            if one.get("requested_slot") and not one.get("active_loop"):
                self._fault(
                    place, "slots.mapping-condition",
                    f"a condition of a mapping of «{self.name}» names a requested_slot and no form",
                    "Rasa takes it as «outside any form», where nothing is requested.",
                    "name the form in active_loop.",
                )  # fmt: skip
        return tuple(Condition(one.get("active_loop"), one.get("requested_slot")) for one in given)
