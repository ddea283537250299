"""Rules as they are written in YAML, checked, and made into moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from dialogue.domain import LISTEN, Place
from dialogue.rules import Moment, RuleSource, State, Step, written
from dialogue.slots import NOT_SET, Slot
from knowledge.problems import Problem
from knowledge.yaml_lines import Document

_RULE_KEYS = {"rule", "steps", "condition", "conversation_start", "wait_for_user_input"}
_SLOT_DEFAULTS: dict[str, Any] = {"text": "filled", "list": ["filled"]}
_REFUSED_STEPS = {
    "user": "write the intent; a rule is not tested against texts.",
    "bot": "write the response as an action.",
    "checkpoint": "write the steps out in each rule.",
    "story": "put stories into the tests.",
}


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
        for key in rule:
            if key not in _RULE_KEYS:
                self._fault(
                    self.document.line("rules", index, key),
                    "rules.key",
                    f"the rule «{name}» has the unknown key «{key}»",
                    mend=f"use only {', '.join(sorted(_RULE_KEYS))}.",
                )
        conditions = self._steps(rule.get("condition") or [], ("rules", index, "condition"), name)
        steps = self._steps(rule.get("steps") or [], ("rules", index, "steps"), name)
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

    def _steps(self, steps: Any, path: tuple[Any, ...], rule: str) -> list[list[tuple[Step, ...]]]:
        """For each step the ways in which it may be taken: one, or those of its `or`."""
        if not isinstance(steps, list):
            self._fault(self.document.line(*path), "rules.shape", f"«{path[-1]}» must be a list")
            return []
        found: list[list[tuple[Step, ...]]] = []
        for index, step in enumerate(steps):
            place = (*path, index)
            if isinstance(step, dict) and "or" in step:
                either = step["or"] if isinstance(step["or"], list) else []
                ways = [
                    self._step(part, (*place, "or", number), rule)
                    for number, part in enumerate(either)
                ]
                found.append([(way,) for way in ways if way is not None])
            else:
                one = self._step(step, place, rule)
                if one is not None:
                    found.append([(one,)])
        return found

    def _step(self, step: Any, path: tuple[Any, ...], rule: str) -> Step | None:
        line = self.document.line(*path)
        if not isinstance(step, dict):
            self._fault(line, "rules.step", f"a step of the rule «{rule}» cannot be read")
            return None
        for key, mend in _REFUSED_STEPS.items():
            if key in step:
                self._fault(
                    line,
                    "rules.step-unsupported",
                    f"the rule «{rule}» has a step «{key}»",
                    "Only intents, actions, slots and forms lead a rule.",
                    mend,
                )
                return None
        if "intent" in step:
            return Step("intent", str(step["intent"]), _entities(step.get("entities")), line=line)
        if "action" in step:
            return Step("action", str(step["action"]), line=line)
        if "active_loop" in step:
            loop = step["active_loop"]
            return Step("loop", None if loop is None else str(loop), line=line)
        if "slot_was_set" in step:
            return Step("slots", slots=self._slot_values(step["slot_was_set"], line), line=line)
        self._fault(line, "rules.step", f"the rule «{rule}» has an unknown step: {', '.join(step)}")
        return None

    def _slot_values(self, given: Any, line: int) -> tuple[tuple[str, Any], ...]:
        values: list[tuple[str, Any]] = []
        for item in given if isinstance(given, list) else [given]:
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


def _entities(given: Any) -> tuple[Mapping[str, Any], ...]:
    entities: list[Mapping[str, Any]] = []
    for item in given or ():
        if isinstance(item, dict):
            details = {key: item[key] for key in ("role", "group") if key in item}
            entities += [
                {"entity": key, "value": value, **details}
                for key, value in item.items()
                if key not in ("role", "group", "start", "end", "value")
            ]
        else:
            entities.append({"entity": str(item), "value": ""})
    return tuple(entities)


class _Walk:
    """Goes through a rule as a conversation would, and notes each moment."""

    def __init__(
        self, rule: RuleSource, slots: Mapping[str, Slot], entities_of: Mapping[str, frozenset[str]]
    ) -> None:
        self.rule = rule
        self.slots = slots
        self.entities_of = entities_of
        self.state = State(None, None, (), {}, None)
        self.states: list[State] = []
        self.moments: list[Moment] = []
        self.open = not rule.at_start  # the states before the rule begins do not count

    def act(self, action: str | None) -> None:
        """An action follows here."""
        if not self.open:
            self.states.append(self.state)
            states = tuple(self.states)
            self.moments.append(Moment(states, action, self.rule, len(written(states))))
        self.open = False
        self.state = self.state._replace(action=action)

    def listen(self) -> None:
        """The bot listens, if it does not already."""
        if self.state.action != LISTEN:
            self.act(LISTEN)

    def hear(self, step: Step) -> None:
        """The message of the rule."""
        self.listen()
        names: set[str] = set()
        for entity in step.entities:
            names.add(entity["entity"])
            names |= {f"{entity['entity']}#{entity[k]}" for k in ("role", "group") if k in entity}
        wanted = self.entities_of.get(step.name or "")
        seen = names if wanted is None else names & wanted
        self.state = self.state._replace(intent=step.name, entities=tuple(sorted(seen)))
        for name, value in _filled_by(step.entities, self.slots):
            self.set(name, value)

    def set(self, name: str, value: Any) -> None:
        """A slot was set; null means that it is empty."""
        slot = self.slots.get(name)
        if slot is None:
            return
        features = slot.features(NOT_SET if value is None else value)
        slots = {key: kept for key, kept in self.state.slots.items() if key != name}
        if features is not None:
            slots[name] = features
        self.state = self.state._replace(slots=slots)

    def take(self, step: Step) -> None:
        """One step of the rule."""
        if step.kind == "intent":
            self.hear(step)
        elif step.kind == "action":
            self.act(step.name)
        elif step.kind == "loop":
            self.state = self.state._replace(loop=step.name or NOT_SET)
        else:
            for name, value in step.slots:
                self.set(name, value)


def _filled_by(
    entities: Iterable[Mapping[str, Any]], slots: Mapping[str, Slot]
) -> list[tuple[str, Any]]:
    """What the entities named in a rule fill, as they would in a conversation."""
    found: list[tuple[str, Any]] = []
    for slot in slots.values():
        values = [
            entity["value"]
            for mapping in slot.mappings
            if mapping.kind == "from_entity"
            and not (mapping.conditions and mapping.conditions[0].active_loop is not None)
            for entity in entities
            if (entity["entity"], entity.get("role"), entity.get("group"))
            == (mapping.entity, mapping.role, mapping.group)
        ]
        if values:
            found.append((slot.name, values if slot.type == "list" else values[-1]))
    return found


def moments_of(
    rule: RuleSource, slots: Mapping[str, Slot], entities_of: Mapping[str, frozenset[str]]
) -> list[Moment]:
    """The moments of one rule, in order."""
    walk = _Walk(rule, slots, entities_of)
    if rule.at_start:
        walk.states = []
    else:
        walk.state = walk.state._replace(action="...")
    for step in rule.conditions:
        walk.take(step)
    for step in rule.steps:
        walk.take(step)
    if rule.waits:
        walk.listen()
    else:
        walk.act(None)
    return walk.moments
