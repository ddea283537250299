"""What importers give: texts with where they come from, and faults told like all others."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from knowledge.problems import Problem

LONGEST_TEXT = 20_000  # characters of one draft; more is no answer
MOST_QUESTIONS = 12
LONGEST_QUESTION = 140
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "ae", "Ø": "o", "Å": "a"})


@dataclass(frozen=True, slots=True)
class Material:
    """One piece to make a draft of. `text` is Markdown."""

    address: str
    title: str
    text: str
    link: str | None = None
    questions: tuple[str, ...] = ()


@dataclass(slots=True)
class Harvest:
    """All that an import found, and every fault on the way."""

    material: list[Material] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def fault(self, place: str, line: int, code: str, what: str, why: str, mend: str) -> None:
        """Keep a fault and go on with the rest."""
        self.problems.append(Problem(clean_line(place), line, code, clean_line(what), why, mend))


def clean_line(text: str) -> str:
    """A text on one line, without control characters."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """A text as it may stand in an article: no control characters, no braces of fields."""
    kept = "".join(
        character if character in "\n\t" or unicodedata.category(character)[0] != "C" else " "
        for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    )
    return kept.replace("{{", "{ {").replace("}}", "} }").strip()


def id_of(title: str) -> str:
    """An id made of a title: at most eight words, only a-z, figures and hyphens.

    >>> id_of("Søk om barnehageplass – slik gjør du!")
    'sok-om-barnehageplass-slik-gjor-du'
    """
    plain = unicodedata.normalize("NFKD", title.translate(_LETTERS).lower())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "-".join(words[:8])[:60].strip("-") or "utan-tittel"


def decode(raw: bytes, declared: str | None = None) -> str:
    """Bytes as text: as declared, else UTF-8, else what Windows and old pages use."""
    for encoding in (declared, "utf-8-sig"):
        if encoding:
            try:
                return raw.decode(encoding)
            except (LookupError, UnicodeDecodeError):
                continue
    return raw.decode("cp1252", errors="replace")
