"""A small content folder that tests may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.content import EXAMPLE, Content, load_content
from knowledge.index import Index
from knowledge.index_cache import load_index

QUESTIONS = {
    "nb": [
        "Når er hallen åpen?",
        "basseng åpningstider",
        "kan jeg bade i dag",
        "hva koster en billett",
        "har dere badstue",
        "svømming på søndag",
        "leie hele hallen til bursdag",
        "kurs for barn",
    ],
    "nn": [
        "Når er hallen open?",
        "basseng opningstider",
        "kan eg bade i dag",
        "kva kostar ein billett",
        "har de badstove",
        "symjing på søndag",
        "leige heile hallen til bursdag",
        "kurs for born",
    ],
}
SMS = {
    "nb": "Svømmehallen er åpen tirsdag 17-20. Barn under 10 år må ha følge.",
    "nn": "Symjehallen er open tysdag 17-20. Born under 10 år må ha følgje.",
}
BODY = {
    "nb": "Hallen er åpen tirsdag. Ring ikke, se på nettsiden.",
    "nn": "Hallen er open tysdag. Ring ikkje, sjå på nettsida.",
}


def article_text(standard: str, /, **changes: str) -> str:
    """The text of the small article, with fields replaced (or left out with None)."""
    fields = {
        "id": "svommehall",
        "standard": standard,
        "title": {"nb": "Svømmehallen", "nn": "Symjehallen"}[standard],
        "unit": "kultur",
        "service": "svommehall",
        "theme": "idrett",
        "sms": SMS[standard],
        "link": "https://www.eksempelvag.example/svommehall",
        "reviewed": "2026-11-24",
    } | {key: value for key, value in changes.items() if key not in ("body", "questions")}
    lines = ["---", *(f'{key}: "{value}"' for key, value in fields.items())]
    questions = changes.get("questions", "\n".join(QUESTIONS[standard])).splitlines()
    lines += ["questions:", *(f'  - "{question}"' for question in questions), "---"]
    return "\n".join([*lines, changes.get("body", BODY[standard]), ""])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example municipality with one article in both standards."""
    for file in EXAMPLE.glob("*.yml"):
        if file.name != "facts.yml":
            shutil.copy(file, tmp_path)
    (tmp_path / "articles/idrett").mkdir(parents=True)
    for standard in ("nb", "nn"):
        path = tmp_path / f"articles/idrett/svommehall.{standard}.md"
        path.write_text(article_text(standard), encoding="utf-8")
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[..., None]:
    """Write the small article anew, with changes."""

    def _write(standard: str, /, name: str = "", **changes: str) -> None:
        path = folder / "articles/idrett" / (name or f"svommehall.{standard}.md")
        path.write_text(article_text(standard, **changes), encoding="utf-8")

    return _write


@pytest.fixture(scope="session")
def example() -> Content:
    return load_content(EXAMPLE)


@pytest.fixture(scope="session")
def index(example: Content, cache_home: Path) -> Index:
    return load_index(example, cache_home / "samsvar")
