"""The versions of the rules that a command works on."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from connectors.commands.editions import refuse
from connectors.commands.stores import stop
from knowledge.problems import ContentError

if TYPE_CHECKING:
    from dialogue.routing.ruleset import RuleSet
    from dialogue.routing.ties import Tie
    from dialogue.routing.versions import RuleSets
    from knowledge.municipality import Municipality
    from knowledge.working_days import WorkingDays

LanguageOption = Annotated[
    str | None, typer.Option("--lang", help="nb or nn. Default: the municipality's.")
]


class OpenRules:
    """The content folder, its municipality and its versions, without articles and language.

    Faults end the command.
    """

    def __init__(self, content: Path | None) -> None:
        from dialogue.routing.versions import load_rule_sets
        from knowledge.content import EXAMPLE
        from knowledge.municipality_files import read_municipality

        self.folder = content or EXAMPLE
        municipality, problems = read_municipality(self.folder)
        if municipality is None:
            refuse(problems)
        self.municipality: Municipality = municipality
        try:
            self.rule_sets: RuleSets = load_rule_sets(self.folder, municipality)
        except ContentError as error:
            refuse(error.problems)

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """The declared ties."""
        from dialogue.routing.ties import load_ties

        try:
            return load_ties(self.folder, self.municipality)
        except ContentError as error:
            refuse(error.problems)

    @cached_property
    def working_days(self) -> WorkingDays:
        from knowledge.working_days import WorkingDays

        return WorkingDays(self.municipality.hours)

    @cached_property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.municipality.timezone)

    def find(self, named: str) -> RuleSet:
        """The rule set of a version (drafts too), a content folder, or a folder of tables."""
        from dialogue.routing.tables import HEAD, load_rules
        from dialogue.routing.versions import find_versions

        if named in self.rule_sets.versions:
            return self.rule_sets.versions[named]
        places = find_versions(self.folder, self.municipality)
        path = Path(named).absolute()
        if named in places:
            folder, tables = self.folder, places[named]
        elif (path / HEAD).is_file():
            folder, tables = path.parent, path.name
        elif (path / "tables").is_dir():
            folder, tables = path, "tables"
        else:
            known = ", ".join(places)
            stop(f"{named} is neither a version ({known}) nor a folder with rules.", 2)
        try:
            return load_rules(folder, self.municipality, tables)
        except ContentError as error:
            refuse(error.problems)

    def standard(self, language: str | None) -> Literal["nb", "nn"]:
        """The wished standard, else the municipality's."""
        if language is None:
            return self.municipality.standard
        return "nn" if language == "nn" else "nb"


def demand_language(language: str | None) -> None:
    """Leave with exit code 2 when it is none of the two standards."""
    if language not in (None, "nb", "nn"):
        stop("--lang is nb or nn.", 2)
