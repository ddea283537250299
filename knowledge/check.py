"""What is checked across articles, when each file on its own can be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath

from knowledge.articles import STANDARDS, Article, ArticleFile
from knowledge.check_texts import check_text
from knowledge.municipality import Municipality
from knowledge.parity import drift, negations, structure
from knowledge.plain_language import check_language
from knowledge.problems import Problem
from knowledge.words import tokens

FEWEST_QUESTIONS = 8
OLDEST = 365  # days since `reviewed`

_KINDS = {
    "numbers": "numbers",
    "dates": "dates",
    "links": "links",
    "addresses": "mail addresses",
    "order": "orders of numbers",
}


def check_articles(
    files: list[ArticleFile],
    municipality: Municipality | None,
    today: date | None,
    hints: bool = True,
) -> list[Problem]:
    """Every fault of and between the articles. Without `today` nothing is out of date.

    Without `hints`, how texts are written is not looked at: a start can do without.
    """
    problems: list[Problem] = []
    for file in files:
        problems += _check_place(file)
        if municipality is not None:
            problems += _check_references(file, municipality)
        if today is not None:
            problems += _check_age(file, today)
        problems += check_text(file)
        if hints:
            problems += check_language(file)
        problems += _check_questions(file)
    problems += _check_twins(files)
    problems += _check_claims(files)
    return problems


def _check_place(file: ArticleFile) -> Iterator[Problem]:
    article = file.article
    path = PurePosixPath(article.file)
    wanted = f"{article.id}.{article.standard}.md"
    if path.name != wanted:
        yield Problem(
            article.file,
            file.document.line("id"),
            "articles.place",
            f"the file should be called {wanted}",
            "Its name must show id and written standard.",
            "rename the file, or correct `id` and `standard`.",
        )
    if path.parent.name != article.theme:
        yield Problem(
            article.file,
            file.document.line("theme"),
            "articles.place",
            f"the theme is «{article.theme}», the folder «{path.parent.name}»",
            mend="move the file, or correct `theme`.",
        )


def _check_references(file: ArticleFile, municipality: Municipality) -> Iterator[Problem]:
    article = file.article
    if article.unit not in municipality.units:
        yield Problem(
            article.file,
            file.document.line("unit"),
            "articles.unknown-unit",
            f"«{article.unit}» is no unit",
            "Questions about the article would reach nobody.",
            "write the id of a unit in units.yml.",
        )
    if article.service is not None and article.service not in municipality.services:
        yield Problem(
            article.file,
            file.document.line("service"),
            "articles.unknown-service",
            f"«{article.service}» is no service",
            mend="write the id of a service in services.yml, or leave the line out.",
        )


def _check_age(file: ArticleFile, today: date) -> Iterator[Problem]:
    article = file.article
    if article.valid_until is not None and article.valid_until < today:
        yield Problem(
            article.file,
            file.document.line("valid_until"),
            "articles.expired",
            f"the article was valid until {article.valid_until}",
            "It may tell people what is no longer so.",
            "bring it up to date and set a new date, or delete both twins.",
            "warning",
        )
    if article.reviewed is None and article.valid_until is None:
        yield Problem(
            article.file,
            1,
            "articles.undated",
            "neither `reviewed` nor `valid_until` is given",
            "Nobody would notice when it grows old.",
            "read it through and write today's date as `reviewed`.",
            "warning",
        )
    elif article.reviewed is not None and (today - article.reviewed).days > OLDEST:
        yield Problem(
            article.file,
            file.document.line("reviewed"),
            "articles.stale",
            f"last reviewed {article.reviewed}, more than a year ago",
            mend="read it through, correct it, and set `reviewed` to today.",
            severity="warning",
        )


def _check_questions(file: ArticleFile) -> Iterator[Problem]:
    article = file.article
    if len(article.questions) < FEWEST_QUESTIONS:
        yield Problem(
            article.file,
            file.document.line("questions"),
            "articles.few-questions",
            f"{len(article.questions)} example questions; at least {FEWEST_QUESTIONS} are needed",
            "They are what messages are compared with.",
            "add questions as people would text them: other words, dialect, short forms.",
        )
    seen: dict[str, int] = {}
    for number, question in enumerate(article.questions):
        plain = " ".join(tokens(question))
        if plain in seen:
            yield Problem(
                article.file,
                file.document.line("questions", number),
                "articles.question-twice",
                f"the question stands in line {seen[plain]} already",
                mend="delete it, or ask it in other words.",
                severity="warning",
            )
        seen.setdefault(plain, file.document.line("questions", number))


def _check_twins(files: list[ArticleFile]) -> Iterator[Problem]:
    by_key: dict[tuple[str, str], ArticleFile] = {}
    for file in files:
        key = (file.article.id, file.article.standard)
        if key in by_key:
            yield Problem(
                file.article.file,
                file.document.line("id"),
                "articles.id-twice",
                f"«{key[0]}» in {key[1]} stands in {by_key[key].article.file} already",
                "Only one of them would be used.",
                "give one of them another id.",
            )
        by_key.setdefault(key, file)
    for (id, standard), file in by_key.items():
        other = STANDARDS[1 - STANDARDS.index(file.article.standard)]
        twin = by_key.get((id, other))
        if twin is None:
            yield Problem(
                file.article.file,
                0,
                "articles.twin-missing",
                f"there is no {other} twin",
                "People would be answered in the other written standard.",
                f"write {id}.{other}.md beside it.",
            )
        elif standard == "nb":
            yield from _drifted(file, twin.article)
            yield from _built_unlike(file, twin.article)


def _drifted(file: ArticleFile, twin: Article) -> Iterator[Problem]:
    for part, kind, only_nb, only_nn in drift(file.article, twin):
        told = _KINDS.get(kind, "values")
        sides = [
            f"only {side}: {', '.join(values)}"
            for side, values in (("nb", only_nb), ("nn", only_nn))
            if values
        ]
        yield Problem(
            file.article.file,
            file.body_line if part == "body" else file.document.line(part),
            "articles.twin-drift",
            f"{part}: nb and nn give different {told} ({'; '.join(sides)})",
            "Like questions must get like answers, whatever the standard.",
            f"correct it here or in {twin.file}.",
            "warning" if kind == "order" else "error",
        )


def _built_unlike(file: ArticleFile, twin: Article) -> Iterator[Problem]:
    mine, its = structure(file.article.body), structure(twin.body)
    for part in ("sms", "body"):
        name = f"words that say no in the {part}"
        mine[name] = negations(getattr(file.article, part))
        its[name] = negations(getattr(twin, part))
    unlike = [f"{kind} {mine[kind]} and {its[kind]}" for kind in mine if mine[kind] != its[kind]]
    if unlike:
        yield Problem(
            file.article.file,
            file.body_line,
            "articles.twin-structure",
            f"nb and nn are built differently ({'; '.join(unlike)})",
            "Something may have been left out of one of them.",
            f"make them alike here or in {twin.file}.",
            "warning",
        )


def _check_claims(files: list[ArticleFile]) -> Iterator[Problem]:
    claimed: dict[str, ArticleFile] = {}
    for file in files:
        for number, question in enumerate(file.article.questions):
            plain = " ".join(tokens(question))
            owner = claimed.setdefault(plain, file)
            if owner.article.id != file.article.id:
                yield Problem(
                    file.article.file,
                    file.document.line("questions", number),
                    "articles.question-claimed",
                    f"«{owner.article.id}» claims the same question",
                    "Search could only guess which of them is meant.",
                    "delete it in the article that answers it less well.",
                )
