"""The content folder as a whole: loaded for use, or checked for an editor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from knowledge.articles import Article, ArticleFile, Standard, read_article
from knowledge.check import check_articles
from knowledge.check_facts import check_facts, with_facts
from knowledge.facts import Facts, is_example
from knowledge.facts_file import read_facts
from knowledge.municipality import Municipality
from knowledge.municipality_files import read_municipality
from knowledge.problems import ContentError, Problem
from knowledge.sources import check_sources
from knowledge.yaml_lines import Document, read

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


def load_content(folder: Path) -> Content:
    """Read the content folder. Raises ContentError with every error in it.

    Staleness is no hindrance to a start and needs a date: see `check_content`.
    """
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
    if not folder.is_dir():
        return None, [
            Problem(
                str(folder),
                0,
                "content.missing-folder",
                "there is no such folder",
                mend="make one with `samsvar init`, or set SAMSVAR_CONTENT to yours.",
            )
        ]
    municipality, problems = read_municipality(folder)
    files, faults = _read_articles(folder)
    problems += faults
    texts = None
    if (folder / "texts.yml").is_file():
        try:
            texts = read(folder / "texts.yml", folder)
        except ContentError as error:
            problems += error.problems
    if municipality is None:  # without it fields can't be filled, so their texts not be judged
        whole = [file for file in files if "{{" not in file.raw]
        return None, problems + check_articles(whole, None, today)
    facts, faults = read_facts(folder, municipality)
    problems += [*faults, *check_facts(files, facts, is_example(municipality), texts)]
    files = [with_facts(file, facts) for file in files]
    problems += check_articles(files, municipality, today, hints)
    problems += check_sources(folder, [file.article for file in files])
    articles = {(f.article.id, f.article.standard): f.article for f in files}
    return Content(_version(folder), municipality, articles, texts, folder, facts), problems


def _read_articles(folder: Path) -> tuple[list[ArticleFile], list[Problem]]:
    files: list[ArticleFile] = []
    problems: list[Problem] = []
    for path in sorted((folder / "articles").rglob("*.md")):
        result = read_article(path, folder)
        if isinstance(result, list):
            problems += result
        else:
            files.append(result)
    return files, problems


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(_files_that_matter(folder)):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _files_that_matter(folder: Path) -> Iterable[Path]:
    yield from folder.glob("*.yml")
    yield from (folder / "tables").rglob("*.yml")
    yield from (folder / "articles").rglob("*.md")
