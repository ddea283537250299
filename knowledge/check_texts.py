"""What is checked in an article's texts: the SMS alphabet and length, standard, plain language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from knowledge.article_form import OPEN
from knowledge.articles import ArticleFile, render_sms
from knowledge.gsm import foreign_characters, is_gsm7, segments, septets, to_gsm7
from knowledge.parity import standard_evidence
from knowledge.problems import Problem

MOST_SEGMENTS = 2
MOST_SEPTETS = 306  # two segments of 153
LONGEST_SENTENCE = 25  # words; the Language Council advises 15 to 20 on the average
_FEWEST_FOREIGN_WORDS = 2

_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`#>]+|^[ \t]*(?:[-+]|\d+\.)[ \t]", re.MULTILINE)


def check_text(file: ArticleFile) -> Iterator[Problem]:
    """Faults in the SMS and the body of one article."""
    yield from _check_written(file)
    yield from _check_alphabet(file)
    yield from _check_length(file)
    if not file.article.body:
        yield Problem(
            file.article.file,
            file.body_line,
            "articles.body-empty",
            "there is no text below the front matter",
            "Telegram and the web show the fuller answer.",
            "write 60 to 200 words in Markdown.",
        )
    yield from _check_standard(file)
    yield from _check_sentences(file)


def _check_written(file: ArticleFile) -> Iterator[Problem]:
    for number, line in enumerate(file.raw.splitlines(), 1):
        if OPEN in line:
            yield Problem(
                file.article.file,
                number,
                "articles.unwritten",
                f"something is not written yet: {line.strip()[:60]}",
                "People would read the brackets.",
                "write it, and delete the brackets.",
            )


def _check_alphabet(file: ArticleFile) -> Iterator[Problem]:
    text = render_sms(file.article)
    foreign = foreign_characters(text)
    if not foreign:
        return
    named = ", ".join(f"«{one}» (U+{ord(one):04X})" for one in foreign)
    mended = to_gsm7(text)
    why = f"The SMS would cost {segments(text)} segments in place of {segments(mended)}."
    replaceable = is_gsm7(mended)
    yield Problem(
        file.article.file,
        file.document.line("sms"),
        "articles.gsm-7",
        f"outside the SMS alphabet: {named}",
        f"It is replaced when it is sent. {why}" if replaceable else why,
        'write "-", plain quotes, "..." and ordinary letters.',
        "warning" if replaceable else "error",
    )


def _check_length(file: ArticleFile) -> Iterator[Problem]:
    text = to_gsm7(render_sms(file.article))
    count = segments(text)
    if count <= MOST_SEGMENTS:
        return
    over = septets(text) - MOST_SEPTETS if is_gsm7(text) else None
    yield Problem(
        file.article.file,
        file.document.line("sms"),
        "articles.sms-too-long",
        f"the SMS with its link costs {count} segments; {MOST_SEGMENTS} are the most",
        f"It is {over} characters too long." if over else "",
        "keep the main point, and leave the rest to the text below.",
    )


def _check_standard(file: ArticleFile) -> Iterator[Problem]:
    article = file.article
    other = "nn" if article.standard == "nb" else "nb"
    for part, text in (("sms", article.sms), ("body", article.body), ("title", article.title)):
        evidence = standard_evidence(text)
        wrong = sorted(set(evidence[other]))
        own = len(evidence[article.standard])
        if wrong and (len(wrong) >= _FEWEST_FOREIGN_WORDS or own == 0):
            yield Problem(
                article.file,
                file.body_line if part == "body" else file.document.line(part),
                "articles.standard",
                f"{part}: words of {other} in an article in {article.standard}: {', '.join(wrong)}",
                mend=f"write it in {article.standard}, or correct `standard`.",
                severity="warning",
            )


def _check_sentences(file: ArticleFile) -> Iterator[Problem]:
    for part, text in (("sms", file.article.sms), ("body", file.article.body)):
        for line, sentence in _sentences(text, file.body_line if part == "body" else 0):
            words = len(sentence.split())
            if words > LONGEST_SENTENCE:
                yield Problem(
                    file.article.file,
                    line or file.document.line("sms"),
                    "articles.long-sentence",
                    f"{part}: a sentence of {words} words ({sentence[:40].strip()} …)",
                    f"More than {LONGEST_SENTENCE} words are hard to read on a phone.",
                    "split it, with the main point first.",
                    "warning",
                )


def _sentences(text: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Each sentence with the line it begins in (0 when `first_line` is 0)."""
    text = _MARKUP.sub(r"\1", text)
    ends = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    for begin, end in pairwise(ends):
        plain = text[begin:end].strip()
        if plain:
            yield (first_line + text.count("\n", 0, begin) if first_line else 0), plain
