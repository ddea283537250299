"""The domain as it is written in YAML: slots, forms, responses, intents, entities, actions.

Several files are merged as Rasa merges them. What is outside the subset is refused with
what to do instead; nothing is silently ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from dialogue.domain import Form, Place, Variation
from dialogue.responses_reading import read_response
from dialogue.slots import Condition, MappingKind, Slot, SlotType
from dialogue.slots import Mapping as SlotMapping
from knowledge.problems import Problem
from knowledge.yaml_lines import Document

_DOMAIN_KEYS = {
    "version", "intents", "entities", "slots", "forms", "responses", "actions", "session_config",
}  # fmt: skip
_REFUSED_KEYS = {
    "e2e_actions": "write a response and name it as an action.",
    "config": "put what it says into session_config.",
    "templates": "call it «responses».",
}
_SLOT_KEYS = {
    "type", "influence_conversation", "initial_value", "values", "min_value", "max_value",
    "mappings",
}  # fmt: skip
_MAPPING_KEYS = {
    "type", "entity", "role", "group", "intent", "not_intent", "value", "conditions", "action",
}  # fmt: skip


def listed(value: Any) -> tuple[str, ...]:
    """A YAML value that may be one name or a list of them."""
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


class DomainReader:
    """Gathers what the domain files say; faults are gathered in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.intents: dict[str, dict[str, Any]] = {}
        self.entities: dict[str, dict[str, Any]] = {}
        self.slots: dict[str, Slot] = {}
        self.forms: dict[str, Form] = {}
        self.responses: dict[str, tuple[Variation, ...]] = {}
        self.actions: dict[str, None] = {}
        self.session: dict[str, Any] = {}
        self.plain: dict[str, Any] = {"slots": {}, "forms": {}, "responses": {}}
        self.places: dict[tuple[str, str], Place] = {}
        self._file = ""

    def fault(self, line: int, code: str, what: str, why: str = "", mend: str = "") -> None:
        """Note a fault of the file that is being read."""
        self.problems.append(Problem(self._file, line, code, what, why, mend))

    def read(self, document: Document) -> None:
        """Read one domain file."""
        self._file = document.file
        data = document.data or {}
        if not isinstance(data, dict):
            self.fault(1, "domain.shape", "a domain file must be a mapping")
            return
        for key in data:
            if key not in _DOMAIN_KEYS:
                self.fault(
                    document.line(key),
                    "domain.key",
                    f"«{key}» is not supported in a domain",
                    mend=_REFUSED_KEYS.get(str(key), "take it away; it would be ignored."),
                )
        self._names(document, "intents", self.intents)
        self._names(document, "entities", self.entities)
        for key, read in (
            ("slots", self._slot),
            ("forms", self._form),
            ("responses", self._response),
        ):
            for name, value in self._items(document, key):
                line = document.line(key, name)
                if not self._known(key, name, value, line):
                    read(document, name, value, line)
        for name in listed(_action_names(data.get("actions"))):
            self.actions.setdefault(name)
            self.places.setdefault(("actions", name), Place(self._file, document.line("actions")))
        self.session.update(data.get("session_config") or {})

    def _items(self, document: Document, key: str) -> list[tuple[str, Any]]:
        found = document.data.get(key)
        if found is None:
            return []
        if not isinstance(found, dict):
            self.fault(document.line(key), "domain.shape", f"«{key}» must be a mapping")
            return []
        return [(str(name), value) for name, value in found.items()]

    def _known(self, key: str, name: str, value: Any, line: int) -> bool:
        """Whether another file says the same already; a fault if it says something else."""
        there = self.plain[key]
        if name in there and there[name] != value:
            other = self.places[key, name]
            self.fault(
                line,
                "domain.twice",
                f"«{name}» is already declared in {other.file}:{other.line}, otherwise",
                "Which one counts would depend on the order of the files.",
                "delete or rename one of them.",
            )
        known = name in there
        there.setdefault(name, value)
        self.places.setdefault((key, name), Place(self._file, line))
        return known

    def _names(self, document: Document, key: str, into: dict[str, dict[str, Any]]) -> None:
        here: set[str] = set()
        for index, item in enumerate(document.data.get(key) or []):
            line = document.line(key, index)
            name, details = next(iter(item.items())) if isinstance(item, dict) else (item, {})
            name = str(name)
            if name in here:
                self.fault(
                    line,
                    "domain.name-twice",
                    f"«{name}» is declared twice",
                    mend="delete one of the lines.",
                )
            here.add(name)
            self.places.setdefault((key, name), Place(self._file, line))
            into.setdefault(name, {}).update(details or {})

    # -- slots

    def _slot(self, document: Document, name: str, value: Any, line: int) -> None:
        value = value if isinstance(value, dict) else {}
        kind = value.get("type")
        for key in value:
            if key not in _SLOT_KEYS:
                self.fault(
                    document.line("slots", name, key), "slots.key",
                    f"the slot «{name}» has the unknown key «{key}»",
                    mend="take it away; it would be ignored.",
                )  # fmt: skip
        if kind not in get_args(SlotType):
            self.fault(
                line, "slots.type", f"the slot «{name}» has the type «{kind}»",
                "Slot classes of one's own are not supported.",
                f"use one of {', '.join(get_args(SlotType))}.",
            )  # fmt: skip
            kind = "any"
        if kind == "any" and value.get("influence_conversation"):
            self.fault(
                line, "slots.any-influence",
                f"the slot «{name}» of type any shall influence the conversation",
                "Rules cannot look at a value of any type.",
                "give it another type, or influence_conversation: false.",
            )  # fmt: skip
        if not isinstance(value.get("mappings"), list):
            self.fault(
                line, "slots.no-mappings", f"the slot «{name}» has no mappings",
                mend="write mappings; «- type: custom» if only actions fill it.",
            )  # fmt: skip
        if kind == "categorical" and not value.get("values"):
            self.fault(line, "slots.values", f"the categorical slot «{name}» has no values")
        mappings = [
            self._mapping(document, name, mapping, index)
            for index, mapping in enumerate(value.get("mappings") or [])
        ]
        self.slots[name] = Slot(
            name=name,
            type=cast(SlotType, kind),
            influence=kind != "any" and value.get("influence_conversation") is not False,
            initial=value.get("initial_value"),
            values=tuple(_as_written(item).lower() for item in value.get("values") or ()),
            minimum=float(value.get("min_value", 0.0)),
            maximum=float(value.get("max_value", 1.0)),
            mappings=tuple(mapping for mapping in mappings if mapping is not None),
        )

    def _mapping(self, document: Document, slot: str, given: Any, index: int) -> SlotMapping | None:
        line = document.line("slots", slot, "mappings", index)
        given = given if isinstance(given, dict) else {}
        kind = given.get("type")
        for key in given:
            if key not in _MAPPING_KEYS:
                self.fault(
                    document.line("slots", slot, "mappings", index, key), "slots.mapping-key",
                    f"a mapping of the slot «{slot}» has the unknown key «{key}»",
                )  # fmt: skip
        if kind not in get_args(MappingKind):
            self.fault(
                line, "slots.mapping-type", f"a mapping of the slot «{slot}» has the type «{kind}»",
                mend=f"use one of {', '.join(get_args(MappingKind))}.",
            )  # fmt: skip
            return None
        if kind == "from_entity" and not given.get("entity"):
            self.fault(line, "slots.mapping-entity", f"a mapping of «{slot}» names no entity")
        if kind in ("from_intent", "from_trigger_intent") and "value" not in given:
            self.fault(line, "slots.mapping-value", f"a mapping of «{slot}» names no value")
        return SlotMapping(
            kind=kind,
            entity=given.get("entity"),
            role=given.get("role"),
            group=given.get("group"),
            intents=listed(given.get("intent")),
            not_intents=listed(given.get("not_intent")),
            value=given.get("value"),
            conditions=tuple(
                Condition(condition.get("active_loop"), condition.get("requested_slot"))
                for condition in given.get("conditions") or ()
            ),
            action=given.get("action"),
            plain=given,
        )

    # -- forms and responses

    def _form(self, _document: Document, name: str, value: Any, line: int) -> None:
        value = value or {}
        known = {"required_slots", "ignored_intents"}
        if (
            not isinstance(value, dict)
            or not isinstance(value.get("required_slots", []), list)
            or not known.issuperset(value)
        ):
            self.fault(
                line, "forms.shape", f"the form «{name}» must list its required_slots",
                mend="write «required_slots: [first, second]»; mappings belong to the slots.",
            )  # fmt: skip
            return
        self.forms[name] = Form(
            name, listed(value.get("required_slots")), listed(value.get("ignored_intents"))
        )

    def _response(self, document: Document, name: str, value: Any, _line: int) -> None:
        variations, problems = read_response(document, name, value)
        self.problems += problems
        self.responses[name] = variations

    # -- what follows from all files together

    def entities_of(self) -> Mapping[str, frozenset[str]]:
        """For each intent the entity labels that rules may look at."""
        labels = {name: _labels(name, details) for name, details in self.entities.items()}
        shown = {
            name
            for name, details in self.entities.items()
            if details.get("influence_conversation", True) is not False
        }
        everything = set().union(*(labels[name] for name in shown)) if shown else set()
        found: dict[str, frozenset[str]] = {}
        for intent, details in self.intents.items():
            used = details.get("use_entities", True)
            chosen = set(everything) if used is True else set()
            for name in listed(used) if isinstance(used, list | str) else ():
                chosen |= labels.get(name, {name})
            for name in listed(details.get("ignore_entities")):
                chosen -= labels.get(name, {name})
            found[intent] = frozenset(chosen)
        return found


def _labels(name: str, details: Mapping[str, Any]) -> set[str]:
    more = (*listed(details.get("roles")), *listed(details.get("groups")))
    return {name, *(f"{name}#{label}" for label in more)}


def _as_written(value: Any) -> str:
    return str(value)


def _action_names(given: Any) -> list[str]:
    names: list[str] = []
    for item in given or ():
        names += list(item) if isinstance(item, dict) else [str(item)]
    return names
