"""`samsvar rules versions`, `adopt` and `rollback`: which rules are in force from when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from connectors.commands.editions import ContentOption, refuse
from connectors.commands.rule_sets import OpenRules
from connectors.commands.stores import stop

ByOption = Annotated[str, typer.Option("--by", help="The body or role that decided; no name.")]
CaseOption = Annotated[str, typer.Option("--case", help="The case in which it was decided.")]
WhyOption = Annotated[str, typer.Option("--why", help="Why, in a sentence.")]
FromOption = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        formats=["%Y-%m-%d"],
        help="First day. Default: tomorrow to adopt, today to roll back.",
        show_default=False,
    ),
]


def versions_command(content: ContentOption = None) -> None:
    """List the versions: which is in force, which will be, which are drafts."""
    from dialogue.routing.versions import find_versions

    opened = OpenRules(content)
    today = _today(opened)
    now = opened.rule_sets.version_on(today)
    for version, place in find_versions(opened.folder, opened.municipality).items():
        state = "in force" if version == now else "not in force"
        if version not in opened.rule_sets.versions:
            state = "draft"
        typer.echo(f"{version}  {place}  {state}")
    for each in opened.rule_sets.decisions:
        typer.echo(
            f"  {each.from_day}: {each.version}, {each.kind.replace('_', ' ')} by {each.by} "
            f"({each.case}): {each.why}"
        )


def adopt_command(
    version: Annotated[str, typer.Argument(help="The version to take into use.")],
    by: ByOption,
    case: CaseOption,
    why: WhyOption,
    from_day: FromOption = None,
    content: ContentOption = None,
) -> None:
    """Take a version into use from a day on, and record who decided it, where and why.

    Cases that came before that day stay with the version that was in force then.
    """
    opened = OpenRules(content)
    opened.find(version)  # told and refused when it can't be proven
    _record(opened, version, by, case, why, from_day, "adopted")


def rollback_command(
    by: ByOption,
    case: CaseOption,
    why: WhyOption,
    from_day: FromOption = None,
    content: ContentOption = None,
) -> None:
    """Take the version that was in force before the last one into use again."""
    opened = OpenRules(content)
    decisions = opened.rule_sets.decisions
    if not decisions:
        stop("Nothing has been adopted, so there is nothing to go back from.", 2)
    earlier = [opened.rule_sets.first, *(each.version for each in decisions[:-1])]
    others = [version for version in earlier if version != decisions[-1].version]
    if not others:
        stop("No other version has been in force.", 2)
    _record(opened, others[-1], by, case, why, from_day, "rolled_back")


def _record(
    opened: OpenRules,
    version: str,
    by: str,
    case: str,
    why: str,
    from_day: datetime | None,
    kind: str,
) -> None:
    from dialogue.routing.adoption import Adoption, add_adoption, digest_of
    from dialogue.routing.versions import check_rules, find_versions

    today = _today(opened)
    default = today if kind == "rolled_back" else today + timedelta(days=1)
    day = from_day.date() if from_day else default
    if day < today:
        stop("--from is in the past: tickets have been decided since.", 2)
    places = find_versions(opened.folder, opened.municipality)
    if version not in places:
        stop(f"There is no version {version} in {opened.folder}.", 2)
    errors = [
        each
        for each in check_rules(opened.folder, opened.municipality)
        if each.severity == "error" and Path(each.file).parent.as_posix() == places[version]
    ]
    if errors:
        refuse(errors)
    adoption = Adoption(
        version=version,
        from_day=day,
        by=by.strip(),
        case=case.strip(),
        why=why.strip(),
        recorded_at=datetime.now(UTC).replace(microsecond=0),
        digest=digest_of(opened.folder / places[version]),
        kind=kind,
    )
    path = add_adoption(opened.folder, adoption)
    typer.echo(f"Version {version} is in force from {day}. Recorded in {path}.")
    typer.echo("A running service takes it into use when it is started anew.")


def _today(opened: OpenRules) -> date:
    return datetime.now(ZoneInfo(opened.municipality.timezone)).date()
