"""Reading one decision table: its head, rows, named outcomes and limits of the law."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from dialogue.routing.conditions import Faults, Vocabulary, read_box, read_boxes
from dialogue.routing.domains import MAY_NEVER_MATTER
from dialogue.routing.ruleset import (
    EQUAL_TABLES,
    FIXED_OUTCOMES,
    Example,
    Handling,
    Limit,
    NamedOutcome,
    Row,
    Step,
    Table,
)
from knowledge.municipality import Municipality, Names

Path = tuple[str | int, ...]
_HEAD = {"table", "title", "purpose", "may_look_at", "builds_on", "order", "values", "limits"}
_ROW = {"id", "title", "when", "then", "basis", "owner", "examples", "reviewed"}
_ROW_MAY = {"valid_from", "valid_to", "over"}
_OUTCOME = {"nb", "nn", "width", "working_days", "steps"}


def read_table(
    data: dict[str, Any],
    words: Vocabulary,
    municipality: Municipality,
    faults: Faults,
) -> Table:
    """The table in `data`; what cannot be read is told in `faults` and left out."""
    name = data["table"]
    _unknown_keys(data, _HEAD | {"rows"}, (), faults)
    if name in EQUAL_TABLES:
        for fact in sorted(MAY_NEVER_MATTER & words.may_look_at):
            faults.add(
                ("may_look_at",),
                "fact-forbidden",
                f"the table «{name}» may not look at «{fact}»",
                "Like cases alike: it may decide neither unit, deadline nor visibility.",
                f"take «{fact}» out of may_look_at.",
            )
    outcomes = {
        str(key): _read_outcome(str(key), value, ("values", str(key)), faults)
        for key, value in _mapping(data, "values", faults).items()
    }
    _check_fixed(name, outcomes, faults)
    rows: list[Row] = []
    for number, plain in enumerate(_list(data, "rows", faults)):
        row = _read_row(plain, ("rows", number), name, outcomes, words, municipality, faults)
        if row is not None:
            if any(row.id == other.id for other in rows):
                faults.add(
                    ("rows", number, "id"),
                    "id-twice",
                    f"two rows are called «{row.id}»",
                    "A ticket names the row that decided it; the name must be one row's only.",
                    "give one of them another id.",
                )
            rows.append(row)
    limits = tuple(
        limit
        for number, plain in enumerate(_list(data, "limits", faults, needed=False))
        if (limit := _read_limit(plain, ("limits", number), words, faults)) is not None
    )
    return Table(
        name=name,
        file=faults.document.file,
        title=read_names(data.get("title"), ("title",), faults),
        purpose=read_names(data.get("purpose"), ("purpose",), faults),
        may_look_at=tuple(map(str, _list(data, "may_look_at", faults))),
        builds_on=tuple(map(str, _list(data, "builds_on", faults, needed=False))),
        rows=tuple(rows),
        outcomes=outcomes,
        limits=limits,
        order_meant=data.get("order") == "meant",
    )


def read_names(value: Any, path: Path, faults: Faults) -> Names:
    """A text in both written standards; a missing one is a fault."""
    names = value if isinstance(value, dict) else {}
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


def _read_row(
    plain: Any,
    path: Path,
    table: str,
    outcomes: Mapping[str, NamedOutcome],
    words: Vocabulary,
    municipality: Municipality,
    faults: Faults,
) -> Row | None:
    if not isinstance(plain, dict) or not _has_keys(plain, _ROW, path, faults):
        return None
    _unknown_keys(plain, _ROW | _ROW_MAY, path, faults)
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


def _read_outcome(id: str, value: Any, path: Path, faults: Faults) -> NamedOutcome:
    plain = value if isinstance(value, dict) else {}
    _unknown_keys(plain, _OUTCOME, path, faults)
    steps: tuple[Step, ...] = ()
    try:
        steps = msgspec.convert(plain.get("steps") or (), tuple[Step, ...])
    except msgspec.ValidationError as error:
        faults.add((*path, "steps"), "outcome", f"not steps of an escalation: {error}")
    for number, step in enumerate(steps):
        if step.to not in ("lead", "recusal_to") or step.since not in (
            "received",
            "due",
            "interim",
        ):
            faults.add(
                (*path, "steps", number),
                "outcome",
                f"a step goes to «{step.to}» since «{step.since}»",
                mend="`to` is lead or recusal_to, `since` is received, due or interim.",
            )
    names = read_names(plain, path, faults)
    return NamedOutcome(id, names, plain.get("width") or 0, plain.get("working_days"), steps)


def _check_fixed(name: str, outcomes: Mapping[str, NamedOutcome], faults: Faults) -> None:
    allowed = FIXED_OUTCOMES.get(name)
    for extra in sorted(set(outcomes) - allowed) if allowed is not None else ():
        faults.add(
            ("values", extra),
            "outcome-unknown",
            f"the table «{name}» cannot have the outcome «{extra}»",
            "What its outcomes do is built in.",
            f"use only {', '.join(sorted(allowed or ()))}.",
        )


def _read_limit(plain: Any, path: Path, words: Vocabulary, faults: Faults) -> Limit | None:
    if not isinstance(plain, dict) or not _has_keys(plain, {"id", "when", "basis"}, path, faults):
        return None
    fields = {"first_answer_working_days", "due_working_days", "interim_months"}
    _unknown_keys(plain, fields | {"id", "when", "basis"}, path, faults)
    box = read_box(plain["when"], (*path, "when"), words, faults)
    if box is None:
        return None
    return Limit(
        id=str(plain["id"]),
        box=box,
        basis=str(plain["basis"]),
        line=faults.document.line(*path),
        **{key: plain.get(key) for key in sorted(fields)},
    )


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
            faults.add((*path, number), "example", "an example has `facts` and `outcome`")
    if not examples:
        faults.add(
            path,
            "no-examples",
            "the row has no example",
            "The examples are its tests, and show a reader what it means.",
            "add one: `- {facts: {kind: …}, outcome: …}`.",
        )
    return tuple(examples)


def _has_keys(plain: dict[str, Any], needed: set[str], path: Path, faults: Faults) -> bool:
    missing = sorted(needed - set(plain))
    for key in missing:
        faults.add(path, "field-missing", f"«{key}» is missing", mend=f"add `{key}: …`.")
    return not missing


def _unknown_keys(plain: Mapping[str, Any], known: set[str], path: Path, faults: Faults) -> None:
    for key in sorted(set(plain) - known, key=str):
        faults.add(
            (*path, key),
            "field-unknown",
            f"«{key}» means nothing here",
            mend=f"use {', '.join(sorted(known))}.",
        )


def _mapping(data: Mapping[str, Any], key: str, faults: Faults) -> dict[str, Any]:
    value = data.get(key) or {}
    if isinstance(value, dict):
        return value
    faults.add((key,), "field-missing", f"«{key}» is not a set of `name: value`")
    return {}


def _list(data: Mapping[str, Any], key: str, faults: Faults, needed: bool = True) -> list[Any]:
    value = data.get(key)
    if isinstance(value, list) and (value or not needed):
        return value
    if needed or value is not None:
        faults.add((), "field-missing", f"«{key}» is missing or not a list", mend=f"add `{key}:`.")
    return []
