"""`samsvar rules`: the collaboration rules as a document."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from connectors.commands.editions import ContentOption, open_edition
from connectors.commands.stores import stop


def rules_command(
    form: Annotated[str, typer.Option("--format", help="md or html.")] = "md",
    language: Annotated[
        str | None, typer.Option("--lang", help="nb or nn. Default: the municipality's.")
    ] = None,
    content: ContentOption = None,
) -> None:
    """Print the rules for dialogue and collaboration as a document fit for the public."""
    from dialogue.routing.document import document

    if form not in ("md", "html"):
        stop("--format is md or html.", 2)
    if language not in (None, "nb", "nn"):
        stop("--lang is nb or nn.", 2)
    edition = open_edition(content)
    standard: Literal["nb", "nn"] = "nn" if language == "nn" else "nb"
    if language is None:
        standard = edition.municipality.standard
    print(document(edition.rules, edition.municipality, standard, "md" if form == "md" else "html"))
