"""The moments of a rule: what a conversation that follows it looks like before each action."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dialogue.domain import LISTEN
from dialogue.rules import Moment, RuleSource, State, Step, written
from dialogue.slots import NOT_SET, Slot


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
