"""Reading the parts of a rule file: texts, dates, keys; faults told with their place."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from knowledge.municipality import Names
from knowledge.problems import ContentError, Problem, Severity
from knowledge.yaml_lines import Document
from knowledge.yaml_lines import read as parse_file

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Faults:
    """The faults of one file, gathered so that all are told at once."""

    document: Document
    found: list[Problem] = field(default_factory=list)

    def add(
        self,
        path: Path,
        code: str,
        what: str,
        why: str = "",
        mend: str = "",
        severity: Severity = "error",
    ) -> None:
        line = self.document.line(*path)
        self.found.append(
            Problem(self.document.file, line, f"routing.{code}", what, why, mend, severity)
        )


def read_entries(
    path: FilePath, root: FilePath, key: str
) -> tuple[Document | None, list[Any], list[Problem]]:
    """A file that may be missing: its document, the list under `key`, and why it can't be read."""
    if not path.is_file():
        return None, [], []
    try:
        document = parse_file(path, root)
    except ContentError as error:
        return None, [], list(error.problems)
    plain = document.data.get(key) if isinstance(document.data, dict) else None
    return document, plain if isinstance(plain, list) else [], []


def read_names(value: Any, path: Path, faults: Faults, beside: Set[str] = frozenset()) -> Names:
    """A text in both written standards; a missing one is a fault.

    So is a key that is neither a standard nor may stand `beside` them: a comma in a text
    without quotes makes one, as in `{nb: Hjem, ikke sykehjem, nn: Heim}`.
    """
    names = value if isinstance(value, dict) else {}
    unknown_keys(names, {"nb", "nn", *beside}, path, faults)
    for standard in ("nb", "nn"):
        if not isinstance(names.get(standard), str) or not names[standard].strip():
            faults.add(
                path,
                "text-missing",
                f"no text in {standard} for «{'.'.join(map(str, path))}»",
                "Both written standards are equal (språklova § 4).",
                f"write `{standard}: …`.",
            )
    return {key: str(text) for key, text in names.items() if key in ("nb", "nn")}


def read_day(value: Any, path: Path, faults: Faults) -> date | None:
    """A date as YYYY-MM-DD, None if there is none."""
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        faults.add(path, "date", f"«{value}» is no date", mend="write it as 2026-11-24.")
        return None


def has_keys(plain: dict[str, Any], needed: set[str], path: Path, faults: Faults) -> bool:
    """Whether `plain` has all keys that it needs; each missing one is a fault."""
    missing = sorted(needed - set(plain))
    for key in missing:
        faults.add(path, "field-missing", f"«{key}» is missing", mend=f"add `{key}: …`.")
    return not missing


def unknown_keys(plain: Mapping[str, Any], known: set[str], path: Path, faults: Faults) -> None:
    """Each key of `plain` that means nothing is a fault: a misspelt one would do nothing."""
    for key in sorted(set(plain) - known, key=str):
        faults.add(
            (*path, key),
            "field-unknown",
            f"«{key}» means nothing here",
            mend=f"use {', '.join(sorted(known))}.",
        )


def read_mapping(data: Mapping[str, Any], key: str, faults: Faults) -> dict[str, Any]:
    """The set of `name: value` under `key`; empty when there is none."""
    value = data.get(key) or {}
    if isinstance(value, dict):
        return value
    faults.add((key,), "field-missing", f"«{key}» is not a set of `name: value`")
    return {}


def read_list(data: Mapping[str, Any], key: str, faults: Faults, needed: bool = True) -> list[Any]:
    """The list under `key`; empty when there is none, which is a fault if it is needed."""
    value = data.get(key)
    if isinstance(value, list) and (value or not needed):
        return value
    if needed or value is not None:
        faults.add((), "field-missing", f"«{key}» is missing or not a list", mend=f"add `{key}:`.")
    return []
