"""What the service makes of labelled lines: the plain values of `ask` and `understand --json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from dialogue.edition import Edition
from dialogue.evaluation.labelled import Line, Message, Question, key_of
from intents.sensitive import mask
from intents.understand import understand
from knowledge.search import search

Plain = dict[str, Any]
MASK = "[***]"


def predict(edition: Edition, lines: Iterable[Line]) -> dict[str, Plain]:
    """What comes of each line, by its key."""
    return {key_of(line): _predict(edition, line) for line in lines}


def _predict(edition: Edition, line: Line) -> Plain:
    if isinstance(line, Question):
        shown = understand(line.q, edition.language).standard
        standard = edition.municipality.standard if shown == "other" else shown
        found = search(edition.index, line.q, standard)
        return {
            "outcome": found.outcome,
            "article": found.article,
            "alternatives": list(found.alternatives),
            "confidence": found.confidence,
            "standard": standard,
        }
    if isinstance(line, Message):
        expecting: Any = line.expecting
        heard = understand(line.text, edition.language, expecting=expecting, choices=line.choices)
        return dict(msgspec.to_builtins(heard))
    return {"masked": MASK in mask(line.text)}
