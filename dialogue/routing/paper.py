"""Documents for people to read, as a paper (PDF) that a council can adopt and an archive keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from dialogue.routing.pages import Part, tied


@dataclass(frozen=True, slots=True)
class Cover:
    """What a paper says besides its parts, in its written standard.

    `foot` stands on each page; `page` holds {page} and {pages}; `day` is the paper's date,
    so that the same rules give the same bytes.
    """

    author: str
    day: date
    contents: str
    foot: str
    page: str


def paper(parts: tuple[Part, ...], cover: Cover, standard: str) -> bytes:
    """The parts as PDF, with contents after those that come before the first "h2"."""
    import typst

    first = next((at for at, part in enumerate(parts) if part.form == "h2"), len(parts))
    said = {
        "title": parts[0].text,
        "author": cover.author,
        "date": [cover.day.year, cover.day.month, cover.day.day],
        "standard": standard,
        "contents": cover.contents,
        "foot": cover.foot,
        "page": cover.page,
        "front": [_element(part) for part in parts[:first]],
        "body": [_element(part) for part in parts[first:]],
    }
    return typst.compile(
        files(__package__).joinpath("paper.typ").read_bytes(),
        sys_inputs={"paper": json.dumps(said)},
        ignore_system_fonts=True,
        # ISO 19005-2, level a: what an archive keeps; ISO 14289-1: what a screen reader reads.
        # typst refuses to make a paper that breaks them.
        pdf_standards=["a-2a", "ua-1"],
    )


def _element(part: Part) -> Mapping[str, object]:
    return {
        "form": part.form,
        "text": part.text if part.form == "figure" else tied(part.text),
        "alt": part.alt,
        "rows": [[tied(cell) for cell in row] for row in part.rows],
    }
