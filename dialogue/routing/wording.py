"""Facts, conditions and outcomes in words, in both written standards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import cast

from dialogue.routing.domains import SERVICE_ATTRIBUTES, UNKNOWN, Value
from dialogue.routing.ruleset import Box, Handling, Row, RuleSet, Step


def word(rules: RuleSet, key: str, standard: str) -> str:
    """A small word of the rules' own language ("or", "any", "true")."""
    return cast(str, rules.names["words"][key][standard])


def fact_text(rules: RuleSet, fact: str, standard: str) -> str:
    """What a fact, or an earlier outcome, is called."""
    if fact in rules.names["facts"]:
        return cast(str, rules.names["facts"][fact]["name"][standard])
    title = rules.table(fact).title[standard]
    return title[0].lower() + title[1:]


def value_text(rules: RuleSet, fact: str, value: Value | None, standard: str) -> str:
    """What a value of a fact is called."""
    if isinstance(value, bool):
        return word(rules, str(value).lower(), standard)
    municipality = rules.municipality
    if fact == "service" and value in municipality.services:
        return municipality.services[str(value)].name[standard]
    if fact in ("unit", "owner", "decider") and value in municipality.units:
        return municipality.units[str(value)].name[standard]
    if value in (None, UNKNOWN):
        return cast(str, rules.names["facts"]["service"]["values"][UNKNOWN][standard])
    if fact in rules.names["facts"]:
        return cast(str, rules.names["facts"][fact]["values"][str(value)][standard])
    return rules.table(fact).outcomes[str(value)].name[standard]


def box_text(rules: RuleSet, box: Box, standard: str) -> str:
    """Conditions that must all hold, in words; «elles» when there are none."""
    if not box.written:
        return word(rules, "any", standard)
    return f", {word(rules, 'and', standard)} ".join(
        f"{fact_text(rules, fact, standard)}: {_values(rules, fact, values, standard)}"
        for fact, values in box.written.items()
    )


def listed(rules: RuleSet, texts: Sequence[str], standard: str) -> str:
    """Alternatives as one says them: "a, b eller c"."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {word(rules, 'or', standard)} {texts[-1]}"


def conditions_text(rules: RuleSet, row: Row, standard: str) -> str:
    """All the alternatives of a row, in words."""
    joined = f"; {word(rules, 'or', standard)} "
    return joined.join(box_text(rules, box, standard) for box in row.boxes)


def outcome_text(rules: RuleSet, table: str, then: str | Handling, standard: str) -> str:
    """What a row gives, in words."""
    if isinstance(then, Handling):
        return handling_text(then, standard)
    if table == "unit":
        if then in ("owner", "decider"):
            return word(rules, then, standard)
        return rules.municipality.units[then].name[standard]
    return rules.table(table).outcomes[then].name[standard]


def handling_text(handling: Handling, standard: str) -> str:
    """Handling times in words.

    >>> handling_text(Handling(5, None, 15), "nn")
    'første svar innan 5 virkedagar, endeleg svar innan 15 virkedagar'
    """
    nn = standard == "nn"
    parts = []
    hours, first = handling.first_answer_hours, handling.first_answer_working_days
    if hours is not None:
        parts.append(f"første svar {hours_text(hours, standard)}")
    elif first is not None:
        parts.append(f"første svar {days_text(first, standard)}")
    if handling.interim_months is not None:
        within = months_text(handling.interim_months, standard)
        parts.append(f"{'førebels' if nn else 'foreløpig'} svar {within}")
    if handling.due_working_days is not None:
        final = days_text(handling.due_working_days, standard)
        parts.append(f"{'endeleg' if nn else 'endelig'} svar {final}")
    return ", ".join(parts) or ("inga frist" if nn else "ingen frist")


def basis_text(rules: RuleSet, row: Row) -> str:
    """The row's basis in the act that is in force."""
    return row.basis.get(rules.law) or row.basis["fvl"]


def role_text(rules: RuleSet, role: str, standard: str) -> str:
    """A role id like "sjukeheim.lead" in words: who, and where."""
    unit_id, _, part = role.partition(".")
    unit = rules.municipality.units[unit_id]
    names = unit.deputy if part == "deputy" else unit.lead
    return f"{names[standard]} ({unit.name[standard]})"


def step_text(step: Step, standard: str) -> str:
    """One step of an escalation in words."""
    nn = standard == "nn"
    who = {
        "lead": "leiar" if nn else "leder",
        "recusal_to": "nivået over",
    }[step.to]
    days = abs(step.working_days)
    unit = "virkedag" if days == 1 else ("virkedagar" if nn else "virkedager")
    start = {
        "received": "etter at saka kom" if nn else "etter at saken kom",
        "due": "etter fristen",
        "interim": "før siste dag for førebels svar" if nn else "før siste dag for foreløpig svar",
    }[step.since]
    when = f"{days} {unit} {start}" if days else ("når fristen er ute")
    return f"{who}, {when}"


def days_text(days: int | None, standard: str) -> str:
    """Within how many working days, in words: "" for None, the same day for 0.

    >>> days_text(5, "nb"), days_text(5, "nn"), days_text(1, "nn"), days_text(0, "nn")
    ('innen 5 virkedager', 'innan 5 virkedagar', 'innan 1 virkedag', 'same virkedag')
    """
    if days is None:
        return ""
    if standard == "nn":
        return "same virkedag" if days == 0 else f"innan {days} virkedag{'ar' * (days != 1)}"
    return "samme virkedag" if days == 0 else f"innen {days} virkedag{'er' * (days != 1)}"


def hours_text(hours: int, standard: str) -> str:
    """Within how many opening hours, in words.

    >>> hours_text(4, "nb"), hours_text(1, "nn")
    ('innen 4 timer i åpningstiden', 'innan 1 time i opningstida')
    """
    one = hours == 1
    if standard == "nn":
        return f"innan {hours} {'time' if one else 'timar'} i opningstida"
    return f"innen {hours} {'time' if one else 'timer'} i åpningstiden"


def months_text(months: int, standard: str) -> str:
    """Within how many months, in words.

    >>> months_text(1, "nb"), months_text(2, "nn")
    ('innen 1 måned', 'innan 2 månader')
    """
    if standard == "nn":
        return f"innan {months} {'månad' if months == 1 else 'månader'}"
    return f"innen {months} {'måned' if months == 1 else 'måneder'}"


def _values(rules: RuleSet, fact: str, values: frozenset[Value], standard: str) -> str:
    possible = _possible(rules, fact)
    rest = [each for each in possible if each not in values]
    if rest == ["none"]:
        return word(rules, "true", standard)
    negated = len(rest) == 1 and len(values) > 3
    told = rest if negated else [each for each in possible if each in values]
    joined = listed(rules, [value_text(rules, fact, each, standard) for each in told], standard)
    return f"{word(rules, 'not', standard)} {joined}" if negated else joined


def _possible(rules: RuleSet, fact: str) -> Iterable[Value]:
    if fact in SERVICE_ATTRIBUTES:
        return rules.domains.attribute_values(fact)
    if fact in rules.domains.values:
        return rules.domains.values[fact]
    if fact == "unit":
        return tuple(rules.municipality.units)
    if fact == "subject_is":
        return tuple(rules.names["facts"]["subject_is"]["values"])
    return tuple(rules.table(fact).outcomes)


def day_text(rules: RuleSet, day: date, standard: str) -> str:
    """A date as a document writes it: «1. desember 2026»."""
    months = rules.names["document"]["months"][standard].split()
    return f"{day.day}. {months[day.month - 1]} {day.year}"
