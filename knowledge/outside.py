"""Matters that lie outside the base, known by name so that they are not taken for another.

An article on such a matter wins: then the topic is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.articles import Article
from knowledge.words import content_words, term
from knowledge.yaml_lines import Document, read


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter that is handed over, by how people ask about it."""

    questions: tuple[str, ...]
    unless: tuple[str, ...] = ()


def read_topics(document: Document) -> dict[str, Topic]:
    """The topics of an outside.yml."""
    return {
        str(name): Topic(tuple(map(str, entry["questions"])), tuple(entry.get("unless", ())))
        for name, entry in document.data.items()
    }


@lru_cache(maxsize=1)
def shipped_topics() -> dict[str, Topic]:
    """The topics that ship with Samsvar."""
    return read_topics(read(Path(__file__).with_name("outside.yml")))


def outside_of(articles: Iterable[Article], topics: Mapping[str, Topic]) -> dict[str, Topic]:
    """The topics that none of the articles is about, by the words of titles and ids."""
    titles = " ".join(f"{one.title} {one.id.replace('-', ' ')}" for one in articles)
    held = {term(word) for word in content_words(titles)}
    return {
        name: topic
        for name, topic in topics.items()
        if not any(term(word) in held for text in topic.unless for word in content_words(text))
    }
