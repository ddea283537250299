"""Why a case went where it went, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import msgspec

from dialogue.routing.domains import MAY_NEVER_MATTER, UNKNOWN, Value
from dialogue.routing.facts import Facts
from dialogue.routing.route import Outcome, case_of, decide_tables, route
from dialogue.routing.ruleset import Box, Handling, Row, RuleSet
from dialogue.routing.wording import (
    basis_text,
    days_text,
    fact_text,
    handling_text,
    outcome_text,
    role_text,
    value_text,
)

PERSON_TABLES = ("unit", "recusal", "handling", "reply")
"""What the person may be told: not who sees the case, nor what its content was held to be."""


class TableDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What one table decided: its question, the row, what counted, and on which basis."""

    table: str
    question: str
    row: str
    title: str
    counted: str
    outcome: str
    basis: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that would have led elsewhere."""

    fact: str
    value: Any
    table: str
    row: str
    text: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """`summary` are the main points, `recusal` why it moved; `drifted` are the tables in
    which this version of the rules decides otherwise than the ticket was decided."""

    version: str
    summary: tuple[str, ...]
    decisions: tuple[TableDecision, ...]
    changes: tuple[Change, ...]
    drifted: tuple[str, ...] = ()
    standard: str = "nb"

    @property
    def text(self) -> str:
        """The explanation as lines to read."""
        nn = self.standard == "nn"
        lines = list(self.summary)
        lines += ["", "Slik vart det avgjort:" if nn else "Slik ble det avgjort:"]
        for each in self.decisions:
            lines.append(f"- {each.question}: {each.outcome}.")
            basis = f"{'Heimel' if nn else 'Hjemmel'}: {each.basis}."
            lines.append(f"  {each.row} {each.title} ({each.counted}). {basis}")
        if self.changes:
            lines += ["", "Dette ville ha endra det:" if nn else "Dette ville ha endret det:"]
            lines += [f"- {each.text}" for each in self.changes]
        if self.drifted:
            said = "Regelsettet er endra sidan." if nn else "Regelsettet er endret siden."
            lines += ["", f"{said} ({', '.join(self.drifted)})"]
        lines += ["", f"Regelsett {self.version}"]
        return "\n".join(lines)


def explain(
    rules: RuleSet,
    facts: Facts,
    outcome: Outcome | None = None,
    standard: str = "nb",
    tables: Collection[str] | None = None,
    out: frozenset[str] = frozenset(),
    has: str | None = None,
) -> Explanation:
    """Explain a case: `outcome` is what was decided then, None to decide it now.

    `tables` narrows it (PERSON_TABLES for the person). A change of one fact that would
    have led to another outcome is told once for each table, the nearest first. `out` are units
    whose leader was out by a tie that the facts do not tell, `has` is the unit that has the
    case now, after a hand-over.
    """
    now = route(rules, facts, out)
    decided = outcome or now
    case = case_of(rules, facts)
    won = decide_tables(rules, case)
    decides = [table for table in rules.tables if table.name in won]
    shown = [table for table in decides if tables is None or table.name in tables]
    given = {each.table: each.row for each in decided.rules}
    return Explanation(
        version=rules.version,
        summary=tuple(_summary(rules, decided, standard, has)),
        decisions=tuple(
            _decision(rules, table.name, won[table.name], case, standard) for table in shown
        ),
        changes=tuple(
            change
            for change in _changes(rules, facts, now, standard, out)
            if tables is None or change.table in tables
        ),
        drifted=tuple(t.name for t in shown if given.get(t.name) != won[t.name].id),
        standard=standard,
    )


def _summary(rules: RuleSet, outcome: Outcome, standard: str, has: str | None) -> Iterator[str]:
    nn = standard == "nn"
    if not outcome.ticket:
        yield (
            "Personen får naudnummeret, og det blir inga sak."
            if nn
            else "Personen får nødnummeret, og det blir ingen sak."
        )
        return
    units = rules.municipality.units
    unit = units[has or outcome.unit].name[standard]
    yield f"{unit} har {'saka' if nn else 'saken'}."
    if has not in (None, outcome.unit):
        first = units[outcome.unit].name[standard]
        yield (
            f"Reglane sende saka til {first}. Ho er overlaten sidan."
            if nn
            else f"Reglene sendte saken til {first}. Den er overlatt siden."
        )
    handling = Handling(
        outcome.first_answer_working_days,
        outcome.first_answer_hours,
        outcome.due_working_days,
        outcome.interim_months,
    )
    yield f"Frist: {handling_text(handling, standard)}."
    if outcome.recused:
        roles = ", ".join(role_text(rules, role, standard) for role in outcome.recused)
        yield f"{'Skal ikkje handsame saka' if nn else 'Skal ikke behandle saken'}: {roles}."
    if outcome.first_unit != outcome.unit:
        first = units[outcome.first_unit].name[standard]
        yield (
            f"Saka vart flytta frå {first}, sidan leiaren der ikkje kan handsame ho."
            if nn
            else f"Saken ble flyttet fra {first}, siden lederen der ikke kan behandle den."
        )
    if outcome.judge is not None and outcome.hold_working_days is not None:
        judge = role_text(rules, outcome.judge, standard)
        first = "avgjer først om leiaren er gild" if nn else "avgjør først om lederen er habil"
        within = days_text(outcome.hold_working_days, standard)
        yield f"{judge[0].upper()}{judge[1:]} {first}, {within}."
    if outcome.passes_on:
        yield (
            "Eininga avgjer ikkje sjølv, men sender saka vidare til kommunestyret."
            if nn
            else "Enheten avgjør ikke selv, men sender saken videre til kommunestyret."
        )


def _decision(
    rules: RuleSet, table: str, row: Row, case: dict[str, Value], standard: str
) -> TableDecision:
    holding = next(box for box in row.boxes if _holds(box, case))
    nothing = "ingen av radene over passar" if standard == "nn" else "ingen av radene over passer"
    then = case[table] if table == "unit" else row.then
    assert isinstance(then, str | Handling)
    return TableDecision(
        table=table,
        question=rules.table(table).title[standard],
        row=row.id,
        title=row.title[standard],
        counted=_counted(rules, holding, case, standard) if holding.written else nothing,
        outcome=outcome_text(rules, table, then, standard),
        basis=basis_text(rules, row),
    )


def _holds(box: Box, case: dict[str, Value]) -> bool:
    return all(case[fact] in values for fact, values in box.sets.items())


def _counted(rules: RuleSet, box: Box, case: dict[str, Value], standard: str) -> str:
    """The facts that the row looked at, with the values that this case has."""
    service = case["service"]
    told = {
        fact: rules.domains.attributes[fact][service]
        if fact in rules.domains.attributes
        else case[fact]
        for fact in box.written
    }
    return ", ".join(
        f"{fact_text(rules, fact, standard)}: {value_text(rules, fact, value, standard)}"
        for fact, value in told.items()
    )


def _changes(
    rules: RuleSet, facts: Facts, now: Outcome, standard: str, out: frozenset[str]
) -> Iterator[Change]:
    """For each thing decided, the first single fact whose change would have changed it."""
    parts: dict[str, Callable[[Outcome], Any]] = {
        "unit": lambda one: one.unit,
        "handling": lambda one: (one.first_answer_working_days, one.due_working_days),
        "visibility": lambda one: one.visibility,
        "reply": lambda one: one.reply,
    }
    found: set[str] = set()
    for fact, value in _other_values(rules, facts):
        other_facts = msgspec.structs.replace(facts, **{fact: value})
        other = route(rules, other_facts, out)
        for table, part in parts.items():
            if table not in found and part(other) != part(now):
                found.add(table)
                row = _deciding_row(table, other, now)
                yield _change(rules, fact, value, table, other, row, standard)
        if len(found) == len(parts):
            return


def _other_values(rules: RuleSet, facts: Facts) -> Iterator[tuple[str, Value | None]]:
    """Each other value of each fact: what a person could most easily have meant comes first."""
    order = ("about", "tie", "consent", "sensitive", "who", "kind", "urgent", "anonymous")
    rest = [
        fact
        for fact in rules.domains.values
        if fact not in order and fact not in MAY_NEVER_MATTER and fact != "service"
    ]
    for fact in (*order, *rest, "service"):
        for value in rules.domains.values[fact]:
            plain = None if value == UNKNOWN and fact == "service" else value
            if plain != getattr(facts, fact):
                yield fact, plain


def _deciding_row(table: str, other: Outcome, now: Outcome) -> str:
    """The row that makes the other outcome other: recusal moves what the same row sends."""
    rows = {each.table: each.row for each in other.rules}
    before = {each.table: each.row for each in now.rules}
    if table == "unit" and rows["unit"] == before["unit"]:
        return rows["recusal"]
    return rows[table]


def _change(
    rules: RuleSet,
    fact: str,
    value: Value | None,
    table: str,
    other: Outcome,
    row: str,
    standard: str,
) -> Change:
    nn = standard == "nn"
    if table == "unit":
        name = rules.municipality.units[other.unit].name[standard]
        then = f"hadde {name} fått {'saka' if nn else 'saken'}"
    elif table == "handling":
        timed = Handling(
            other.first_answer_working_days, other.first_answer_hours, other.due_working_days
        )
        then = f"hadde fristen vore: {handling_text(timed, standard)}"
        then = then if nn else then.replace("vore", "vært")
    else:
        name = outcome_text(rules, table, getattr(other, table), standard)
        question = rules.table(table).title[standard]
        then = f'hadde "{question.lower()}" {"vore" if nn else "vært"}: {name}'
    said = f"{fact_text(rules, fact, standard)}: {value_text(rules, fact, value, standard)}"
    return Change(
        fact=fact,
        value=value,
        table=table,
        row=row,
        text=f'Med "{said}" {then} ({row}).',
    )
