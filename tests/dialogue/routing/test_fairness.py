"""Like cases treated alike: what is a difference, and what is chance."""

from __future__ import annotations

import random
from itertools import islice

import msgspec
import numpy as np
import pytest

from dialogue.routing.fairness import (
    Comparison,
    PastCase,
    compare_groups,
    correct,
    permutation_p,
)
from dialogue.routing.invented import invent
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.training import answer_text, case_text, kappa, training_cases


def past(rules: RuleSet, seed: int, late: str | None = None, count: int = 1_500) -> list[PastCase]:
    """Cases of two services, so that there are like ones; `late` is a channel answered later."""
    chance = random.Random(seed)
    found = []
    for facts in islice(invent(rules, seed), count):
        service = chance.choice(["broyting", "sykehjem"])
        usual = msgspec.structs.replace(
            facts, service=service, about="service", tie="none", sensitive="none",
            urgent=False, objection=False,
        )  # fmt: skip
        hours = chance.expovariate(1 / 20) + (8 if usual.channel == late else 0)
        unit = route(rules, usual).unit
        found.append(PastCase(usual, unit, hours, hours < 40, "2026-Q4"))
    return found


def test_no_difference_is_found_where_there_is_none(rules: RuleSet) -> None:
    found = [c for seed in range(4) for c in compare_groups(past(rules, seed)) if c.differs]
    assert found == []


def test_a_channel_that_is_answered_later_is_found(rules: RuleSet) -> None:
    found = compare_groups(past(rules, 1, late="telegram"))
    [telegram] = [
        c
        for c in found
        if (c.measure, c.dimension, c.group) == ("first_answer", "channel", "telegram")
    ]
    assert telegram.differs
    assert telegram.mean > telegram.rest_mean + 4
    assert not any(c.differs for c in found if c.dimension == "standard")


def test_a_small_group_is_not_tested_and_shows_no_figures(rules: RuleSet) -> None:
    cases = past(rules, 1, count=12)
    small = [c for c in compare_groups(cases) if min(c.cases, c.rest) < 5]
    assert small
    assert all((c.p, c.holm, c.mean, c.rest_mean) == (None, None, 0.0, 0.0) for c in small)


def test_shuffling_agrees_with_its_limit() -> None:
    generator = np.random.default_rng(1)
    values = generator.random(400)
    strata = np.repeat(np.arange(40), 10)
    inside = generator.random(400) < 0.4
    values[inside] += 0.05
    shuffled = permutation_p(values, inside, strata, generator)
    many = np.tile(np.arange(6) * 100, (400, 1)).T.ravel() + np.tile(strata, 6)
    limit = permutation_p(np.tile(values, 6), np.tile(inside, 6), many, generator)
    assert limit < shuffled < 0.5


def test_equal_values_are_no_difference() -> None:
    ones = np.ones(20)
    labels = np.arange(20) < 8
    assert permutation_p(ones, labels, np.zeros(20, int), np.random.default_rng(1)) == 1.0


def test_many_looks_are_corrected_for() -> None:
    made = [Comparison("unit", "who", str(p), 9, 9, 1.0, 1.0, p) for p in (0.01, 0.04, 0.03)]
    told = list(correct([*made, Comparison("unit", "who", "x", 2, 9, 0.0, 0.0, None)]))
    assert [c.holm for c in told] == [
        pytest.approx(0.03),
        pytest.approx(0.06),
        pytest.approx(0.06),
        None,
    ]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [("aabb", "aabb", 1.0), ("aabb", "abbb", 0.5), ("aabb", "bbaa", -1.0), ("aaaa", "aaaa", 1.0)],
)
def test_kappa_is_agreement_beyond_chance(one: str, other: str, wanted: float) -> None:
    assert kappa(list(one), list(other)) == pytest.approx(wanted)


def test_training_shows_many_units_and_tells_why(rules: RuleSet) -> None:
    cases = training_cases(rules, 20, seed=3)
    assert cases == training_cases(rules, 20, seed=3)
    assert len({route(rules, each).unit for each in cases}) >= 10
    for each in cases:
        for standard in ("nb", "nn"):
            assert case_text(rules, each, standard)
            assert route(rules, each).rules[0].row in answer_text(rules, each, standard)


def test_training_never_shows_what_may_not_matter(rules: RuleSet) -> None:
    for each in training_cases(rules, 30, seed=4):
        assert "kanal" not in case_text(rules, each, "nn")
        assert "målform" not in case_text(rules, each, "nb")
