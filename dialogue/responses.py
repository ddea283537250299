"""Responses: which variation is said, and how its placeholders are filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

from dialogue.domain import Variation

_PLACEHOLDER = re.compile(r"{([^\n{}]+?)}")
_FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")
_CARRIED = ("elements", "quick_replies", "buttons", "attachment", "image", "custom")
_NOTHING: Mapping[str, Any] = dict.fromkeys(_CARRIED)


def chosen(
    variations: tuple[Variation, ...], slots: Mapping[str, Any], channel: str
) -> Variation | None:
    """The variation to say: channel and condition, channel, condition, neither; None if none.

    Rasa draws lots among equals; here the first is said, so that a replay says the same.
    """
    best: Variation | None = None
    best_rank = 0
    for variation in variations:
        if variation.channel is not None and variation.channel != channel:
            continue
        if variation.condition is not None and not (
            variation.condition and _holds(variation.condition, slots)
        ):
            continue
        rank = 1 + (variation.condition is not None) + 2 * (variation.channel is not None)
        if rank > best_rank:
            best, best_rank = variation, rank
    return best


def _holds(condition: tuple[tuple[str, Any], ...], slots: Mapping[str, Any]) -> bool:
    for name, wanted in condition:
        value = slots.get(name)
        if value == wanted:
            continue
        if isinstance(value, str) and isinstance(wanted, str):
            if value.casefold() != wanted.casefold():
                return False
        else:
            return False
    return True


def filled(text: str, values: Mapping[str, Any]) -> str:
    """The text with its placeholders filled.

    A name that is not there leaves the whole text as it is, and so do other braces: that
    is how a payload with JSON passes unharmed.

    >>> filled("Hei {name}.", {"name": "Ola"})
    'Hei Ola.'
    >>> filled('/inform{"name": "{name}"}', {"name": "Ola"})
    '/inform{"name": "{name}"}'
    """
    if "{" not in text and "}" not in text:
        return text
    try:
        result = _template(text).format(values)
        return text.format({}) if "0[" in result else result
    except KeyError:
        return text


@lru_cache(maxsize=4096)
def _template(text: str) -> str:
    return _PLACEHOLDER.sub(r"{0[\1]}", text)


def _filled_deeply(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return filled(value, values)
    if isinstance(value, dict):
        return {key: _filled_deeply(part, values) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled_deeply(part, values) for part in value]
    return value


def said(variation: Variation, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a variation says, with the placeholders filled from `values`."""
    if variation.is_plain:
        return dict(variation.content)
    return {
        key: (_filled_deeply(part, values) if values and key in _FILLED else deepcopy(part))
        for key, part in variation.content.items()
    }


def utterance(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The event of something said. A picture is its own attachment, as in Rasa."""
    data, rest = dict(_NOTHING), {}
    for key, value in draft.items():
        if key in _NOTHING:
            data[key] = value or None
        elif key != "text":
            rest[key] = value
    data["attachment"] = data["attachment"] or data["image"]
    return {
        "event": "bot",
        "timestamp": None,
        "text": draft.get("text"),
        "data": data,
        "metadata": rest,
    }


def message(event: Mapping[str, Any]) -> dict[str, Any]:
    """What a channel has to send of a bot event: text, buttons, image, attachment, custom, …"""
    data = event.get("data") or {}
    sent = {key: data[key] for key in _CARRIED if data.get(key)}
    if "image" in sent and sent["image"] == sent.get("attachment"):
        del sent["attachment"]
    text = event.get("text")
    return {"text": text, **sent} if text is not None and (text or sent) else sent


def collected(sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A message as Rasa's REST channel gives it out: in parts, paragraphs by themselves."""
    parts: list[dict[str, Any]] = []
    text = sent.get("text")
    if sent.get("quick_replies"):
        parts.append({"text": text, "buttons": sent["quick_replies"]})
    elif sent.get("buttons"):
        parts.append({"text": text, "buttons": sent["buttons"]})
    elif text:
        parts += [{"text": part} for part in text.strip().split("\n\n")]
    parts += [{key: sent[key]} for key in ("custom", "image", "attachment") if sent.get(key)]
    for element in sent.get("elements") or ():
        line = f"{element.get('title', '')} : {element.get('subtitle', '')}"
        parts.append({"text": line, "buttons": element.get("buttons", [])})
    return parts
