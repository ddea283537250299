"""Reading one row of a decision table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from dialogue.routing.conditions import Vocabulary, read_boxes
from dialogue.routing.reading import Faults, Path, has_keys, read_day, read_names, unknown_keys
from dialogue.routing.ruleset import Example, Handling, NamedOutcome, Row
from knowledge.municipality import Municipality

_ROW = {"id", "title", "when", "then", "basis", "owner", "examples", "reviewed"}
_ROW_MAY = {"valid_from", "valid_to", "over"}


def read_row(
    plain: Any,
    path: Path,
    table: str,
    outcomes: Mapping[str, NamedOutcome],
    words: Vocabulary,
    municipality: Municipality,
    faults: Faults,
) -> Row | None:
    """The row in `plain`, None when it cannot be used; why is told in `faults`."""
    if not isinstance(plain, dict) or not has_keys(plain, _ROW, path, faults):
        return None
    unknown_keys(plain, _ROW | _ROW_MAY, path, faults)
    then = _read_then(plain["then"], (*path, "then"), table, outcomes, municipality, faults)
    boxes = read_boxes(plain["when"], (*path, "when"), words, faults)
    if plain["owner"] not in municipality.units:
        faults.add(
            (*path, "owner"),
            "owner-unknown",
            f"the row's owner «{plain['owner']}» is no unit",
            "Someone must answer for each rule and review it.",
            "use the id of a unit.",
        )
    if then is None or not boxes:
        return None
    days = {
        key: read_day(plain.get(key), (*path, key), faults)
        for key in ("reviewed", "valid_from", "valid_to")
    }
    return Row(
        id=str(plain["id"]),
        title=read_names(plain["title"], (*path, "title"), faults),
        boxes=boxes,
        then=then,
        basis=_read_basis(plain["basis"], (*path, "basis"), faults),
        owner=str(plain["owner"]),
        line=faults.document.line(*path),
        examples=_read_examples(plain["examples"], (*path, "examples"), faults),
        over=frozenset(map(str, plain.get("over") or ())),
        **days,
    )


def _read_then(
    then: Any,
    path: Path,
    table: str,
    outcomes: Mapping[str, NamedOutcome],
    municipality: Municipality,
    faults: Faults,
) -> str | Handling | None:
    if table == "handling":
        try:
            return msgspec.convert(then, Handling, strict=True)
        except msgspec.ValidationError as error:
            faults.add(path, "outcome", f"not a handling time: {error}")
            return None
    possible = (*municipality.units, "owner", "decider") if table == "unit" else tuple(outcomes)
    if then not in possible:
        faults.add(
            path,
            "outcome-unknown",
            f"the table «{table}» has no outcome «{then}»",
            mend=f"use one of {', '.join(possible)}.",
        )
        return None
    return str(then)


def _read_basis(value: Any, path: Path, faults: Faults) -> dict[str, str]:
    basis = value if isinstance(value, dict) else {"fvl": value}
    texts = {str(key): str(text) for key, text in basis.items() if text}
    if "fvl" not in texts or set(texts) - {"fvl", "nfvl"}:
        faults.add(
            path,
            "basis-missing",
            "the row has no basis",
            "A rule without law or local decision behind it cannot be explained to anyone.",
            "write the section, or `{fvl: …, nfvl: …}` for the old and the new act.",
        )
    return texts


def _read_examples(value: Any, path: Path, faults: Faults) -> tuple[Example, ...]:
    examples: list[Example] = []
    for number, plain in enumerate(value if isinstance(value, list) else ()):
        if isinstance(plain, dict) and set(plain) == {"facts", "outcome"}:
            line = faults.document.line(*path, number)
            examples.append(Example(plain["facts"] or {}, plain["outcome"], line))
        else:
            faults.add((*path, number), "example-facts", "an example has `facts` and `outcome`")
    if not examples:
        faults.add(
            path,
            "no-examples",
            "the row has no example",
            "The examples are its tests, and show a reader what it means.",
            "add one: `- {facts: {kind: …}, outcome: …}`.",
        )
    return tuple(examples)
