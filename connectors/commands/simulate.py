"""`samsvar simulate`: what other rules would have decided in the tickets that have come."""

from __future__ import annotations

import csv
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption
from connectors.commands.rule_sets import LanguageOption, OpenRules, demand_language
from connectors.commands.stores import with_store

if TYPE_CHECKING:
    from dialogue.routing.compare import Replay
    from dialogue.routing.memory import Memory
    from dialogue.routing.pages import Part
    from dialogue.routing.ruleset import RuleSet
    from dialogue.store.past_tickets import PastTicket
    from dialogue.store.store import Store

SinceOption = Annotated[
    datetime, typer.Option("--since", formats=["%Y-%m-%d"], help="From this day on.")
]


def simulate_command(
    rules: Annotated[str, typer.Option("--rules", help="A version, or a folder with rules.")],
    since: SinceOption,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write a page to this file.", show_default=False)
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json_lines: JsonOption = False,
    language: LanguageOption = None,
    content: ContentOption = None,
) -> None:
    """Decide past tickets anew by other rules, and tell what would have changed.

    Reads only. Shows moves between units, deadlines, the load of each unit, and whom it hits.
    """
    from dialogue.routing.pages import page as as_page
    from dialogue.routing.simulation_report import simulation_parts

    demand_language(language)
    opened = OpenRules(content)
    after = opened.find(rules)
    work = _Work(opened, after, since.date())
    with_store(work.run)
    result = work.replay.result
    if json_lines:
        print(msgspec.json.encode(_plain(result)).decode())
        return
    standard = opened.standard(language)
    known = work.not_known, opened.rule_sets.newest.version
    parts = simulation_parts(after, result, since.date(), standard, known)
    if page is not None:
        page.write_text(as_page(parts, standard), encoding="utf-8")
        typer.echo(f"Written: {page}")
    elif as_csv:
        _print_csv(parts)
    else:
        print_parts(parts)


class _Work:
    """Goes through the store's tickets; what came of it is in `replay`."""

    def __init__(self, opened: OpenRules, after: RuleSet, since: date) -> None:
        from dialogue.routing.compare import Replay

        self.replay: Replay = Replay(after)
        self.not_known = 0
        self._sets = opened.rule_sets
        self._zone = ZoneInfo(opened.municipality.timezone)
        self._since = datetime(since.year, since.month, since.day, tzinfo=self._zone)
        self._memories: dict[int, Memory] = {}

    async def run(self, store: Store) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        since = self._since.astimezone(UTC)
        whole = await store.count_past_tickets(since)
        columns = ("Tickets", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("", total=whole)
            async for some in store.past_tickets(since):
                for ticket in some:
                    self._add(ticket)
                progress.advance(task, len(some))

    def _add(self, ticket: PastTicket) -> None:
        from dialogue.routing.facts import read_facts
        from dialogue.routing.memory import Memory
        from dialogue.routing.screening import ties_above

        facts = read_facts(ticket.facts)
        day = ticket.opened_at.astimezone(self._zone).date()
        version = ticket.version
        if version is None or version not in self._sets.versions:
            self.not_known += 1
            version = self._sets.newest.version
        rules = self._sets.of_version(version, day)
        memory = self._memories.get(id(rules))
        if memory is None:
            memory = self._memories[id(rules)] = Memory(rules)
        out = ties_above(rules, facts, ticket.recused) if ticket.recused else frozenset()
        self.replay.add(facts, memory.route(facts, out), out)


def print_parts(parts: tuple[Part, ...]) -> None:
    """Parts of a report in the terminal."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    for part in parts:
        if part.form == "table":
            table = Table(*part.rows[0])
            for row in part.rows[1:]:
                table.add_row(*row)
            console.print(table)
        else:
            console.print(part.text, style="bold" if part.form.startswith("h") else None)


def _print_csv(parts: tuple[Part, ...]) -> None:
    """Each table below its heading, as a spreadsheet with Norwegian settings opens it."""
    writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
    heading = ""
    for part in parts:
        if part.form == "table":
            writer.writerow([heading])
            writer.writerows(part.rows)
        else:
            heading = part.text


def _plain(result: Any) -> dict[str, Any]:
    return {
        "cases": result.cases,
        "changed": result.changed,
        "faster": result.faster,
        "slower": result.slower,
        "unlike": result.unlike,
        "moved": [
            {"from": old, "to": new, "cases": count}
            for (old, new), count in result.moved.most_common()
        ],
        "changes": {
            part: [
                {"from": old, "to": new, "cases": count}
                for (old, new), count in counted.most_common()
            ]
            for part, counted in result.changes.items()
        },
        "load": {
            unit: {"before": result.load_before[unit], "after": result.load_after[unit]}
            for unit in sorted({*result.load_before, *result.load_after})
        },
        "groups": {
            fact: {str(value): {"cases": n[0], "changed": n[1]} for value, n in groups.items()}
            for fact, groups in result.groups.items()
        },
    }
