"""Twins: the nb and the nn article must tell the same facts, each in its own standard."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from knowledge.articles import Article
from knowledge.facts import MONTHS

_MONTHS = {name: number for number, names in enumerate(MONTHS, 1) for name in (names, names[:3])}
LINK = re.compile(
    r"(?:https?://|www\.)[^\s)>\]]+|\b[\w.-]+\.(?:no|example|com|org)(?:/[^\s)>\]]*)?"
)
_MAIL = re.compile(r"\b[\w.+-]+@[\w.-]+\.\w+")
_DATE = re.compile(rf"\b(\d{{1,2}})\.\s?({'|'.join(_MONTHS)})\b", re.IGNORECASE)
_TIME = re.compile(r"\b(\d{1,2})[.:](\d{2})\b")
_SPACED = re.compile(r"(?<=\d)[\s\u00a0](?=\d)")
_NUMBER = re.compile(r"\d+(?:,\d+)?")
_WORDS = {
    word: str(number)
    for number, words in enumerate(
        (
            (),
            (),
            ("to",),
            ("tre",),
            ("fire",),
            ("fem",),
            ("seks",),
            ("sju", "syv"),
            ("åtte",),
            ("ni",),
            ("ti",),
            ("elleve",),
            ("tolv",),
        )
    )
    for word in words
}
_WORD = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b", re.IGNORECASE)
_FIGURE = re.compile(f"{_NUMBER.pattern}|{_WORD.pattern}", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:ikk?j?e|aldri|ingen|inga|ingenting|inkje|verken|korkje"
    r"|ut[ae]n|unntatt|unn[at]teke|med mindre)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text claims that language cannot change: each with how often."""

    numbers: Counter[str]
    dates: Counter[str]
    links: Counter[str]
    addresses: Counter[str]


def facts(text: str) -> Facts:
    """The facts of a text. A small number counts the same in figures and in words.

    >>> facts("Ring 116 117 før 1. mars.").dates
    Counter({'1.3': 1})
    """
    addresses = Counter(_MAIL.findall(text))
    text = _MAIL.sub(" ", text)
    links = Counter(link.rstrip(".,;:") for link in LINK.findall(text))
    text = LINK.sub(" ", text)
    dates = Counter(f"{int(day)}.{_MONTHS[month.lower()]}" for day, month in _DATE.findall(text))
    text = _DATE.sub(" ", text)
    times = Counter(f"{int(hour)}.{minute}" for hour, minute in _TIME.findall(text))
    text = _SPACED.sub("", _TIME.sub(" ", text))
    numbers = Counter(_NUMBER.findall(text))
    numbers.update(_WORDS[word.lower()] for word in _WORD.findall(text))
    return Facts(numbers + times, dates, links, addresses)


def drift(one: Article, other: Article) -> list[tuple[str, str, list[str], list[str]]]:
    """Where two twins tell different facts: part, kind, only in `one`, only in `other`."""
    found = []
    for part in ("sms", "body", "sources"):
        for kind, left, right in differences(_text(one, part), _text(other, part)):
            found.append((part, kind, left, right))
    for part in ("sms", "body"):
        mine, its = figures(_text(one, part)), figures(_text(other, part))
        if mine != its and set(mine) == set(its):
            found.append((part, "order", [" ".join(mine)], [" ".join(its)]))
    for part in ("unit", "service", "theme", "link", "reviewed", "valid_until"):
        if getattr(one, part) != getattr(other, part):
            found.append((part, part, [str(getattr(one, part))], [str(getattr(other, part))]))
    return found


def figures(text: str) -> list[str]:
    """The numbers of a text as they come, without those of links and addresses.

    >>> figures("Ring 110. To ganger i uka, se udir.no/2.")
    ['110', '2']
    """
    text = _SPACED.sub("", LINK.sub(" ", _MAIL.sub(" ", text)))
    return [_WORDS.get(found[0].lower(), found[0]) for found in _FIGURE.finditer(text)]


def negations(text: str) -> int:
    """How often a text says no: one that is gone makes a duty of a ban."""
    return len(_NEGATION.findall(text))


def differences(one: str, other: str) -> list[tuple[str, list[str], list[str]]]:
    """The kinds of facts in which two texts differ: kind, only in `one`, only in `other`."""
    found = []
    mine, its = facts(one), facts(other)
    for kind in ("numbers", "dates", "links", "addresses"):
        left, right = set(getattr(mine, kind)), set(getattr(its, kind))
        if left != right:
            found.append((kind, sorted(left - right), sorted(right - left)))
    return found


_HEADING = re.compile(r"^#{1,6} ", re.M)
_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d+\.) ", re.M)
_BOLD = re.compile(r"\*\*[^*\n]+\*\*")


def structure(body: str) -> dict[str, int]:
    """How a text is built: what a reader sees at a glance.

    >>> structure("# A\\n\\n- b\\n- **c**")
    {'headings': 1, 'list items': 2, 'bold parts': 1, 'paragraphs': 2}
    """
    return {
        "headings": len(_HEADING.findall(body)),
        "list items": len(_ITEM.findall(body)),
        "bold parts": len(_BOLD.findall(body)),
        "paragraphs": len([part for part in re.split(r"\n[ \t]*\n", body) if part.strip()]),
    }


def _text(article: Article, part: str) -> str:
    value = getattr(article, part)
    return value if isinstance(value, str) else "\n".join(value)


# Words that are right in one written standard only. Few, and never wrong.
_NB_WORDS = """
ikke jeg hva hvor hvordan hvorfor hvem noe noen fra være uke mye hjemme kommer bare deres hun
hvilke hvilken hvis gjør vært ble søke søker skolen skoler veien vann tjenesten tjenester bolig
ønsker
"""
_NN_WORDS = """
ikkje eg kva kvar korleis kvifor kven noko nokon frå vere veke mykje heime kjem berre dykk ho
viss gjer vore vart tenesta tenester bustad skulen skular vatn søkje søkjer ynskjer ønskjer
sjølv sjå dei eit nokre meir blei vert korkje medan heim
"""
_ONLY_NB = frozenset(_NB_WORDS.split())
_ONLY_NN = frozenset(_NN_WORDS.split())
_LETTERS = re.compile(r"[a-zæøå]+")


def standard_evidence(text: str) -> dict[str, list[str]]:
    """The words of a text that only one written standard has, in order."""
    words = _LETTERS.findall(text.lower())
    return {
        "nb": [word for word in words if word in _ONLY_NB],
        "nn": [word for word in words if word in _ONLY_NN],
    }
