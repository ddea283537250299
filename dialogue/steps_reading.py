"""The steps and conditions of a rule as they are written in YAML, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dialogue.known_keys import key_problems
from dialogue.rules import Step
from dialogue.slots import Slot
from knowledge.problems import Problem
from knowledge.yaml_lines import Document, PathInFile

_STEPS = {
    "intent": ("entities",), "action": (), "active_loop": (), "slot_was_set": (), "or": (),
}  # fmt: skip
_SLOT_DEFAULTS: dict[str, Any] = {"text": "filled", "list": ["filled"]}
_REFUSED_STEPS = {
    "user": "write the intent; a rule is not tested against texts.",
    "bot": "write the response as an action.",
    "checkpoint": "write the steps out in each rule.",
    "story": "put stories into the tests.",
}


class StepReader:
    """Reads the steps of one rule; faults are added to `problems`."""

    def __init__(
        self, document: Document, slots: Mapping[str, Slot], rule: str, problems: list[Problem]
    ) -> None:
        self.document = document
        self.slots = slots
        self.rule = rule
        self.problems = problems

    def _fault(self, line: int, code: str, what: str, why: str = "", mend: str = "") -> None:
        self.problems.append(Problem(self.document.file, line, code, what, why, mend))

    def read(self, steps: Any, path: PathInFile) -> list[list[tuple[Step, ...]]]:
        """For each step the ways in which it may be taken: one, or those of its `or`."""
        if not isinstance(steps, list):
            self._fault(self.document.line(*path), "rules.shape", f"«{path[-1]}» must be a list")
            return []
        found: list[list[tuple[Step, ...]]] = []
        for index, step in enumerate(steps):
            place = (*path, index)
            if isinstance(step, dict) and "or" in step:
                found.append([(way,) for way in self._ways(step, place)])
            else:
                one = self._step(step, place)
                if one is not None:
                    found.append([(one,)])
        return found

    def _ways(self, step: dict[str, Any], place: PathInFile) -> Iterator[Step]:
        """The ways of an `or`: each an intent, or slots that are set."""
        self._extra_keys(step, "or", place)
        either = step["or"]
        if not isinstance(either, list) or not either:
            self._fault(
                self.document.line(*place), "rules.step",
                f"an «or» of the rule «{self.rule}» is empty",
                mend="write a list of intents below it.",
            )  # fmt: skip
            return
        for number, part in enumerate(either):
            way = self._step(part, (*place, "or", number))
            if way is not None and way.kind not in ("intent", "slots"):
                self._fault(
                    way.line, "rules.step",
                    f"an «or» of the rule «{self.rule}» holds what is neither intent nor slot",
                    "Rasa skips it without a word.", "write a rule for each.",
                )  # fmt: skip
            elif way is not None:
                yield way

    def _extra_keys(self, step: dict[str, Any], kind: str, path: PathInFile) -> None:
        known = (kind, *_STEPS[kind])
        self.problems += key_problems(
            self.document, path, step, known, "rules.step", f"a step of the rule «{self.rule}»"
        )

    def _step(self, step: Any, path: PathInFile) -> Step | None:
        line = self.document.line(*path)
        if not isinstance(step, dict):
            self._fault(
                line, "rules.step", f"a step of the rule «{self.rule}» cannot be read",
                mend="write «- intent: name» or «- action: name».",
            )  # fmt: skip
            return None
        for key, mend in _REFUSED_STEPS.items():
            if key in step:
                self._fault(
                    line,
                    "rules.step-unsupported",
                    f"the rule «{self.rule}» has a step «{key}»",
                    "Only intents, actions, slots and forms lead a rule.",
                    mend,
                )
                return None
        kind = next((kind for kind in _STEPS if kind in step), None)
        if kind is None or kind == "or":
            self._fault(
                line, "rules.step",
                f"the rule «{self.rule}» has an unknown step: {', '.join(map(str, step))}",
                mend=f"write one of {', '.join(_STEPS)}.",
            )  # fmt: skip
            return None
        self._extra_keys(step, kind, path)
        if kind == "slot_was_set":
            return Step("slots", slots=self._slot_values(step[kind], line), line=line)
        name = step[kind]
        if kind == "active_loop":
            return Step("loop", None if name is None else str(name), line=line)
        if not isinstance(name, str):
            self._fault(
                line, "rules.step", f"a step of the rule «{self.rule}» names no {kind}",
                mend=f"write «- {kind}: name».",
            )  # fmt: skip
            return None
        entities = self._entities(step.get("entities"), path)
        return Step("intent" if kind == "intent" else "action", name, entities, line=line)

    def _entities(self, given: Any, path: PathInFile) -> tuple[Mapping[str, Any], ...]:
        """The entities of a step: a name, or a name with its value, and perhaps role, group."""
        entities: list[Mapping[str, Any]] = []
        for index, item in enumerate(
            given if isinstance(given, list) else [given] if given else ()
        ):
            details = item if isinstance(item, dict) else {str(item): ""}
            names = [key for key in details if key not in ("role", "group")]
            if len(names) != 1 or not isinstance(given, list):
                self._fault(
                    self.document.line(*path, "entities", index), "rules.step",
                    f"an entity of the rule «{self.rule}» cannot be read",
                    "Of several names Rasa takes the last.",
                    "write «- name: value» for each, with role or group beside it.",
                )  # fmt: skip
                continue
            more = {key: details[key] for key in ("role", "group") if key in details}
            entities.append({"entity": str(names[0]), "value": details[names[0]], **more})
        return tuple(entities)

    def _slot_values(self, given: Any, line: int) -> tuple[tuple[str, Any], ...]:
        values: list[tuple[str, Any]] = []
        if not isinstance(given, list):
            self._fault(
                line, "rules.step", f"slot_was_set of the rule «{self.rule}» must be a list",
                mend="write «- name: value» below it.",
            )  # fmt: skip
            return ()
        for item in given:
            if isinstance(item, dict):
                values += list(item.items())
                continue
            slot = self.slots.get(str(item))
            if slot is not None and slot.influence and slot.type not in _SLOT_DEFAULTS:
                self.problems.append(
                    Problem(
                        self.document.file,
                        line,
                        "rules.slot-value",
                        f"the slot «{item}» needs a value here",
                        f"Without one a {slot.type} slot is taken as empty.",
                        "write the value after the name.",
                        "warning",
                    )
                )
            values.append((str(item), _SLOT_DEFAULTS.get(slot.type if slot else "text")))
        return tuple(values)
