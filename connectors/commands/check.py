"""`samsvar check`: the content folder as a whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption
from knowledge.problems import ContentError, Problem


def check_command(
    content: ContentOption = None,
    json_lines: JsonOption = False,
    today: Annotated[
        datetime | None,
        typer.Option("--today", formats=["%Y-%m-%d"], help="Judge staleness on this day."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are faults too.")] = False,
) -> None:
    """Check articles, units, rules, texts and flows; prove the rules over all cases.

    Leaves with 0 when nothing is wrong, 1 when there are faults.
    """
    from knowledge.content import EXAMPLE

    folder = content or EXAMPLE
    day = (today or datetime.now(UTC)).date()
    problems = sorted(_all_problems(folder, day))
    faults = [p for p in problems if strict or p.severity == "error"]
    for problem in problems:
        if json_lines:
            print(msgspec.json.encode(problem).decode())
        else:
            typer.echo(f"{'' if problem in faults else 'warning: '}{problem}\n")
    if not json_lines:
        typer.echo(_summary(folder, problems, faults))
    if faults:
        raise typer.Exit(1)


def _all_problems(folder: Path, today: date) -> list[Problem]:
    from dialogue.bot_check import check_bot
    from dialogue.edition import load_flows
    from dialogue.routing.versions import check_rules
    from knowledge.content import check_content, load_content

    problems = list(check_content(folder, today))
    try:
        municipality = load_content(folder).municipality
        problems += check_rules(folder, municipality)
    except ContentError as error:
        problems += [problem for problem in error.problems if problem not in problems]
    try:
        bot, executor = load_flows()
        problems += check_bot(bot, executor.actions)
    except ContentError as error:
        problems += error.problems
    return problems


def _summary(folder: Path, problems: list[Problem], faults: list[Problem]) -> str:
    warnings = len(problems) - len(faults)
    told: Any = "nothing is wrong" if not faults else f"{len(faults)} faults"
    return f"{folder}: {told}, {warnings} warnings."
