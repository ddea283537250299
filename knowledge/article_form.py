"""The form of a new article: both twins as files that tell the writer what to write where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import yaml

from knowledge.articles import STANDARDS
from knowledge.yaml_lines import parse

OPEN = "[SKRIV"
"""What begins a part that nobody has written yet. `check` refuses it."""

_TOLD = {
    "nb": {
        "head": "Linjer som begynner med # er råd til deg. Slett dem når du vil.",
        "questions": "8 til 12 måter folk spør på: hverdagsord, dialekt, korte SMS-er.",
        "sms": (
            "Hele SMS-en, det viktigste først. Lenken kommer i tillegg. Høyst 306 tegn i alt.\n"
            "# Telefon, pris og frist skriver du i facts.yml og nevner her: {{ water.phone }}."
        ),
        "link": "Siden med mer om saken: https://... eller et felt fra facts.yml.",
        "sources": "Hvor opplysningene kommer fra: lov og paragraf, eller nasjonal side.",
        "sms_open": "svaret med en gang, i to korte setninger",
        "question_open": "et spørsmål slik folk ville sendt det",
        "body_open": "fyldigere svar, 60 til 200 ord: hvem, hvor, hva det koster, hva du må ha",
    },
    "nn": {
        "head": "Linjer som byrjar med # er råd til deg. Slett dei når du vil.",
        "questions": "8 til 12 måtar folk spør på: kvardagsord, dialekt, korte SMS-ar.",
        "sms": (
            "Heile SMS-en, det viktigaste først. Lenkja kjem i tillegg. Høgst 306 teikn i alt.\n"
            "# Telefon, pris og frist skriv du i facts.yml og nemner her: {{ water.phone }}."
        ),
        "link": "Sida med meir om saka: https://... eller eit felt frå facts.yml.",
        "sources": "Kvar opplysningane kjem frå: lov og paragraf, eller nasjonal side.",
        "sms_open": "svaret med ein gong, i to korte setningar",
        "question_open": "eit spørsmål slik folk ville sendt det",
        "body_open": "fyldigare svar, 60 til 200 ord: kven, kvar, kva det kostar, kva du må ha",
    },
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of an article before it is written. Texts are per written standard."""

    id: str
    unit: str
    theme: str
    title: Mapping[str, str]
    service: str | None = None
    link: str | None = None
    questions: Mapping[str, Iterable[str]] = field(default_factory=dict)
    sms: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


def article_paths(beginning: Beginning) -> dict[str, str]:
    """Where the twins belong in the content folder."""
    place = f"articles/{beginning.theme}/{beginning.id}"
    return {standard: f"{place}.{standard}.md" for standard in STANDARDS}


def article_form(beginning: Beginning, standard: str, today: date) -> str:
    """One twin as a file, with `[SKRIV: …]` where something is missing."""
    told = _TOLD[standard]
    questions = list(beginning.questions.get(standard, ()))
    asked = questions or [f"{OPEN}: {told['question_open']}]"]
    sms = beginning.sms.get(standard) or f"{OPEN}: {told['sms_open']}]"
    body = beginning.body.get(standard) or f"{OPEN}: {told['body_open']}]"
    lines = [
        "---",
        f"# {told['head']}",
        f"id: {_word(beginning.id)}",
        f"standard: {standard}",
        f"title: {_quoted(beginning.title.get(standard) or OPEN + ']')}",
        f"unit: {_word(beginning.unit)}",
        *([f"service: {_word(beginning.service)}"] if beginning.service else []),
        f"theme: {_word(beginning.theme)}",
        f"# {told['questions']}",
        "questions:",
        *(f"  - {_quoted(question)}" for question in asked),
        f"# {told['sms']}",
        f"sms: {_quoted(' '.join(sms.split()))}",
        f"# {told['link']}",
        f"link: {_quoted(beginning.link)}" if beginning.link else "# link:",
        f"reviewed: {today.isoformat()}",
        f"# {told['sources']}",
        "sources:" if beginning.sources else "sources: []",
        *(f"  - {_quoted(source)}" for source in beginning.sources),
        "---",
        body,
        "",
    ]
    return "\n".join(lines)


def _word(id: str) -> str:
    """An id as it stands, in quotes where YAML would take it for a number or for nothing."""
    return id if parse(f"id: {id}\n", "").data["id"] == id else _quoted(id)


def _quoted(text: str) -> str:
    """A text as a YAML string on one line, whatever characters are in it."""
    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return quoted.strip()
