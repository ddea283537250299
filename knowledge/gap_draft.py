"""A draft article from what people asked: two files that nobody is answered from.

The SMS and the text are empty on purpose: with them, `samsvar check` refuses the article
until somebody has written the answer and moved the files from `drafts/` to `articles/`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.articles import STANDARDS, Standard

DRAFTS = "drafts"
MOST_QUESTIONS = 12
LONGEST_QUESTION = 140  # characters; what is longer tells a story, and often of somebody
MASK = "[***]"

_SAYS = {
    "nb": (
        "Utkast fra spørsmål som folk har stilt. Ta bort navn og annet som viser hvem som spurte.\n"
        "Skriv sms og teksten nederst, og flytt så begge filene fra {here} til {there}."
    ),
    "nn": (
        "Utkast frå spørsmål som folk har stilt. Ta bort namn og anna som viser kven som spurde.\n"
        "Skriv sms og teksten nedst, og flytt så begge filene frå {here} til {there}."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a draft begins with. `questions` are by written standard, the most asked first."""

    id: str
    title: str
    unit: str
    theme: str
    questions: Mapping[Standard, Sequence[str]]


class DraftExistsError(Exception):
    """An article or a draft of that id is there already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already; choose another --id.")


def write_draft(folder: Path, draft: Draft) -> list[Path]:
    """Write both files of a draft into a content folder. Raises DraftExistsError."""
    for place in ("articles", DRAFTS):
        found = sorted((folder / place).rglob(f"{draft.id}.n?.md"))
        if found:
            raise DraftExistsError(found[0])
    written = []
    for standard in STANDARDS:
        path = folder / DRAFTS / draft.theme / f"{draft.id}.{standard}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(draft_text(draft, standard), encoding="utf-8")
        written.append(path)
    return written


def draft_text(draft: Draft, standard: Standard) -> str:
    """One of the two files."""
    questions = fit_questions(draft.questions.get(standard, ()))
    says = _SAYS[standard].format(here=f"{DRAFTS}/{draft.theme}/", there=f"articles/{draft.theme}/")
    lines = [
        "---",
        *(f"# {line}" for line in says.splitlines()),
        f"id: {draft.id}",
        f"standard: {standard}",
        f"title: {_quoted(clean_line(draft.title))}",
        f"unit: {draft.unit}",
        f"theme: {draft.theme}",
        "questions:" if questions else "questions: []",
        *(f"  - {_quoted(question)}" for question in questions),
        'sms: ""',
        "---",
    ]
    return "\n".join(lines) + "\n"


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


def _quoted(text: str) -> str:
    """The text as YAML's double-quoted scalar, which JSON's is too."""
    return json.dumps(text, ensure_ascii=False)
