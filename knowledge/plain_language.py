"""Hints on how a text is written: office words, passive, bokmål in nynorsk, the wrong standard.

All are warnings. The words are data (`plain_language.yml`), with what to say in place of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from knowledge.articles import ArticleFile
from knowledge.parity import LINK, standard_evidence
from knowledge.problems import Problem
from knowledge.yaml_lines import read

WORDS = Path(__file__).parent / "plain_language.yml"
STANDARD_WORDS = Path(__file__).parent / "standard_words.yml"
FEWEST_PASSIVES = 4
MOST_PASSIVE = 0.4  # of the sentences of a text
MOST_PASSIVES = 4  # of a text, however long

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_S_PASSIVE = re.compile(
    r"\b(?!finnes\b|synes\b|trives\b|møtes\b|minnes\b|lykkes\b)\w{3,}[^aeiouyæøås\W]es\b"
)
_BE_PASSIVE = {
    "nb": re.compile(r"\b(?:blir|ble|bli|blitt)\s+(?:\w+\s+)?\w{3,}(?:et|t|dd)\b"),
    "nn": re.compile(r"\b(?:blir|vart|blei|bli|vert)\s+(?:\w+\s+)?\w{3,}(?:a|t|d|dd|ne)\b"),
}
_GENITIVE = re.compile(
    r"\b(?!dagens\b|årets\b|vekas\b|livets\b|demens\b)[a-zæøå]{3,}(?:ens|ets|anes|enes)\b"
)
_S_PASSIVE_NN = re.compile(
    r"\b(?!samstundes\b)[a-zæøå]{2,}(?:dles|ndes|lges|rkes|ttes|kkes|ppes|mmes|gges|ales|eres)\b"
)


@cache
def _lists() -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    data = read(WORDS).data
    return data["office"], data["bokmal_in_nn"]


@cache
def _only() -> dict[str, frozenset[str]]:
    """The words that only nb has, and those that only nn has."""
    return {key: frozenset(words.split()) for key, words in read(STANDARD_WORDS).data.items()}


def check_language(file: ArticleFile) -> Iterator[Problem]:
    """Hints on the SMS and the body of one article."""
    article = file.article
    office, bokmal = _lists()
    for part, text in (("sms", article.sms), ("body", article.body)):
        first = file.body_line if part == "body" else file.document.line(part)
        for number, line in enumerate(text.splitlines()):
            place = first + number if part == "body" else first
            yield from _words(article.file, place, line, office[article.standard], "office-word")
            if article.standard == "nn":
                yield from _words(article.file, place, line, bokmal, "bokmal-in-nn")
                yield from _forms(article.file, place, line)
            yield from _wrong_standard(article.file, place, line, article.standard)
        yield from _passive(article.file, first, text, article.standard)


def _words(file: str, line: int, text: str, words: dict[str, str], kind: str) -> Iterator[Problem]:
    lowered = text.lower()
    for word, better in words.items():
        if word in lowered and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lowered):
            yield Problem(
                file,
                line,
                "articles.office-word" if kind == "office-word" else "articles.bokmal-in-nn",
                f"«{word}»: people say «{better}»",
                mend=f"write «{better}», or say it in another way.",
                severity="warning",
            )


def _forms(file: str, line: int, text: str) -> Iterator[Problem]:
    """Forms that are bokmål's: passive with -s, genitive with -s."""
    for pattern, told, better in (
        (_S_PASSIVE_NN, "passive with -s", "blir + verb, or who does it"),
        (_GENITIVE, "genitive with -s", "«… til kommunen», or one word"),
    ):
        for match in pattern.finditer(text):
            yield Problem(
                file,
                line,
                "articles.bokmal-in-nn",
                f"«{match[0]}»: {told} is bokmål's way",
                mend=f"write it with {better}.",
                severity="warning",
            )


def _wrong_standard(file: str, line: int, text: str, standard: str) -> Iterator[Problem]:
    """Words and sentences of the other standard. Whole texts: `articles.standard`."""
    other = "nn" if standard == "nb" else "nb"
    only = _only()[other]
    for sentence in _SENTENCE.split(LINK.sub(" ", text)):
        begun, *rest = _WORD.findall(sentence) or [""]
        # a capital inside a sentence begins a name, which keeps its own standard
        words = [begun.lower(), *(word for word in rest if word.islower())]
        wrong = list(dict.fromkeys(word for word in words if word in only))
        evidence = standard_evidence(sentence)
        whole = len(set(evidence[other])) >= 2 and not evidence[standard]
        if wrong or whole:
            told = f"words of {other}: {', '.join(wrong)}; " if wrong else ""
            yield Problem(
                file,
                line,
                "articles.wrong-standard",
                f"{told}the sentence is: {sentence.strip()[:50]} …",
                "The article is read as written in one standard.",
                f"write it in {standard}.",
                "warning",
            )


def _passive(file: str, line: int, text: str, standard: str) -> Iterator[Problem]:
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
    count = sum(
        bool(_BE_PASSIVE[standard].search(sentence) or _S_PASSIVE.search(sentence))
        for sentence in sentences
    )
    if count >= FEWEST_PASSIVES and (
        count > MOST_PASSIVES or count > MOST_PASSIVE * len(sentences)
    ):
        yield Problem(
            file,
            line,
            "articles.passive",
            f"{count} of {len(sentences)} sentences are passive",
            "People wonder who does what.",
            "say who does it: «vi tømmer», «du får».",
            "warning",
        )
