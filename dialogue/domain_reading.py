"""The domain as it is written in YAML: slots, forms, responses, intents, entities, actions.

Several files are merged as Rasa merges them. What is outside the subset is refused with
what to do instead; nothing is silently ignored.
"""

from __future__ import annotations

from typing import Any

from dialogue.domain import Form, Place, Variation
from dialogue.known_keys import key_problems
from dialogue.names_reading import NamesReader, listed
from dialogue.responses_reading import read_response
from dialogue.slots import Slot
from dialogue.slots_reading import SlotReader
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


class DomainReader:
    """Gathers what the domain files say; faults are gathered in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.slots: dict[str, Slot] = {}
        self.forms: dict[str, Form] = {}
        self.responses: dict[str, tuple[Variation, ...]] = {}
        self.plain: dict[str, Any] = {"slots": {}, "forms": {}, "responses": {}}
        self.places: dict[tuple[str, str], Place] = {}
        self.names = NamesReader(self.problems, self.places)
        self._file = ""

    def fault(self, line: int, code: str, what: str, why: str = "", mend: str = "") -> None:
        """Note a fault of the file that is being read."""
        self.problems.append(Problem(self._file, line, code, what, why, mend))

    def read(self, document: Document) -> None:
        """Read one domain file."""
        self._file = document.file
        data = document.data
        if data is None:
            return
        if not isinstance(data, dict):
            self.fault(1, "domain.shape", "a domain file must be a mapping")
            return
        self.problems += key_problems(
            document, (), data, _DOMAIN_KEYS, "domain.key", "the domain", _REFUSED_KEYS
        )
        self.names.read(document)
        for key, read in (
            ("slots", self._slot),
            ("forms", self._form),
            ("responses", self._response),
        ):
            for name, value in self._items(document, key):
                line = document.line(key, name)
                if not self._known(key, name, value, line):
                    read(document, name, value, line)

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

    def _slot(self, document: Document, name: str, value: Any, line: int) -> None:
        slot = SlotReader(document, name, self.problems).read(value)
        if slot.type == "any" and isinstance(value, dict) and value.get("influence_conversation"):
            self.fault(
                line, "slots.any-influence",
                f"the slot «{name}» of type any shall influence the conversation",
                "Rules cannot look at a value of any type.",
                "give it another type, or influence_conversation: false.",
            )  # fmt: skip
        self.slots[name] = slot

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
