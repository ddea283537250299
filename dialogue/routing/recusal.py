"""Who may not handle a case, and who then does.

The handler is the unit's leader until the unit says otherwise. A leader who is out
is followed sideways or upwards along `recusal_to`, never by a subordinate
(forvaltningsloven § 6 third paragraph). The control committee's secretariat decides
nothing: it only passes on to the council.
"""

from __future__ import annotations

from dataclasses import dataclass

from dialogue.routing.domains import UNKNOWN
from knowledge.municipality import Municipality

MOVING = frozenset({"out", "out_preparation", "may_not_decide"})
"""Outcomes of the recusal table that take the case away from the handler."""


class NobodyLeft(Exception):
    """Everyone who could receive is out. A proven rule set never raises this."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"nobody is left after «{unit}»: the council must appoint someone")


@dataclass(frozen=True, slots=True)
class Closure:
    """Where a case ends when those who are out are out.

    `recused` may take no part; `may_not_decide` may prepare, not decide. `judge` says
    whether a doubted handler is out. `next_unit` is told when a deadline passes.
    """

    unit: str
    recused: tuple[str, ...]
    may_not_decide: tuple[str, ...]
    judge: str | None
    passes_on: bool
    next_unit: str | None


def subject_units(municipality: Municipality, subject: str, owner: str) -> frozenset[str]:
    """The units whose leader the case is about."""
    if subject == "director":
        return frozenset(u.id for u in municipality.units.values() if u.level == "director")
    if subject == "leader" and owner != UNKNOWN:
        return frozenset({owner})
    return frozenset()


def subject_relation(municipality: Municipality, unit: str, subjects: frozenset[str]) -> str:
    """What the one whom the case is about is to the unit that would handle it.

    "handler" (its own leader), "superior", "other" or "none".
    """
    if not subjects:
        return "none"
    if unit in subjects:
        return "handler"
    if municipality.units[unit].level == "unit" and _has_director(municipality, subjects):
        return "superior"
    return "other"


def receiver(municipality: Municipality, unit: str, out: frozenset[str]) -> str | None:
    """The first unit along `recusal_to` after `unit` that is not out, nor under one that is."""
    director_out = _has_director(municipality, out)
    seen = {unit}
    candidate = municipality.units[unit].recusal_to
    while candidate is not None and candidate not in seen:
        seen.add(candidate)
        under = director_out and municipality.units[candidate].level == "unit"
        if candidate not in out and not under:
            return candidate
        candidate = municipality.units[candidate].recusal_to
    return None


def close(
    municipality: Municipality,
    unit: str,
    impartiality: str,
    subjects: frozenset[str],
    also_out: frozenset[str] = frozenset(),
) -> Closure:
    """Follow the recusal to its end. Raises NobodyLeft if there is no end.

    `also_out` are units whose leader is out by a declared tie. When nobody is left because
    of them, the control committee's secretariat passes the case on to the council.
    """
    moves = impartiality in MOVING
    out = (subjects | {unit} if moves else subjects) | also_out
    receiving = receiver(municipality, unit, out) if moves else unit
    if receiving is None and also_out:
        controls = (each.id for each in municipality.units.values() if each.level == "control")
        receiving = next(controls, None)
    if receiving is None:
        raise NobodyLeft(unit)
    leaders = tuple(f"{each}.lead" for each in sorted(out))
    deputies = tuple(f"{each}.deputy" for each in sorted(out))
    prepared = impartiality == "out_preparation"
    judge = receiver(municipality, unit, out | {unit}) if impartiality == "hold" else None
    return Closure(
        unit=receiving,
        recused=(*leaders, *deputies) if prepared else leaders,
        may_not_decide=() if prepared else deputies,
        judge=f"{judge}.lead" if judge else None,
        passes_on=municipality.units[receiving].level == "control",
        next_unit=receiver(municipality, receiving, out | {receiving}),
    )


def _has_director(municipality: Municipality, units: frozenset[str]) -> bool:
    return any(municipality.units[unit].level == "director" for unit in units)
