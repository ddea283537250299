"""What is checked across articles, when each file on its own can be read."""

from __future__ import annotations

from datetime import date

from knowledge.articles import ArticleFile
from knowledge.municipality import Municipality
from knowledge.problems import Problem


def check_articles(
    files: list[ArticleFile], municipality: Municipality | None, today: date | None
) -> list[Problem]:
    """Every fault of and between the articles."""
    return []
