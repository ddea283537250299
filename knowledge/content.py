"""The content folder as a whole: loaded for use, or checked for an editor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from knowledge.articles import Article, Standard
from knowledge.facts import Facts
from knowledge.kept import find, keep
from knowledge.municipality import Municipality
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document

EXAMPLE = Path(__file__).parent / "example"
"""The content folder of the example municipality."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a municipality has written, read and free of errors.

    `version` changes when any file that matters changes. `texts` is texts.yml, with
    which a municipality overrides the bot's own words. The articles' fields are filled in.
    """

    version: str
    municipality: Municipality
    articles: dict[tuple[str, Standard], Article]
    texts: Document | None
    folder: Path
    facts: Facts = field(default_factory=Facts)

    def article(self, id: str, standard: str) -> Article:
        """The article `id` in the wanted standard, or in the other if that is all there is.

        Raises KeyError when there is no such article.
        """
        wanted: tuple[Standard, Standard] = ("nn", "nb") if standard == "nn" else ("nb", "nn")
        for one in wanted:
            if (id, one) in self.articles:
                return self.articles[id, one]
        raise KeyError(id)

    def article_ids(self) -> tuple[str, ...]:
        """The ids of all articles, each once, sorted."""
        return tuple(sorted({id for id, _ in self.articles}))


def load_content(folder: Path, cache: Path | None = None) -> Content:
    """Read the content folder. Raises ContentError with every error in it.

    Staleness is no hindrance to a start and needs a date: see `check_content`. `cache` is a
    folder for what takes time: content that was free of errors is not checked twice.
    """
    digest = _digest(folder)
    found = find(cache, "content", digest)
    if isinstance(found, tuple):
        version, municipality, articles, texts, facts = found
        return Content(version, municipality, articles, texts, folder, facts)
    content = _load(folder)
    if content.version == _short(digest):  # else a file was changed meanwhile
        parts = (content.municipality, content.articles, content.texts, content.facts)
        keep(cache, "content", digest, (content.version, *parts))
    return content


def _load(folder: Path) -> Content:
    content, problems = read_content(folder, None, hints=False)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or content is None:
        raise ContentError(errors)
    return content


def check_content(folder: Path, today: date | None = None) -> list[Problem]:
    """Every fault in the content folder, errors and warnings, sorted by place.

    With `today`, also what is out of date on that day.
    """
    return sorted(read_content(folder, today)[1])


def read_content(
    folder: Path, today: date | None, hints: bool = True
) -> tuple[Content | None, list[Problem]]:
    """What could be read, however many faults it has, and the faults: for previews.

    Only what `load_content` returns may answer people.
    """
    from knowledge.content_reading import read_folder  # pydantic and the checks: 0.2 s

    return read_folder(folder, today, hints)


def version_of(folder: Path) -> str:
    """Changes when any file of a content folder that matters changes."""
    return _short(_digest(folder))


def _short(digest: bytes) -> str:
    return digest.hex()[:12]


def _digest(folder: Path) -> bytes:
    digest = hashlib.sha256()
    for path in sorted(_files_that_matter(folder)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.digest()


def _files_that_matter(folder: Path) -> Iterable[Path]:
    yield from folder.glob("*.yml")
    yield from (folder / "tables").rglob("*.yml")
    yield from (folder / "articles").rglob("*.md")
