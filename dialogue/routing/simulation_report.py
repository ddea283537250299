"""What a simulation found, as tables for people: on a page, in a terminal, as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from dialogue.routing.compare import Simulation
from dialogue.routing.pages import Part
from dialogue.routing.ruleset import RuleSet
from dialogue.routing.wording import day_text, fact_text, value_text

HIDDEN_BELOW = 5
"""Groups smaller than this are not shown by channel or standard (DOMAIN: surveys)."""

_TIMED = ("first_answer_working_days", "due_working_days")


def simulation_parts(
    rules: RuleSet,
    simulation: Simulation,
    since: date,
    standard: str,
    not_known: tuple[int, str] = (0, ""),
) -> tuple[Part, ...]:
    """The report on `rules`. `not_known`: tickets whose version is not here, and with which
    version they were compared."""
    return tuple(_parts(rules, simulation, since, standard, not_known))


def share_text(part: int, whole: int) -> str:
    """A share in per cent.

    >>> share_text(1, 3)
    '33,3 %'
    """
    return f"{100 * part / whole:.1f} %".replace(".", ",") if whole else "0 %"


def _parts(
    rules: RuleSet,
    simulation: Simulation,
    since: date,
    standard: str,
    not_known: tuple[int, str],
) -> Iterator[Part]:
    def say(key: str, **values: Any) -> str:
        text: str = rules.names["simulation"][key][standard]
        return text.format(**values)

    def columns(key: str) -> tuple[str, ...]:
        return tuple(say(key).split("|"))

    yield Part("h1", say("heading"))
    day = day_text(rules, since, standard)
    if not simulation.cases:
        yield Part("p", say("no_cases", version=rules.version, since=day))
        return
    yield Part(
        "p",
        say(
            "intro",
            version=rules.version,
            cases=simulation.cases,
            since=day,
            changed=simulation.changed,
            share=share_text(simulation.changed, simulation.cases),
        ),
    )
    if not_known[0]:
        yield Part("p", say("not_known", count=not_known[0], version=not_known[1]))
    yield Part("h2", say("moved"))
    moved = tuple(
        (_unit(rules, before, standard), _unit(rules, after, standard), str(count))
        for (before, after), count in simulation.moved.most_common()
    )
    yield Part("table", rows=(columns("moved_columns"), *(moved or ((say("none"), "", "0"),))))
    yield Part("h2", say("deadlines"))
    yield Part("p", say("deadlines_text", faster=simulation.faster, slower=simulation.slower))
    yield Part(
        "table", rows=(columns("deadline_columns"), *_changes(rules, simulation, standard, say))
    )
    yield Part("h2", say("load"))
    yield Part("table", rows=(columns("load_columns"), *_load(rules, simulation, standard)))
    yield Part("h2", say("equal"))
    yield Part("p", say("equal_text", unlike=simulation.unlike))
    groups = _groups(rules, simulation, standard, say("hidden"))
    yield Part("table", rows=(columns("equal_columns"), *groups))


def _unit(rules: RuleSet, unit: str, standard: str) -> str:
    return rules.municipality.units[unit].name[standard]


def _changes(
    rules: RuleSet, simulation: Simulation, standard: str, say: Any
) -> Iterator[tuple[str, ...]]:
    for part, counted in simulation.changes.items():
        if part == "unit":
            continue
        for (before, after), count in counted.most_common():
            told = (_told(rules, part, each, standard, say) for each in (before, after))
            yield (say(part), *told, str(count))


def _told(rules: RuleSet, part: str, value: Any, standard: str, say: Any) -> str:
    if value is None:
        return str(say("none"))
    return str(value) if part in _TIMED else value_text(rules, part, value, standard)


def _load(rules: RuleSet, simulation: Simulation, standard: str) -> Iterator[tuple[str, ...]]:
    units = sorted(
        {*simulation.load_before, *simulation.load_after},
        key=lambda unit: (-simulation.load_after[unit], unit),
    )
    for unit in units:
        before, after = simulation.load_before[unit], simulation.load_after[unit]
        yield (
            _unit(rules, unit, standard),
            str(before),
            str(after),
            f"{after - before:+d}" if after != before else "0",
        )


def _groups(
    rules: RuleSet, simulation: Simulation, standard: str, hidden: str
) -> Iterator[tuple[str, ...]]:
    for fact, groups in simulation.groups.items():
        for value, (cases, changed) in sorted(groups.items(), key=lambda each: str(each[0])):
            known = value in rules.domains.values[fact]
            told = value_text(rules, fact, value if known else "other", standard)
            name = f"{fact_text(rules, fact, standard)}: {told}"
            if cases < HIDDEN_BELOW:
                yield name, hidden, "", ""
            else:
                yield name, str(cases), str(changed), share_text(changed, cases)
