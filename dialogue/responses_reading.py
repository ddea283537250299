"""Responses as they are written in YAML, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dialogue.domain import Variation
from knowledge.problems import Problem
from knowledge.yaml_lines import Document

_KEYS = {
    "text", "image", "custom", "button_type", "buttons", "quick_replies", "attachment",
    "elements", "channel", "metadata", "condition", "id",
}  # fmt: skip
_BUTTONS = "write «- {title: …, payload: /intent}» for each."
_SHAPES: Mapping[str, tuple[type, str]] = {
    "text": (str, "put it in quotation marks."),
    "image": (str, "write the address of the picture."),
    "custom": (dict, "write a mapping; an action can say anything else."),
    "buttons": (list, _BUTTONS),
    "quick_replies": (list, _BUTTONS),
    "channel": (str, "write the name of one channel."),
}


def read_response(
    document: Document, name: str, value: Any
) -> tuple[tuple[Variation, ...], list[Problem]]:
    """The variations of one response, and what is wrong with them."""
    problems: list[Problem] = []

    def fault(line: int, code: str, what: str, why: str = "", mend: str = "") -> None:
        problems.append(Problem(document.file, line, code, what, why, mend))

    line = document.line("responses", name)
    if not name.startswith("utter_"):
        fault(
            line,
            "responses.name",
            f"the response «{name}» does not begin with «utter_»",
            "Retrieval responses are not supported.",
            "rename it.",
        )
    if not isinstance(value, list) or not value:
        fault(line, "responses.shape", f"the response «{name}» must list its variations")
        return (), problems
    found = []
    for index, variation in enumerate(value):
        place = document.line("responses", name, index)
        if not isinstance(variation, dict) or not {"text", "custom"} & set(variation):
            fault(
                place,
                "responses.empty",
                f"a variation of «{name}» has neither text nor custom",
                mend='write a text; `text: ""` if there is nothing to say.',
            )
            continue
        for key in set(variation) - _KEYS:
            fault(
                place,
                "responses.key",
                f"a variation of «{name}» has the unknown key «{key}»",
                mend="put what the channel shall have into «custom»; known are "
                f"{', '.join(sorted(_KEYS))}.",
            )
        for part, what in _misshapen(variation):
            fault(
                document.line("responses", name, index, part),
                "responses.shape",
                f"«{part}» of a variation of «{name}» {what}",
                mend=_SHAPES[part][1],
            )
        condition, whole = _condition(variation.get("condition"))
        if not whole:
            fault(
                place,
                "responses.condition",
                f"a condition of «{name}» cannot be read",
                mend="write «- {type: slot, name: …, value: …}» for each.",
            )
        content = {k: v for k, v in variation.items() if k not in ("channel", "condition")}
        found.append(Variation(content, variation.get("channel"), condition))
    return tuple(found), problems


def _misshapen(variation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The parts that are of another kind than Rasa wants, or hold keys that nothing reads."""
    for part, (kind, _) in _SHAPES.items():
        value = variation.get(part)
        if value is not None and not isinstance(value, kind):
            yield part, "cannot be read"
        elif part in ("buttons", "quick_replies") and not all(
            isinstance(button, dict) and {"title", "payload"}.issuperset(button)
            for button in variation.get(part) or ()
        ):
            yield part, "holds more than title and payload"


def _condition(given: Any) -> tuple[tuple[tuple[str, Any], ...] | None, bool]:
    if given is None:
        return None, True
    parts = given if isinstance(given, list) else [given]
    whole = bool(parts) and all(
        isinstance(part, dict) and part.get("type") == "slot" and {"name", "value"} <= set(part)
        for part in parts
    )
    if not whole:
        return (), False
    return tuple((str(part["name"]), part["value"]) for part in parts), True
