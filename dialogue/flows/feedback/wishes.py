"""What a person says in passing about the form itself: an answer is wanted, mother agrees."""

from __future__ import annotations

import re
from typing import Literal

_SOME = r"(?:et |eit |noe |noko )?"
_NO_ANSWER = re.compile(
    r"\b(?:ikke|ikkje|kje|itj|slepp|slipp) (?:å )?(?:ha |få |trenger |treng |noe |noko )*svar\b"
    r"|\b(?:trenger|treng|vil|ønsker|ønskjer)(?: jeg| eg)? (?:ikke|ikkje)(?: å)?(?: ha| få)? "
    + _SOME
    + r"svar\b|\butan svar\b|\buten svar\b|\banonym\w*"
)
_ANSWER = re.compile(
    r"\b(?:vil|ønsker|ønskjer|ønske|må|skal|krever|krev|forventer|ventar)"
    r"(?: (?:gjerne|veldig|no|nå))* "
    r"(?:å )?(?:ha |få )?" + _SOME + r"svar\b(?! på)|\bver(?:e)? så snill og svar|\bsvar meg\b"
)
_AGREES = re.compile(
    r"\b(?:mor|mamma|far|pappa|ho|hun|han|de|dei|mannen|kona|brukeren|brukaren|bestemor|bestefar|begge)"
    r"(?: \w+)?(?: har)? (?:samtykk\w*|sagt ja|sagt det er greit|vet (?:om|at)|veit (?:om|at)|"
    r"er einig|er enig|godkjen\w*)\b"
)
_CHANGES = re.compile(r"\b(?:endre|endra|rett|rette|rette på|bytt|bytte|byt|byte|forandre)\b")
_WHAT: tuple[tuple[str, str], ...] = (
    ("feedback_text", r"\btekst|\bmelding|\bordlyd|\bdet eg skreiv|\bdet jeg skrev"),
    ("feedback_service", r"\bteneste|\btjeneste|\bmottak|\beining|\benhet"),
    ("feedback_contact", r"\bsvar"),
)
_SHORT = 7  # words of a message that only says a wish


def wants_answer(text: str) -> Literal["yes", "no"] | None:
    """Whether a person says that an answer is wanted, or not.

    >>> wants_answer("og eg vil ha svar"), wants_answer("eg treng ikkje svar"), wants_answer("ja")
    ('yes', 'no', None)
    """
    plain = text.lower()
    if _NO_ANSWER.search(plain):
        return "no"
    return "yes" if _ANSWER.search(plain) else None


def tells_consent(text: str) -> Literal["stated"] | None:
    """Whether a person says that the one whom it is about agrees."""
    return "stated" if _AGREES.search(text.lower()) else None


def names_change(text: str) -> str | None:
    """«endre teksten»: the slot that is to be changed."""
    plain = text.lower()
    if len(plain.split()) > _SHORT or not _CHANGES.search(plain):
        return None
    return next((slot for slot, words in _WHAT if re.search(words, plain)), None)


def is_wish(text: str) -> bool:
    """Whether a short message is only such a wish, and no part of what is told."""
    if len(text.split()) > _SHORT:
        return False
    return any(said(text) for said in (wants_answer, tells_consent, names_change))
