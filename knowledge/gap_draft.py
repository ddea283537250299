"""A draft article from what people asked: two files that nobody is answered from.

They have the form of any new article (`article_form.py`): `samsvar check` refuses them, as
articles, until somebody has written the answer. Here, what people asked is made fit to stand
in a file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from knowledge.article_form import Beginning, article_form, article_paths
from knowledge.articles import STANDARDS

DRAFTS = "drafts"
MOST_QUESTIONS = 12
LONGEST_QUESTION = 140  # characters; what is longer tells a story, and often of somebody
MASK = "[***]"
_TOLD = {
    "nb": "# Folk har spurt om dette. Ta bort navn og annet som viser hvem som spurte.",
    "nn": "# Folk har spurt om dette. Ta bort namn og anna som viser kven som spurde.",
}


class DraftExistsError(Exception):
    """An article or a draft of that id is there already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already; choose another --id.")


def write_draft(folder: Path, beginning: Beginning, today: date) -> list[Path]:
    """Write both files of a draft into a content folder. Raises DraftExistsError."""
    for place in ("articles", DRAFTS):
        found = sorted((folder / place).rglob(f"{beginning.id}.n[bn].md"))
        if found:
            raise DraftExistsError(found[0])
    written = []
    for standard in STANDARDS:
        inside = Path(article_paths(beginning)[standard]).relative_to("articles")
        path = folder / DRAFTS / inside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(draft_text(beginning, standard, today), encoding="utf-8")
        written.append(path)
    return written


def draft_text(beginning: Beginning, standard: str, today: date) -> str:
    """One of the two files."""
    first, _, rest = article_form(beginning, standard, today).partition("\n")
    return f"{first}\n{_TOLD[standard]}\n{rest}"


def fit_questions(texts: Sequence[str]) -> list[str]:
    """At most twelve that can stand in an article: short, on one line, without masked numbers."""
    kept: dict[str, str] = {}
    for text in texts:
        line = clean_line(text.replace(MASK, " "))
        if 1 < len(line) <= LONGEST_QUESTION:
            kept.setdefault(line.casefold().strip(" .!?"), line)
    return list(kept.values())[:MOST_QUESTIONS]


def clean_line(text: str) -> str:
    """A text on one line, without characters that steer a terminal or turn the writing around."""
    plain = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    return " ".join(plain.split())
