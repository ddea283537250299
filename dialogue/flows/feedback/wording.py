"""The summary that a person sees before anything is filed."""

from __future__ import annotations

from typing import Literal

from knowledge.gsm import is_gsm7, to_gsm7

Standard = Literal["nb", "nn"]

QUOTED_CHARACTERS = 70  # what leaves room for the question in two SMS segments

KINDS: dict[Standard, dict[str, str]] = {
    "nb": {
        "praise": "Ros",
        "suggestion": "Forslag",
        "complaint": "Klage",
        "appeal": "Klage på vedtak",
        "deviation": "Melding om feil",
        "access": "Krav om innsyn",
        "question": "Spørsmål",
    },
    "nn": {
        "praise": "Ros",
        "suggestion": "Framlegg",
        "complaint": "Klage",
        "appeal": "Klage på vedtak",
        "deviation": "Melding om feil",
        "access": "Krav om innsyn",
        "question": "Spørsmål",
    },
}


def summary(
    standard: Standard, *, kind: str, unit: str, text: str, quotable: bool, contact: str | None
) -> str:
    """What was understood, in one or two sentences.

    Text that tells of health, a child or a threat is not repeated back
    (eForvaltningsforskriften § 5).

    >>> summary("nn", kind="praise", unit="Veg og eigedom", text="Fint brøytt!",
    ...         quotable=True, contact=None)
    'Ros til Veg og eigedom: "Fint brøytt!"'
    """
    head = f"{KINDS[standard].get(kind, kind)} til {unit}"
    quote = f": {_quoted(text)}" if quotable else "."
    wish = {
        ("nb", "yes"): " Du vil ha svar.",
        ("nb", "no"): " Uten svar.",
        ("nn", "yes"): " Du vil ha svar.",
        ("nn", "no"): " Utan svar.",
    }.get((standard, contact or ""), "")
    return head + quote + wish


def _quoted(text: str) -> str:
    """The text, and what was added to it last: so that a correction is seen."""
    first, _, rest = text.partition("\n")
    if not rest:
        return f'"{_shortened(text)}"'
    added = _shortened(rest.rpartition("\n")[2])
    return f'"{_shortened(first)}" og "{added}"'


def _shortened(text: str) -> str:
    """The beginning of a text as it can be quoted by SMS: a single emoji would more than
    double what the message costs. The ticket holds the text as it was written."""
    plain = "".join(filter(is_gsm7, to_gsm7(text)))
    text = " ".join(plain.split()).replace('"', "'")
    if len(text) <= QUOTED_CHARACTERS:
        return text
    return text[:QUOTED_CHARACTERS].rsplit(" ", 1)[0] + " ..."
