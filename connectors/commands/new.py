"""`samsvar new`: what a municipality adds to its content, begun for it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from connectors.commands.editions import ContentOption, own_folder, refuse

if TYPE_CHECKING:
    from knowledge.municipality import Municipality


def new_command() -> None:
    """Begin something new in the content folder: an article."""


def article_command(
    id: Annotated[str, typer.Argument(metavar="ID", help="Small letters, figures, hyphens.")],
    title: Annotated[str | None, typer.Option("--title", help="What it is about, in nb.")] = None,
    title_nn: Annotated[str | None, typer.Option("--title-nn", help="The same in nn.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="An id in units.yml.")] = None,
    theme: Annotated[str | None, typer.Option("--theme", help="The folder.")] = None,
    service: Annotated[
        str | None, typer.Option("--service", help="An id in services.yml; may be left out.")
    ] = None,
    link: Annotated[str | None, typer.Option("--link", help="Address of the page.")] = None,
    content: ContentOption = None,
) -> None:
    """Make both twins of a new article, with advice on what to write where.

    What is not given is asked for. An article that is there already is never written over.
    """
    from knowledge.article_form import Beginning, article_form, article_paths
    from knowledge.articles import STANDARDS
    from knowledge.municipality_files import read_municipality
    from knowledge.schemas import KEBAB

    folder = own_folder(content)
    municipality, problems = read_municipality(folder)
    if municipality is None:
        refuse(problems)
    _demand_id(id, KEBAB, "the id")
    _demand_new(folder, id)
    title = title or typer.prompt("Tittel (nb)")
    title_nn = title_nn or typer.prompt("Tittel (nn)", default=title)
    unit = unit or typer.prompt(f"Eining ({', '.join(municipality.units)})")
    theme = theme or typer.prompt(f"Tema ({', '.join(_themes(folder))})")
    _demand_known(municipality, unit, service)
    _demand_id(theme, KEBAB, "the theme")
    beginning = Beginning(id, unit, theme, {"nb": title, "nn": title_nn}, service, link)
    today = datetime.now(UTC).date()
    for standard in STANDARDS:
        path = folder / article_paths(beginning)[standard]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(article_form(beginning, standard, today))
        typer.echo(f"{path}")
    typer.echo(f"Write both, look with `samsvar preview {id}`, then `samsvar check`.")


def _themes(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "articles").glob("*") if path.is_dir())


def _demand_id(id: str, pattern: str, told: str) -> None:
    if not re.match(pattern, id) or len(id) > 60:
        _refuse_use(f"{id!r}: {told} is small letters, figures and hyphens, at most 60.")


def _demand_new(folder: Path, id: str) -> None:
    there = sorted((folder / "articles").rglob(f"{id}.n[bn].md"))
    if there:
        _refuse_use(f"{there[0]} is there already; change it, or choose another id.")


def _demand_known(municipality: Municipality, unit: str, service: str | None) -> None:
    if unit not in municipality.units:
        _refuse_use(f"{unit!r} is no unit. Known: {', '.join(municipality.units)}.")
    if service is not None and service not in municipality.services:
        _refuse_use(f"{service!r} is no service. Known: {', '.join(municipality.services)}.")


def _refuse_use(what: str) -> NoReturn:
    typer.echo(what, err=True)
    raise typer.Exit(2)


new_group = typer.Typer(no_args_is_help=True)
new_group.callback()(new_command)
new_group.command("article")(article_command)
