"""`samsvar ties`: declared ties, and a year's figures on impartiality."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, refuse
from connectors.commands.rule_sets import OpenRules
from connectors.commands.stores import with_store
from knowledge.problems import ContentError

if TYPE_CHECKING:
    from dialogue.routing.ties import Tie
    from dialogue.store.store import Store

HIDDEN_BELOW = 5  # smaller counts could point at a person (DOMAIN: surveys)


def ties_command(
    year: Annotated[
        int | None,
        typer.Option("--year", help="Count a year's tickets too.", show_default=False),
    ] = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """List the declared ties that are valid today; with --year, the figures for awareness.

    Figures tell how many tickets met a tie, a doubt or an objection, for each unit that
    would have had them. Counts below five are not shown.
    """
    from dialogue.routing.ties import load_ties

    opened = OpenRules(content)
    try:
        ties = load_ties(opened.folder, opened.municipality)
    except ContentError as error:
        refuse(error.problems)
    today = datetime.now(ZoneInfo(opened.municipality.timezone)).date()
    valid = [each for each in ties if _is_valid(each, today)]
    figures = None if year is None else _Figures(opened, year)
    if figures is not None:
        with_store(figures.run)
    if json_lines:
        told = {"valid": [_plain(each) for each in valid]}
        print(msgspec.json.encode(told | ({} if figures is None else figures.plain())).decode())
        return
    for tie in valid:
        until = f" to {tie.valid_to}" if tie.valid_to else ""
        typer.echo(f"{tie.id}  {tie.unit}.lead  {tie.tie}  {tie.ground}  {tie.valid_from}{until}")
    if not valid:
        typer.echo("No tie is declared.")
    if figures is not None:
        typer.echo("\n".join(figures.lines()))


class _Figures:
    """Counts a year's tickets by what was found about impartiality."""

    def __init__(self, opened: OpenRules, year: int) -> None:
        self._opened = opened
        self._zone = ZoneInfo(opened.municipality.timezone)
        self._from = datetime(year, 1, 1, tzinfo=self._zone)
        self._to = datetime(year + 1, 1, 1, tzinfo=self._zone)
        self.year = year
        self.tickets = 0
        self.found: Counter[str] = Counter()
        self.units: Counter[str] = Counter()

    async def run(self, store: Store) -> None:
        from dialogue.routing.facts import read_facts
        from dialogue.routing.route import route

        async for some in store.past_tickets(self._from.astimezone(UTC)):
            for ticket in some:
                if ticket.opened_at >= self._to:
                    return
                self.tickets += 1
                facts = read_facts(ticket.facts)
                if facts.tie == "none" and not facts.objection:
                    continue
                day = ticket.opened_at.astimezone(self._zone).date()
                outcome = route(self._opened.rule_sets.at(day), facts)
                self.found["objection" if facts.tie == "none" else facts.tie] += 1
                self.units[outcome.first_unit] += 1

    def plain(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "tickets": self.tickets,
            "found": {name: _shown(count) for name, count in sorted(self.found.items())},
            "units": {unit: _shown(count) for unit, count in sorted(self.units.items())},
        }

    def lines(self) -> list[str]:
        told = [f"{self.year}: {self.tickets} tickets."]
        for title, counted in (("by tie", self.found), ("by unit", self.units)):
            parts = ", ".join(f"{name} {_shown(n)}" for name, n in counted.most_common())
            told.append(f"  {title}: {parts or 'none'}")
        return told


def _is_valid(tie: Tie, day: date) -> bool:
    return tie.valid_from <= day and (tie.valid_to is None or day <= tie.valid_to)


def _shown(count: int) -> int | str:
    return count if count >= HIDDEN_BELOW else f"fewer than {HIDDEN_BELOW}"


def _plain(tie: Tie) -> dict[str, Any]:
    return {
        "id": tie.id,
        "role": f"{tie.unit}.lead",
        "tie": tie.tie,
        "ground": tie.ground,
        "valid_from": tie.valid_from,
        "valid_to": tie.valid_to,
        "declared_at": tie.declared_at,
    }
