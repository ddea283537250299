"""Training cases: what a person would sort by hand, scored against the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from dialogue.routing.domains import MAY_NEVER_MATTER
from dialogue.routing.explain import explain
from dialogue.routing.facts import Facts
from dialogue.routing.invented import invent
from dialogue.routing.route import route
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.space import ORDINARY
from dialogue.routing.wording import fact_text, value_text


def training_cases(rules: RuleSet, count: int, seed: int) -> tuple[Facts, ...]:
    """Invented cases, as many units among them as can be: a quiz of one unit teaches nothing."""
    drawn = list(islice(invent(rules, seed), 40 * count))
    by_unit: dict[str, list[Facts]] = {}
    for facts in drawn:
        by_unit.setdefault(route(rules, facts).unit, []).append(facts)
    taken: list[Facts] = []
    while len(taken) < count:
        for unit in sorted(by_unit):
            if by_unit[unit] and len(taken) < count:
                taken.append(by_unit[unit].pop(0))
    order = {facts: number for number, facts in enumerate(drawn)}
    return tuple(sorted(taken, key=order.__getitem__))


def case_text(rules: RuleSet, facts: Facts, standard: str) -> str:
    """A case in words: its kind, its service, and what is out of the ordinary."""
    told = []
    for fact in ("kind", "service", *ORDINARY):
        value = getattr(facts, fact)
        shown = fact in ("kind", "service") or value != ORDINARY[fact]
        if shown and fact not in MAY_NEVER_MATTER and fact != "office_hours":
            text = f"{fact_text(rules, fact, standard)}: {value_text(rules, fact, value, standard)}"
            told.append(text)
    return ", ".join(dict.fromkeys(told))


def answer_text(rules: RuleSet, facts: Facts, standard: str) -> str:
    """What the rules say, and why, in a few lines."""
    explained = explain(rules, facts, None, standard, ("unit", "recusal"))
    lines = list(explained.summary)
    lines += [
        f"{each.row} {each.title} ({each.counted}). {each.basis}." for each in explained.decisions
    ]
    return "\n".join(lines)


def kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Cohen's kappa of two people's answers to the same cases; 1.0 when all are the same.

    Source: J. Cohen, Educational and Psychological Measurement 20 (1960), 37-46.

    >>> kappa(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    0.5
    """
    count = len(one)
    if not count or count != len(other):
        raise ValueError("the two have not answered the same cases")
    same = sum(a == b for a, b in zip(one, other, strict=True)) / count
    first, second = Counter(one), Counter(other)
    by_chance = sum(first[each] * second[each] for each in first) / count**2
    return 1.0 if by_chance == 1.0 else (same - by_chance) / (1 - by_chance)


def receiving_units(rules: RuleSet) -> Iterator[tuple[str, dict[str, str]]]:
    """The units that can receive a case, with their names."""
    for unit in rules.municipality.units.values():
        if unit.level != "outside":
            yield unit.id, unit.name
