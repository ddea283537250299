"""Articles: one answer each, in nb and nn; how one is read from its Markdown file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import Document, parse

if TYPE_CHECKING:
    from knowledge.schemas import FrontMatter

Standard = Literal["nb", "nn"]
STANDARDS: tuple[Standard, Standard] = ("nb", "nn")


@dataclass(frozen=True, slots=True)
class Article:
    """One answer in one written standard; its twin has the same `id`.

    `sms` is the short answer (GSM-7, with the link at most two segments), `body` the
    fuller one in Markdown. `file` is relative to the content folder.
    """

    id: str
    standard: Standard
    title: str
    unit: str
    service: str | None
    theme: str
    questions: tuple[str, ...]
    sms: str
    body: str
    link: str | None
    reviewed: date | None
    valid_until: date | None
    sources: tuple[str, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """An article and where its parts stand; `body_line` follows the front matter.

    `raw` is the whole file as it was written, before fields were filled in.
    """

    article: Article
    document: Document
    body_line: int
    raw: str = ""


def short_link(link: str) -> str:
    """A link as it is written in an SMS: without scheme and «www.».

    >>> short_link("https://www.eksempelvag.example/broyting")
    'eksempelvag.example/broyting'
    """
    return link.removeprefix("https://").removeprefix("http://").removeprefix("www.")


def render_sms(article: Article) -> str:
    """The whole SMS of an article: its short answer and its link."""
    text = " ".join(article.sms.split())
    return f"{text} {short_link(article.link)}" if article.link else text


def read_article(path: Path, root: Path) -> ArticleFile | list[Problem]:
    """One article file, or every fault in its form.

    The file is Markdown with YAML front matter between two lines `---`.
    """
    from knowledge.schemas import FrontMatter, validated  # pydantic: 0.15 s

    name = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return [
            Problem(
                name,
                0,
                "yaml.encoding",
                f"not UTF-8 (byte {error.start})",
                mend="save the file as UTF-8.",
            )
        ]
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if not lines or lines[0].rstrip() != "---" or end is None:
        return [
            Problem(
                name,
                1,
                "articles.front-matter",
                "there is no front matter",
                "Without it the article has neither id nor unit.",
                "begin the file with a line `---`, the fields, and a line `---`.",
            )
        ]
    try:
        document = parse("\n".join(lines[1:end]) + "\n", name, first_line=2)
    except ContentError as error:
        return list(error.problems)
    front = validated(FrontMatter, document)
    if isinstance(front, list):
        return front
    return ArticleFile(_article(front, "\n".join(lines[end + 1 :]), name), document, end + 2, text)


def _article(front: FrontMatter, body: str, file: str) -> Article:
    return Article(
        id=front.id,
        standard=front.standard,
        title=front.title,
        unit=front.unit,
        service=front.service,
        theme=front.theme,
        questions=front.questions,
        sms=front.sms.strip(),
        body=body.strip(),
        link=front.link,
        reviewed=front.reviewed,
        valid_until=front.valid_until,
        sources=front.sources,
        file=file,
    )
