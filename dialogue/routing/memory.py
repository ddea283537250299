"""Deciding many cases: what a table cannot tell apart it decides once."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from dialogue.routing.domains import UNKNOWN, Value
from dialogue.routing.facts import Facts
from dialogue.routing.field import needed_tables
from dialogue.routing.route import Outcome, case_of, decide_tables, route
from dialogue.routing.ruleset import ON_REQUEST, RuleSet


class Memory:
    """`route` with a memory: some microseconds a case once the common ones have been seen.

    An outcome follows from the rows that decide and from who has the service.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._tables = [
            _TableMemory(rules, table.name)
            for table in rules.tables
            if table.name not in ON_REQUEST
        ]
        self._outcomes: dict[tuple[Any, ...], Outcome] = {}
        attributes = rules.domains.attributes
        self._units: dict[str | None, tuple[Value, Value]] = {
            _plain(service): (attributes["owner"][service], attributes["decider"][service])
            for service in rules.domains.values["service"]
        }

    def route(self, facts: Facts, out: frozenset[str] = frozenset()) -> Outcome:
        """What `route` decides; with `out`, which is rare, it is worked out anew."""
        if out:
            return route(self.rules, facts, out)
        service = facts.service if facts.service in self._units else None
        rows = [table.rows.get(table.key(facts, service), "") for table in self._tables]
        if "" in rows:
            won = decide_tables(self.rules, case_of(self.rules, facts))
            rows = [won[table.name].id for table in self._tables]
            for table, row in zip(self._tables, rows, strict=True):
                table.rows[table.key(facts, service)] = row
        key = (*rows, self._units[service])
        outcome = self._outcomes.get(key)
        if outcome is None:
            outcome = self._outcomes[key] = route(self.rules, facts)
        return outcome


class _TableMemory:
    """The row (by id) that wins in a table, by what it and those it builds on look at."""

    def __init__(self, rules: RuleSet, name: str) -> None:
        self.name = name
        self.rows: dict[tuple[Any, ...], str] = {}
        needed = needed_tables(rules, name)
        masks = [each for table in needed for each in rules.compiled[table].masks]
        facts = sorted({fact for fact, _ in masks} & set(Facts.__struct_fields__) - {"service"})
        self._facts: Callable[[Facts], Any] = attrgetter("kind", *facts)
        attributes = rules.domains.attributes
        self._services: dict[str | None, tuple[Any, ...]] = {}
        for service in rules.domains.values["service"]:
            told: list[Any] = [
                by_value.get(service, by_value[None])
                for fact, by_value in masks
                if fact == "service"
            ]
            if "unit" in needed and name != "unit":  # its outcome is the owner or decider
                told += [attributes[each][service] for each in ("owner", "decider")]
            self._services[_plain(service)] = tuple(told)

    def key(self, facts: Facts, service: str | None) -> tuple[Any, ...]:
        return self._services[service], self._facts(facts)


def _plain(service: Value) -> str | None:
    return None if service == UNKNOWN else str(service)
