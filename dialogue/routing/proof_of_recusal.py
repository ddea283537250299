"""No recused person or unit receives a case, and there is always someone left."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.routing.field import Field, combine, make_field
from dialogue.routing.recusal import MOVING, NobodyLeft, close, subject_units
from dialogue.routing.ruleset import Box, RuleSet, Table
from dialogue.routing.space import shown
from knowledge.municipality import Unit
from knowledge.problems import Problem

RANK = {"unit": 0, "outside": 0, "director": 1, "political": 2, "control": 3}
"""A recused leader is never followed by someone of lower rank."""


def _when(**conditions: str | bool) -> Box:
    sets = {fact: frozenset({value}) for fact, value in conditions.items()}
    return Box(sets, sets)


# What the law demands of the recusal table, whatever its rows say:
# when this holds, one of these outcomes, for this reason.
_HELD = MOVING | {"hold"}
DEMANDS = (
    (_when(tie="auto"), MOVING, "who is out by forvaltningsloven § 6 (1) may not handle it"),
    (_when(subject_is="handler"), MOVING, "nobody handles a case about themselves (§ 6)"),
    (_when(subject_is="superior"), MOVING, "a subordinate may not decide for them (§ 6 (3))"),
    (_when(tie="superior"), MOVING, "when the superior is out, so is the decision (§ 6 (3))"),
    (
        _when(tie="took_part", kind="appeal"),
        MOVING,
        "who took part in the decision is out (kommuneloven § 13-3)",
    ),
    (_when(tie="doubt"), _HELD, "the superior decides on a doubt (§§ 6 (2) and 8)"),
    (_when(objection=True), _HELD, "the superior decides on an objection (§§ 6 (2) and 8)"),
)


def prove_recusal(rules: RuleSet) -> Iterator[Problem]:
    """Whether each case ends with someone who is not recused."""
    table = rules.table("recusal")
    if not {"unit", "subject"} <= set(table.builds_on):
        yield Problem(
            table.file,
            1,
            "routing.recusal-open",
            "the table «recusal» does not see whom the case is about",
            "A leader could receive a case about themselves.",
            "write `builds_on: [unit, subject]`.",
        )
        return
    boxes = [*(box for box, _, _ in DEMANDS), *table.exceptions]
    field = make_field(rules, ["recusal"], boxes=boxes)
    yield from _demands(table, field)
    yield from _closures(rules, table, field)


def prove_units(rules: RuleSet) -> Iterator[Problem]:
    """Whether every unit has a leader, a stand-in and somewhere to go, and every service a unit."""
    for unit in rules.municipality.units.values():
        yield from _prove_roles(unit)
        yield from _prove_chain(rules, unit)
    for service in rules.municipality.services.values():
        for role, id in (("owner", service.unit), ("decider", service.decider)):
            found = rules.municipality.units.get(id)
            if found is None or found.level == "outside":
                yield Problem(
                    "services.yml",
                    0,
                    "routing.service-owner",
                    f"the service «{service.id}» has no {role} in the municipality («{id}»)",
                    mend="name one of the municipality's units.",
                )
    for row in rules.table("unit").rows:
        target = rules.municipality.units.get(str(row.then))
        if target is not None and target.level == "outside":
            yield Problem(
                rules.table("unit").file,
                row.line,
                "routing.outside-unit",
                f"the row «{row.id}» sends cases to «{target.id}», outside the municipality",
                "That unit is for information only; nobody there receives tickets.",
                "send it to a unit that tells the person whom to turn to.",
            )


def _demands(table: Table, field: Field) -> Iterator[Problem]:
    rows, winners = field.rows["recusal"], field.winners["recusal"]
    for box, allowed, why in DEMANDS:
        open_cells = field.cells_of(box) & ~field.labels["recusal"].where(allowed)
        if "subject_is" in box.sets:
            for exception in table.exceptions:
                open_cells &= ~field.cells_of(exception)
        case = field.space.smallest(open_cells)
        if case is None:
            continue
        row = rows[winners[field.space.cell(case)]]
        yield Problem(
            table.file,
            row.line,
            "routing.recusal-open",
            f"the row «{row.id}» lets someone who is out keep the case {shown(case)}",
            f"{why[0].upper()}{why[1:]}.",
            "put a row above it that moves the case.",
        )


def _closures(rules: RuleSet, table: Table, field: Field) -> Iterator[Problem]:
    codes, combinations = combine(rules, field, ("unit", "subject", "recusal"))
    for number, each in enumerate(combinations):
        unit, impartiality = str(each["unit"]), str(each["recusal"])
        subjects = subject_units(rules.municipality, str(each["subject"]), str(each["owner"]))
        what = ""
        try:
            closure = close(rules.municipality, unit, impartiality, subjects)
            if impartiality == "hold" and closure.judge is None:
                what = f"nobody can judge whether the leader of «{unit}» is out"
        except NobodyLeft:
            what = f"nobody is left to receive when the leader of «{unit}» is out"
        if what:
            case = field.space.smallest(codes == number) or {}
            yield Problem(
                table.file,
                1,
                "routing.recusal-nobody",
                f"{what}, in the case {shown(case)}",
                "The council must be able to see who appoints a stand-in.",
                f"give «{unit}», or the last in its line, a recusal_to in units.yml.",
            )


def _prove_roles(unit: Unit) -> Iterator[Problem]:
    for role, key, names in (("leader", "lead", unit.lead), ("stand-in", "deputy", unit.deputy)):
        for standard in ("nb", "nn"):
            if not names.get(standard):
                yield Problem(
                    "units.yml",
                    0,
                    "routing.stand-in",
                    f"the unit «{unit.id}» has no {role} in {standard}",
                    "Someone must receive when another is away.",
                    f"name the role ({key}) in both standards.",
                )


def _prove_chain(rules: RuleSet, unit: Unit) -> Iterator[Problem]:
    units = rules.municipality.units
    follower = unit.recusal_to
    if follower is None:
        if unit.level not in ("control", "outside"):
            yield Problem(
                "units.yml",
                0,
                "routing.recusal-nobody",
                f"nobody follows when the leader of «{unit.id}» is out",
                mend="give it a recusal_to.",
            )
        return
    seen = [unit.id]
    while follower is not None:
        found = units.get(follower)
        if found is None or found.level == "outside":
            what = f"recusal_to of «{seen[-1]}» is «{follower}», which is none of our units"
        elif follower in seen:
            what = f"recusal_to goes in a circle: {' → '.join([*seen, follower])}"
        elif RANK[found.level] < RANK[units[seen[-1]].level]:
            what = f"recusal_to of «{seen[-1]}» is «{follower}», which is under it"
        else:
            seen.append(follower)
            follower = found.recusal_to
            continue
        yield Problem(
            "units.yml",
            0,
            "routing.recusal-down",
            what,
            "A recused leader is followed sideways or upwards (forvaltningsloven § 6 (3)).",
            "name a unit at the side or above.",
        )
        return
