"""`samsvar rules`: the collaboration rules as a document; proven, compared, exchanged, adopted."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connectors.commands.editions import ContentOption, JsonOption, refuse
from connectors.commands.rule_sets import LanguageOption, OpenRules, demand_language
from connectors.commands.rules_adoption import adopt_command, rollback_command, versions_command
from connectors.commands.rules_exchange import export_command, import_command
from connectors.commands.stores import stop
from knowledge.problems import ContentError

SetArgument = Annotated[
    str, typer.Argument(help="A version, a content folder, or a folder of tables.")
]


def rules_command(
    context: typer.Context,
    form: Annotated[str, typer.Option("--format", help="md, html or pdf.")] = "md",
    into: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    language: LanguageOption = None,
    content: ContentOption = None,
) -> None:
    """Print the rules for dialogue and collaboration as a document fit for the public."""
    from dialogue.routing.document import document, document_paper

    if context.invoked_subcommand is not None:
        return
    if form not in ("md", "html", "pdf"):
        stop("--format is md, html or pdf.", 2)
    if form == "pdf" and into is None and sys.stdout.isatty():
        stop("A PDF is no text for a terminal: name a file with --into.", 2)
    demand_language(language)
    opened = OpenRules(content)
    of = opened.rule_sets.newest, opened.municipality, opened.standard(language)
    made = document_paper(*of) if form == "pdf" else document(*of, form).encode()
    if into is None:
        sys.stdout.buffer.write(made)
        return
    try:
        into.write_bytes(made)
    except OSError as error:
        stop(f"{into}: {error.strerror}", 2)
    typer.echo(f"Wrote {into}.", err=True)


def prove_command(content: ContentOption = None, json_lines: JsonOption = False) -> None:
    """Prove every version over all cases that its tables can tell apart.

    Leaves with 0 when all is proven, 1 when there are faults.
    """
    from dialogue.routing.adoption import version_folders
    from dialogue.routing.prove import prove
    from dialogue.routing.tables import read_rules
    from dialogue.routing.versions import check_rules
    from knowledge.content import EXAMPLE
    from knowledge.municipality_files import read_municipality

    folder = content or EXAMPLE
    municipality, problems = read_municipality(folder)
    if municipality is None:
        refuse(problems)
    for place in version_folders(folder):
        rules, faults = read_rules(folder, municipality, place)
        if rules is None or any(each.severity == "error" for each in faults):
            typer.echo(f"{place}: can't be read")
            continue
        since = time.perf_counter()
        found = prove(rules)
        _tell_proof(place, rules, len(found), time.perf_counter() - since, json_lines)
    problems = check_rules(folder, municipality)
    errors = [each for each in problems if each.severity == "error"]
    if errors or (problems and not json_lines):
        typer.echo("\n\n".join(str(each) for each in problems), err=bool(json_lines))
    if errors:
        raise typer.Exit(1)


def _tell_proof(place: str, rules: Any, faults: int, seconds: float, json_lines: bool) -> None:
    from dialogue.routing.field import make_field

    cases = {table.name: make_field(rules, [table.name]).space.size for table in rules.tables}
    rows = sum(len(table.rows) for table in rules.tables)
    told = {
        "version": rules.version,
        "folder": place,
        "tables": len(rules.tables),
        "rows": rows,
        "cases": sum(cases.values()),
        "faults": faults,
        "seconds": round(seconds, 3),
    }
    if json_lines:
        print(msgspec.json.encode(told).decode())
        return
    typer.echo(
        f"{place}, version {rules.version}: {rows} rows in {len(rules.tables)} tables, "
        f"{sum(cases.values()):,} cases gone through in {seconds:.2f} s, {faults} faults."
    )


def diff_command(
    before: SetArgument,
    after: SetArgument,
    language: LanguageOption = None,
    json_lines: JsonOption = False,
    content: ContentOption = None,
) -> None:
    """Tell which cases two rule sets decide otherwise: cases, not lines."""
    from dialogue.routing.compare import compare, difference_text

    demand_language(language)
    opened = OpenRules(content)
    sets = opened.find(before), opened.find(after)
    try:
        found = compare(*sets)
    except (ValueError, ContentError) as error:
        stop(str(error), 2)
    standard = opened.standard(language)
    for each in found:
        if json_lines:
            print(msgspec.json.encode(each).decode())
        else:
            typer.echo(f"- {difference_text(sets[0], each, standard)}")
    if not found and not json_lines:
        typer.echo("Every case is decided alike.")


rules_group = typer.Typer(invoke_without_command=True, no_args_is_help=False)
rules_group.callback()(rules_command)
_COMMANDS: dict[str, Callable[..., Any]] = {
    "prove": prove_command,
    "diff": diff_command,
    "export": export_command,
    "import": import_command,
    "versions": versions_command,
    "adopt": adopt_command,
    "rollback": rollback_command,
}
for _name, _command in _COMMANDS.items():
    rules_group.command(_name)(_command)
