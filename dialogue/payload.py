"""Messages that say outright what they mean: ``/intent@0.4{"entity": "value"}``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

_PAYLOAD = re.compile(
    r"^/(?P<intent>[^{@]+)(?P<confidence>@[0-9.]+)?(?P<entities>{.+})?(?P<rest>.*)$"
)


def parse(text: str, intents: Collection[str], entities: Collection[str]) -> dict[str, Any]:
    """What a message says that nothing has understood: a payload, or no intent.

    Unreadable JSON leaves the intent without entities; an unknown intent, or words after
    it, leaves none; an entity that the domain does not know is dropped.

    >>> parse('/hours {"branch": "Sand"}', {"hours"}, {"branch"})["entities"][0]["value"]
    'Sand'
    """
    nothing = {
        "text": text,
        "intent": {"name": None, "confidence": 0.0},
        "entities": [],
        "intent_ranking": [],
    }
    if not text.startswith("/"):
        return nothing
    plain = text[1:].strip()
    if plain in intents and "{" not in plain and "@" not in plain:
        named = {"name": plain, "confidence": 1.0}
        return {"text": text, "intent": named, "entities": [], "intent_ranking": [named]}
    match = _PAYLOAD.match(text)
    if match is None:
        return nothing
    intent = match["intent"].strip()
    if intent not in intents:
        return nothing
    named = {"name": intent, "confidence": _confidence(match["confidence"])}
    return {
        "text": text,
        "intent": named,
        "entities": _entities(match, entities),
        "intent_ranking": [named],
    }


def _confidence(written: str | None) -> float:
    if written is None:
        return 1.0
    try:
        return min(1.0, max(0.0, float(written[1:])))
    except ValueError:
        return 0.0


def _entities(match: re.Match[str], known: Collection[str]) -> list[dict[str, Any]]:
    if match["entities"] is None:
        return []
    try:
        given = json.loads(match["entities"])
    except ValueError:
        return []
    start, end = match.span("entities")
    return [
        {"entity": name, "value": value, "start": start, "end": end}
        for name, values in given.items()
        if name in known
        for value in (values if isinstance(values, list) else [values])
    ]
