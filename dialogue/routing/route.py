"""From facts to outcome: where a case goes, how fast, who sees it, and which rows say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

import msgspec

from dialogue.effects import RuleReference
from dialogue.routing.compiled import compile_table
from dialogue.routing.domains import CHANNELS, UNKNOWN, Value
from dialogue.routing.facts import Facts
from dialogue.routing.recusal import Closure, close, subject_relation, subject_units
from dialogue.routing.ruleset import ON_REQUEST, Handling, Row, RuleSet, Step, law_on


class Undecided(Exception):
    """No row of a table decides. A proven rule set never raises this."""

    def __init__(self, table: str) -> None:
        super().__init__(f"no row of the table «{table}» decides this case")


class EscalationStep(msgspec.Struct, frozen=True):
    """After `working_days` from `since` without an answer, `to` (a role) is told.

    `since` is "received", "due" or "interim" (the day an interim reply must have gone).
    `asks` is "answer" or "interim".
    """

    since: str
    working_days: int
    to: str
    asks: str = "answer"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules decide. Each table that decided is in `rules`.

    `unit` receives, after recusal; `first_unit` would have without it. `handler` is the
    role that answers for it. Roles are like "sjukeheim.lead". Working days: None means
    that no answer is due, 0 the same working day. `ticket` is false where a person must
    call instead. `passes_on`: the unit decides nothing, it passes on to the council.
    `rating`: whether a rating may be asked for afterwards ("ask", "do_not_ask").
    """

    unit: str
    due_working_days: int | None
    visibility: str
    recused: tuple[str, ...]
    acknowledgement: str
    escalation: str
    rules: tuple[RuleReference, ...]
    reply: str
    handler: str
    first_unit: str
    first_answer_working_days: int | None = None
    first_answer_hours: int | None = None
    interim_months: int | None = None
    impartiality: str = "clear"
    judge: str | None = None
    hold_working_days: int | None = None
    may_not_decide: tuple[str, ...] = ()
    provisional: bool = False
    passes_on: bool = False
    ticket: bool = True
    escalation_steps: tuple[EscalationStep, ...] = ()
    rating: str = "ask"


def case_of(rules: RuleSet, facts: Facts) -> dict[str, Value]:
    """The facts as the tables see them: a service or channel that is not known is such."""
    case: dict[str, Value] = msgspec.structs.asdict(facts)
    if case["service"] not in rules.municipality.services:
        case["service"] = UNKNOWN
    if case["channel"] not in CHANNELS:
        case["channel"] = "other"
    return case


def decide_tables(
    rules: RuleSet, case: dict[str, Value], *, on_request: bool = False
) -> dict[str, Row]:
    """The winning row of each table; `case` gets the earlier outcomes that later ones see.

    `on_request`: also of the tables that decide nothing when a case comes.
    """
    won: dict[str, Row] = {}
    for table in rules.tables:
        if table.name in ON_REQUEST and not on_request:
            continue
        row = rules.compiled[table.name].winner(case)
        if row is None:
            raise Undecided(table.name)
        won[table.name] = row
        if isinstance(row.then, str):
            case[table.name] = (
                resolve_unit(rules, case, row.then) if (table.name == "unit") else row.then
            )
        if "subject_is" not in case and "subject" in case and "unit" in case:
            case["subject_is"] = relation(rules, case)
    return won


def whom_to_ask(rules: RuleSet, facts: Facts) -> Row | None:
    """The row that tells who may consent that the writer is told; None: no such table."""
    return _asked(rules, "consent_request", facts)


def what_closing_takes(rules: RuleSet, facts: Facts) -> Row | None:
    """The row that tells whether a case goes to the archive before it is closed here."""
    return _asked(rules, "closing", facts)


def _asked(rules: RuleSet, table: str, facts: Facts) -> Row | None:
    """The winning row of a table that is asked on request; None: no such table."""
    compiled = rules.compiled.get(table)
    return None if compiled is None else compiled.winner(case_of(rules, facts))


def resolve_unit(rules: RuleSet, case: dict[str, Value], then: str) -> str:
    """The unit that an outcome of the unit table means: «owner» and «decider» are the service's."""
    if then not in ("owner", "decider"):
        return then
    return cast(str, rules.domains.attributes[then][case["service"]])


def relation(rules: RuleSet, case: dict[str, Value]) -> str:
    """`subject_is`: what the one whom the case is about is to the handler."""
    return subject_relation(rules.municipality, cast(str, case["unit"]), _subjects(rules, case))


def route(rules: RuleSet, facts: Facts, out: frozenset[str] = frozenset()) -> Outcome:
    """Decide a case. Pure; the same facts always give the same outcome.

    `out` are units whose leader is out of this case besides what the facts tell. Raises
    Undecided or NobodyLeft only for a rule set that was never proven.
    """
    case = case_of(rules, facts)
    won = decide_tables(rules, case)
    end = _end(rules, case, out)
    closure, handling = end.closure, cast(Handling, won["handling"].then)
    return Outcome(
        unit=closure.unit,
        first_unit=cast(str, case["unit"]),
        handler=end.handler,
        first_answer_working_days=handling.first_answer_working_days,
        first_answer_hours=handling.first_answer_hours,
        due_working_days=handling.due_working_days,
        interim_months=handling.interim_months,
        visibility=cast(str, case["visibility"]),
        recused=closure.recused,
        may_not_decide=closure.may_not_decide,
        impartiality=cast(str, case["recusal"]),
        judge=closure.judge,
        hold_working_days=end.hold_working_days,
        provisional=case["provisional"] == "provisional_step",
        passes_on=closure.passes_on,
        acknowledgement=cast(str, case["acknowledgement"]),
        ticket=case["acknowledgement"] != "emergency",
        escalation=cast(str, case["escalation"]),
        escalation_steps=end.steps,
        reply=cast(str, case["reply"]),
        rating=cast(str, case.get("rating", "ask")),  # versions without the table always ask
        rules=_references(rules, won),
    )


def rules_on(rules: RuleSet, day: date) -> RuleSet:
    """The same rule set with the rows and the law that are valid on `day`."""
    compiled = {table.name: compile_table(table, day) for table in rules.tables}
    return replace(rules, compiled=compiled, law=law_on(rules.nfvl_from, day))


def _subjects(rules: RuleSet, case: dict[str, Value]) -> frozenset[str]:
    owner = cast(str, rules.domains.attributes["owner"][case["service"]])
    return subject_units(rules.municipality, cast(str, case["subject"]), owner)


def may_receive(rules: RuleSet, facts: Facts, unit: str) -> bool:
    """Whether a case may be handed over to `unit`: not when its leader is out, nor under one.

    Bodies outside the municipality never receive.
    """
    outcome = route(rules, facts)
    out = frozenset(role.split(".")[0] for role in outcome.recused)
    units = rules.municipality.units
    director_out = any(units[each].level == "director" for each in out)
    under = director_out and units[unit].level == "unit" and unit != outcome.unit
    return unit not in out and not under and units[unit].level != "outside"


class _End(msgspec.Struct, frozen=True):
    """What follows from unit, subject, recusal and escalation: the same for all such cases."""

    closure: Closure
    handler: str
    hold_working_days: int | None
    steps: tuple[EscalationStep, ...]


def _end(rules: RuleSet, case: dict[str, Value], out: frozenset[str]) -> _End:
    owner = rules.domains.attributes["owner"][case["service"]]
    key = case["unit"], case["subject"], case["recusal"], case["escalation"], owner, out
    found: _End | None = rules.remembered.get(key)
    if found is None:
        impartiality = cast(str, case["recusal"])
        unit = cast(str, case["unit"])
        closure = close(rules.municipality, unit, impartiality, _subjects(rules, case), out)
        steps = rules.table("escalation").outcomes[cast(str, case["escalation"])].steps
        found = rules.remembered[key] = _End(
            closure,
            f"{closure.unit}.lead",
            rules.table("recusal").outcomes[impartiality].working_days,
            _steps(steps, closure),
        )
    return found


def _references(rules: RuleSet, won: dict[str, Row]) -> tuple[RuleReference, ...]:
    key = tuple(row.id for row in won.values())
    found: tuple[RuleReference, ...] | None = rules.remembered.get(key)
    if found is None:
        found = rules.remembered[key] = tuple(
            RuleReference(table, row.id, rules.version) for table, row in won.items()
        )
    return found


def _steps(steps: tuple[Step, ...], closure: Closure) -> tuple[EscalationStep, ...]:
    above = closure.next_unit or closure.unit
    roles = {"lead": f"{closure.unit}.lead", "recusal_to": f"{above}.lead"}
    return tuple(
        EscalationStep(step.since, step.working_days, roles[step.to], step.asks) for step in steps
    )
