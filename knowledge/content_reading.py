"""Reads and checks a content folder: all that a start needs only when the content is new."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.articles import ArticleFile, read_article
from knowledge.check import check_articles
from knowledge.check_facts import check_facts, with_facts
from knowledge.content import Content, version_of
from knowledge.facts import is_example
from knowledge.facts_file import read_facts
from knowledge.municipality_files import read_municipality
from knowledge.problems import ContentError, Problem
from knowledge.sources import check_sources
from knowledge.yaml_lines import read


def read_folder(
    folder: Path, today: date | None, hints: bool
) -> tuple[Content | None, list[Problem]]:
    """What could be read of a content folder, and the faults in it."""
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
    return Content(version_of(folder), municipality, articles, texts, folder, facts), problems


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
