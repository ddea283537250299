"""`samsvar import` and `samsvar release`: drafts from what exists, and out of drafts again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from connectors.commands.editions import ContentOption, own_folder, refuse

if TYPE_CHECKING:
    from connectors.importing.drafting import Report
    from connectors.importing.material import Harvest

TABLES = (".csv", ".tsv", ".xlsx", ".json")
PAGES = (".html", ".htm")
LISTS = (".txt",)
SHOWS_STANDARD = 3000  # characters of a text are enough to see its written standard


def import_command(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Web addresses, a sitemap's address, a list of addresses (.txt), saved pages "
            "(.html or a folder), a table (.csv, .tsv, .xlsx), another bot's export (.json)."
        ),
    ],
    unit: Annotated[
        str | None, typer.Option("--unit", help="Who owns the drafts. Default: the service centre.")
    ] = None,
    theme: Annotated[str, typer.Option("--theme", help="Their folder.")] = "import",
    limit: Annotated[int, typer.Option("--limit", min=1, max=5000, help="Most pages.")] = 200,
    delay: Annotated[
        float, typer.Option("--delay", min=0.0, max=60.0, help="Seconds between pages.")
    ] = 1.0,
    content: ContentOption = None,
) -> None:
    """Make drafts of web pages, tables and other bots' exports. Nothing is answered from a draft.

    Run again, it shows what changed at the sources, and marks the articles made of them.
    Leaves with 1 when something could not be read; the rest is done.
    """
    from connectors.importing.drafting import Place, write_drafts
    from connectors.importing.material import Harvest
    from knowledge.municipality_files import read_municipality
    from knowledge.schemas import KEBAB

    folder = own_folder(content)
    municipality, problems = read_municipality(folder)
    if municipality is None:
        refuse(problems)
    if not re.match(KEBAB, theme):
        _refuse_use(f"{theme!r}: a theme is small letters, figures and hyphens.")
    if unit is not None and unit not in municipality.units:
        _refuse_use(f"{unit!r} is no unit. Known: {', '.join(municipality.units)}.")
    harvest = Harvest()
    _gather(sources, harvest, delay, limit)
    place = Place(unit or municipality.service_centre, theme)
    today = datetime.now(UTC).date()
    try:
        report = write_drafts(folder, harvest, place, standard_reader(municipality.standard), today)
    except ValueError as error:
        _refuse_use(f"{folder}/drafts/sources.json is not readable: {error}")
    _tell(folder, report, harvest)
    if harvest.problems:
        raise typer.Exit(1)


def release_command(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The drafts.")],
    content: ContentOption = None,
) -> None:
    """Move drafts to the articles, when both twins are without faults.

    For an article whose source has changed, it says that somebody has read the change.
    """
    from knowledge.content import read_content
    from knowledge.sources import mark_read, read_ledger, write_ledger

    folder = own_folder(content)
    for id in ids:
        moved = _move(folder, id)
        _, problems = read_content(folder, None)
        own = [p for p in problems if p.file.split("/")[-1] in _names(id)]
        errors = [p for p in own if p.severity == "error"]
        if errors:
            for draft, article in moved:
                article.rename(draft)
            refuse(errors)
        ledger = read_ledger(folder)
        if id in ledger:
            ledger[id] = replace(mark_read(ledger[id]), written={})
            write_ledger(folder, ledger)
        elif not moved:
            _refuse_use(f"There is no draft «{id}», and no article of that id was imported.")
        typer.echo(f"{id} is released." if moved else f"{id}: the change is read.")


def _names(id: str) -> tuple[str, str]:
    return f"{id}.nb.md", f"{id}.nn.md"


def _move(folder: Path, id: str) -> list[tuple[Path, Path]]:
    """Move the twins out of drafts/; what was moved, to be moved back if they have faults."""
    from knowledge.schemas import KEBAB

    drafts = sorted((folder / "drafts").rglob(f"{id}.n[bn].md")) if re.match(KEBAB, id) else []
    moves = [(one, folder / "articles" / one.relative_to(folder / "drafts")) for one in drafts]
    for _, article in moves:
        if article.exists():
            _refuse_use(f"{article} is there already; delete it, or give the draft another id.")
    for draft, article in moves:
        article.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(article)
    return moves


def _gather(sources: Sequence[str], harvest: Harvest, delay: float, limit: int) -> None:
    from connectors.importing.fetching import visit
    from connectors.importing.material import decode
    from connectors.importing.pages import read_saved
    from connectors.importing.tables import read_table

    addresses = []
    for source in sources:
        path = Path(source)
        if "://" in source:
            addresses.append(source)
        elif not path.exists():
            mend = "correct its name; an address begins with https://."
            harvest.fault(source, 0, "import.unreadable", "there is no such file", "", mend)
        elif path.is_dir() or path.suffix.lower() in PAGES:
            read_saved(path, harvest)
        elif path.suffix.lower() in TABLES:
            read_table(path, harvest)
        elif path.suffix.lower() in LISTS:
            lines = (line.split("#")[0].strip() for line in decode(path.read_bytes()).splitlines())
            addresses += [line for line in lines if line]
        else:
            mend = f"known: {', '.join((*PAGES, *TABLES, *LISTS))}, a folder, or an address."
            what = f"«{path.suffix}» is no known kind of file"
            harvest.fault(source, 0, "import.unreadable", what, "", mend)
    if addresses:
        asyncio.run(visit(addresses, harvest, delay, limit))


def standard_reader(default: str) -> Callable[[str], str]:
    """Tells nb from nn; where a text doesn't show it, the municipality's own."""
    from intents.normalise import load_forms, tokenise
    from intents.written_standard import find_standard, load_weights

    forms, weights = load_forms(), load_weights()

    def standard_of(text: str) -> str:
        shown = text[:SHOWS_STANDARD]
        found = find_standard(shown, tokenise(shown, forms), None, default, weights)
        return default if found.standard == "other" else found.standard

    return standard_of


def _tell(folder: Path, report: Report, harvest: Harvest) -> None:
    for problem in harvest.problems:
        typer.echo(f"{problem}\n", err=True)
    for id, lines in report.changed.items():
        typer.echo(f"{id}: the source has changed")
        for line in lines:
            typer.echo(f"    {line}")
    for id in report.drafted:
        typer.echo(f"{id}: a draft")
    typer.echo(
        f"{len(report.drafted)} drafts made in {folder / 'drafts'}, {len(report.changed)} changed, "
        f"{len(report.unchanged)} as before, {len(harvest.problems)} could not be read."
    )
    if report.drafted:
        typer.echo("Read and write them, then: samsvar release ID")


def _refuse_use(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(2)
