"""`samsvar rules export` and `import`: the rules as CSV, as an Excel workbook, or as DMN."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connectors.commands.editions import ContentOption, refuse
from connectors.commands.stores import stop
from knowledge.problems import ContentError

FormOption = Annotated[
    str | None,
    typer.Option("--form", help="csv, xlsx or dmn. Default: by the name.", show_default=False),
]


def export_command(
    to: Annotated[Path, typer.Argument(help="A folder for CSV, a file for Excel or DMN.")],
    form: FormOption = None,
    version: Annotated[
        str | None,
        typer.Option("--version", help="Default: the one adopted last.", show_default=False),
    ] = None,
    content: ContentOption = None,
) -> None:
    """Write a version of the rules as CSV (one file for each table), Excel or DMN 1.3.

    Nothing is lost but comments: `rules import` makes the same set of it.
    """
    from connectors.commands.rule_sets import OpenRules
    from dialogue.routing.exchange import normal, read_plain
    from dialogue.routing.exchange_csv import write_csv
    from dialogue.routing.exchange_dmn import write_dmn
    from dialogue.routing.versions import find_versions

    opened = OpenRules(content)
    places = find_versions(opened.folder, opened.municipality)
    place = places.get(version or opened.rule_sets.newest.version)
    if place is None:
        stop(f"There is no version {version}; there are {', '.join(places)}.", 2)
    plain = normal(read_plain(opened.folder / place))
    if _form(form, to) == "xlsx":
        from dialogue.routing.exchange_xlsx import write_xlsx

        to.write_bytes(write_xlsx(plain))
        typer.echo(f"Written: {to}")
        return
    if _form(form, to) == "dmn":
        to.write_text(write_dmn(plain, opened.municipality.name), encoding="utf-8")
        typer.echo(f"Written: {to}")
        return
    to.mkdir(parents=True, exist_ok=True)
    files = write_csv(plain)
    for name, text in files.items():
        (to / name).write_text(text, encoding="utf-8-sig", newline="")
    typer.echo(f"Written: {len(files)} files in {to}")


def import_command(
    source: Annotated[
        Path, typer.Argument(help="The folder of CSV files, the Excel or the DMN file.")
    ],
    to: Annotated[Path, typer.Argument(help="A new folder for the version's files.")],
    form: FormOption = None,
    content: ContentOption = None,
) -> None:
    """Make a version's files of CSV, Excel or DMN, and prove them.

    Written also when the proof finds faults, so that they can be mended; leaves with 1 then.
    """
    from dialogue.routing.exchange import write_plain
    from dialogue.routing.exchange_csv import read_csv
    from dialogue.routing.exchange_dmn import read_dmn

    if to.exists() and any(to.iterdir()):
        stop(f"{to} is not empty.", 2)
    try:
        if _form(form, source) == "xlsx":
            from dialogue.routing.exchange_xlsx import read_xlsx

            plain = read_xlsx(source.read_bytes())
        elif _form(form, source) == "dmn":
            plain = read_dmn(source.read_text(encoding="utf-8"))
        else:
            plain = read_csv(source)
        write_plain(plain, to)
    except (ValueError, KeyError, OSError) as error:
        stop(f"{source} can't be read as rules: {error}", 2)
    typer.echo(f"Written: {to}")
    _prove(to, content)


def _prove(folder: Path, content: Path | None) -> None:
    from dialogue.routing.tables import load_rules
    from knowledge.content import EXAMPLE
    from knowledge.municipality_files import read_municipality

    municipality, problems = read_municipality(content or EXAMPLE)
    if municipality is None:
        refuse(problems)
    absolute = folder.absolute()
    try:
        rules = load_rules(absolute.parent, municipality, absolute.name)
    except ContentError as error:
        refuse(error.problems)
    typer.echo(f"Version {rules.version} is proven.")


def _form(form: str | None, path: Path) -> str:
    known = {".dmn": "dmn", ".xml": "dmn", ".xlsx": "xlsx"}
    found = form or known.get(path.suffix.lower(), "csv")
    if found not in ("csv", "xlsx", "dmn"):
        stop("--form is csv, xlsx or dmn.", 2)
    return found
