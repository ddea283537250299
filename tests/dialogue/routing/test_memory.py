"""Deciding many cases with a memory gives what deciding each gives."""

from __future__ import annotations

from datetime import date
from itertools import islice

from dialogue.routing.compare import Replay
from dialogue.routing.invented import invent
from dialogue.routing.memory import Memory
from dialogue.routing.pages import markdown
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.simulation_report import simulation_parts


def test_a_memory_never_changes_an_outcome(rules: RuleSet) -> None:
    memory = Memory(rules)
    for facts in islice(invent(rules), 4_000):
        assert memory.route(facts) == route(rules, facts)


def test_a_service_that_is_no_more_counts_as_unknown(rules: RuleSet) -> None:
    from dialogue.routing.facts import Facts

    facts = Facts(kind="complaint", service="nedlagt")
    assert Memory(rules).route(facts) == route(rules, facts)


def test_a_proven_set_treats_no_like_cases_unlike(rules: RuleSet) -> None:
    replay = Replay(rules)
    for facts in islice(invent(rules), 2_000):
        replay.add(facts, route(rules, facts))
    assert (replay.result.unlike, replay.result.changed) == (0, 0)


def test_a_small_group_is_not_shown(rules: RuleSet) -> None:
    replay = Replay(rules)
    for facts in islice(invent(rules), 3):
        replay.add(facts, route(rules, facts))
    for standard in ("nb", "nn"):
        text = markdown(simulation_parts(rules, replay.result, date(2026, 1, 1), standard))
        assert "færre enn 5" in text
        assert "{" not in text
