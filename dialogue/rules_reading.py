"""Rules as they are written in YAML, checked."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from dialogue.domain import Place
from dialogue.known_keys import key_problems
from dialogue.rules import RuleSource
from dialogue.slots import Slot
from dialogue.steps_reading import StepReader
from knowledge.problems import Problem
from knowledge.yaml_lines import Document

# `metadata` is kept by Rasa and changes nothing.
_RULE_KEYS = (
    "rule", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata",
)  # fmt: skip


class RuleReader:
    """Reads the rules of one document; faults are gathered in `problems`."""

    def __init__(self, document: Document, slots: Mapping[str, Slot]) -> None:
        self.document = document
        self.slots = slots
        self.problems: list[Problem] = []

    def _fault(self, line: int, code: str, what: str, why: str = "", mend: str = "") -> None:
        self.problems.append(Problem(self.document.file, line, code, what, why, mend))

    def read(self) -> list[RuleSource]:
        """The rules of the document's `rules`; an `or` is written out as several rules."""
        rules = self.document.data.get("rules")
        if rules is None:
            return []
        if not isinstance(rules, list):
            self._fault(self.document.line("rules"), "rules.shape", "«rules» must be a list")
            return []
        found: list[RuleSource] = []
        for index, rule in enumerate(rules):
            line = self.document.line("rules", index)
            if not isinstance(rule, dict) or not isinstance(rule.get("rule"), str):
                self._fault(
                    line, "rules.shape", "a rule needs a name", mend="begin it with «- rule: name»."
                )
                continue
            found += self._rule(rule, index, line)
        return found

    def _rule(self, rule: dict[str, Any], index: int, line: int) -> list[RuleSource]:
        name = rule["rule"]
        self.problems += key_problems(
            self.document, ("rules", index), rule, _RULE_KEYS, "rules.key", f"the rule «{name}»"
        )
        for key in ("conversation_start", "wait_for_user_input"):
            if not isinstance(rule.get(key, True), bool):
                self._fault(
                    self.document.line("rules", index, key), "rules.shape",
                    f"«{key}: {rule[key]}» of the rule «{name}» cannot be read",
                    mend="write true or false.",
                )  # fmt: skip
        reader = StepReader(self.document, self.slots, name, self.problems)
        conditions = reader.read(rule.get("condition") or [], ("rules", index, "condition"))
        steps = reader.read(rule.get("steps") or [], ("rules", index, "steps"))
        if not steps:
            self._fault(line, "rules.empty", f"the rule «{name}» has no steps")
            return []
        sources = [
            RuleSource(
                name,
                Place(self.document.file, line),
                tuple(step for group in chosen[: len(conditions)] for step in group),
                tuple(step for group in chosen[len(conditions) :] for step in group),
                at_start=bool(rule.get("conversation_start", False)),
                waits=rule.get("wait_for_user_input", True) is not False,
            )
            for chosen in product(*conditions, *steps)
        ]
        for source in sources[:1]:
            self._check_order(source)
        return sources

    def _check_order(self, source: RuleSource) -> None:
        messages = [step for step in source.steps if step.kind == "intent"]
        if len(messages) > 1:
            self._fault(
                messages[1].line,
                "rules.two-messages",
                f"the rule «{source.name}» has two user messages",
                "A rule holds one message at most.",
                "write a rule for each message, or a form for what belongs together.",
            )
        for step in source.conditions:
            if step.kind not in ("slots", "loop"):
                self._fault(
                    step.line,
                    "rules.condition",
                    f"the rule «{source.name}» has a condition that is neither slot nor form",
                    mend="use slot_was_set and active_loop.",
                )
