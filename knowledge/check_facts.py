"""Fills the fields of articles, and tells where a text and facts.yml don't fit together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from knowledge.articles import ArticleFile
from knowledge.facts import GIVEN, NAME, Facts, by_section, fields, filled
from knowledge.facts_file import FILE
from knowledge.problems import Problem
from knowledge.yaml_lines import Document

_FILLED = ("title", "sms", "body", "link")
_FILLED_LISTS = ("questions", "sources")
_ADDRESS = re.compile(r"https?://\S+")


def with_facts(file: ArticleFile, facts: Facts) -> ArticleFile:
    """The article with its fields filled in."""
    if "{{" not in file.raw:
        return file
    article = file.article
    standard = article.standard
    changes: dict[str, str | tuple[str, ...]] = {
        part: filled(text, facts, standard)
        for part in _FILLED
        if (text := getattr(article, part)) is not None
    }
    for part in _FILLED_LISTS:
        changes[part] = tuple(filled(text, facts, standard) for text in getattr(article, part))
    return replace(file, article=replace(article, **changes))  # type: ignore[arg-type]


def check_facts(
    files: Iterable[ArticleFile], facts: Facts, example: bool, texts: Document | None = None
) -> Iterator[Problem]:
    """Faults between texts and facts. `files` are not filled yet; `example`: whose folder it is.

    `texts` are the bot's own texts. What still is the example's is told only in another
    municipality's folder.
    """
    used: dict[str, str] = {}
    for file in files:
        for name, line in _fields_said(file):
            used.setdefault(name, f"{file.article.file}:{line}")
            yield from _check_field(file.article.file, name, line, facts)
        yield from _check_link(file, facts)
    for path, text in _texts_of(texts.data if texts else None):
        for name in fields(text):
            assert texts is not None
            used.setdefault(name, f"{texts.file}:{texts.line(*path)}")
            yield from _check_field(texts.file, name, texts.line(*path), facts)
    for name, fact in facts.written.items():
        if not fact.values and name in used:
            yield Problem(
                FILE,
                fact.line,
                "facts.no-value",
                f"«{name}» has no value, and {used[name]} says it",
                "People would read an empty place.",
                "write it here: `value: …`. Is there none? Then take the sentence out of the text.",
            )
    yield from _check_unused(facts, used)
    if not example:
        yield from _check_example(facts)


def _fields_said(file: ArticleFile) -> Iterator[tuple[str, int]]:
    """Each field of a file and its line. Comments of the front matter say nothing."""
    for number, line in enumerate(file.raw.splitlines(), 1):
        if number < file.body_line and line.lstrip().startswith("#"):
            continue
        for name in fields(line):
            yield name, number


def _texts_of(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text of a document, with its place."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _texts_of(value, (*path, key))
    elif isinstance(part, str):
        yield path, part


def _check_field(place: str, name: str, line: int, facts: Facts) -> Iterator[Problem]:
    if not NAME.fullmatch(name):
        yield Problem(
            place,
            line,
            "facts.field",
            f"«{name}» is not the name of a fact",
            "A field is written `{{ section.name }}`, in small letters and on one line.",
            "correct it. Braces that are no field can't stand in a text.",
        )
    elif name not in facts.given and name not in facts.written:
        near = get_close_matches(name, facts.names(), n=1, cutoff=0.75)
        section, fact = name.split(".", 1)
        add = f"add it to {FILE}: `{section}:` and below it `  {fact}: …`."
        if section in GIVEN:
            add = "see docs/content.md for what the municipality's other files give."
        yield Problem(
            place,
            line,
            "facts.unknown",
            f"there is no fact «{name}»",
            "People would read the braces.",
            f"did you mean «{near[0]}»? Else {add}" if near else add,
        )


def _check_link(file: ArticleFile, facts: Facts) -> Iterator[Problem]:
    link = file.article.link
    if link is None or "{{" not in link:
        return
    address = filled(link, facts, file.article.standard)
    if "{{" not in address and not _ADDRESS.fullmatch(address):
        yield Problem(
            file.article.file,
            file.document.line("link"),
            "facts.link",
            f"the link becomes «{address}»",
            "A link begins with https:// and has no spaces.",
            f"correct the fact in {FILE}.",
        )


def _check_unused(facts: Facts, used: Iterable[str]) -> Iterator[Problem]:
    said = set(used)
    unused = [name for name in facts.written if name not in said]
    for section, names in by_section(unused).items():
        yield Problem(
            FILE,
            facts.written[names[0]].line,
            "facts.unused",
            f"no text says {_listed(names, facts)}",
            mend=f"delete what is not needed, or write `{{{{ {section}.… }}}}` where it belongs.",
            severity="warning",
        )


def _check_example(facts: Facts) -> Iterator[Problem]:
    kept = [name for name, fact in facts.written.items() if fact.example and fact.values]
    for section, names in by_section(kept).items():
        count = "1 fact is" if len(names) == 1 else f"{len(names)} facts are"
        yield Problem(
            FILE,
            facts.written[names[0]].line,
            "facts.example",
            f"«{section}»: {count} still the example's: {_listed(names, facts)}",
            "The value is invented.",
            "write your own as `value`, and delete `example: true`.",
            "warning",
        )


def _listed(names: list[str], facts: Facts) -> str:
    return ", ".join(f"{name} (line {facts.written[name].line})" for name in names)
