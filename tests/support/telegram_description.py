"""Judging values by the Bot API's own description (a machine-readable copy of its pages).

The description is not ours to keep here; `SAMSVAR_TELEGRAM_DESCRIPTION` names the file.
Tests that need it say so where it is absent.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DEFAULT = Path(__file__).parents[3] / "shared" / "specs" / "telegram-bot-api.json"
PLAIN: dict[str, Any] = {
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "String": lambda value: isinstance(value, str),
    "Boolean": lambda value: isinstance(value, bool),
    "True": lambda value: value is True,
    "Float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


@cache
def description() -> dict[str, Any]:
    """The description; skips the test where there is none."""
    path = Path(os.environ.get("SAMSVAR_TELEGRAM_DESCRIPTION", DEFAULT))
    if not path.is_file():
        pytest.skip(f"the Bot API description is not at {path}")
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def faults_of_call(method: str, data: dict[str, Any]) -> list[str]:
    """What the Bot API's pages have against a call."""
    found = description()["methods"].get(method)
    return (
        [f"no method {method}"] if found is None else _fields(method, found.get("fields", []), data)
    )


def faults_of_value(kind: str, value: Any) -> list[str]:
    """What the pages have against a value of a type, as `Update`."""
    return _value(kind, [kind], value)


def _fields(place: str, fields: list[dict[str, Any]], data: dict[str, Any]) -> list[str]:
    known = {field["name"]: field for field in fields}
    faults = [f"{place}.{name} is not known" for name in data if name not in known]
    for name, field in known.items():
        if name in data:
            faults += _value(f"{place}.{name}", field["types"], data[name])
        elif field["required"]:
            faults.append(f"{place}.{name} is missing")
    return faults


def _value(place: str, kinds: list[str], value: Any) -> list[str]:
    """The faults by the type that fits best."""
    return min((_one(place, kind, value) for kind in kinds), key=len)


def _one(place: str, kind: str, value: Any) -> list[str]:
    if kind in PLAIN:
        return [] if PLAIN[kind](value) else [f"{place} is no {kind}"]
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{place} is no array"]
        inner = kind.removeprefix("Array of ").split(" and ")
        return [fault for each in value for fault in _value(f"{place}[]", inner, each)]
    found = description()["types"].get(kind)
    if found is None:
        return []
    if found.get("subtypes"):
        return _value(place, found["subtypes"], value)
    if not isinstance(value, dict):
        return [f"{place} is no {kind}"]
    return _fields(place, found.get("fields", []), value)
