"""Reading one decision table: its head, named outcomes, limits of the law, and rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from dialogue.routing.conditions import Vocabulary, read_box
from dialogue.routing.reading import (
    Faults,
    Path,
    has_keys,
    read_list,
    read_mapping,
    read_names,
    unknown_keys,
)
from dialogue.routing.row_file import read_row
from dialogue.routing.ruleset import (
    FIXED_OUTCOMES,
    MAY_NOT_DECIDE,
    Box,
    Limit,
    NamedOutcome,
    Row,
    Step,
    Table,
)
from knowledge.municipality import Municipality

_HEAD = {"table", "title", "purpose", "may_look_at", "builds_on", "order", "values", "limits"}
_HEAD_MAY = {"exceptions"}
_OUTCOME = {"nb", "nn", "width", "working_days", "steps"}


def read_table(
    data: dict[str, Any],
    words: Vocabulary,
    municipality: Municipality,
    faults: Faults,
) -> Table:
    """The table in `data`; what cannot be read is told in `faults` and left out."""
    name = data["table"]
    unknown_keys(data, _HEAD | _HEAD_MAY | {"rows"}, (), faults)
    for fact in sorted(MAY_NOT_DECIDE.get(name, frozenset()) & words.may_look_at):
        faults.add(
            ("may_look_at",),
            "fact-forbidden",
            f"the table «{name}» may not look at «{fact}»",
            "Like cases alike: it may decide neither unit, deadline, visibility nor whom we ask.",
            f"take «{fact}» out of may_look_at.",
        )
    outcomes = {
        str(key): _read_outcome(str(key), value, ("values", str(key)), faults)
        for key, value in read_mapping(data, "values", faults).items()
    }
    _check_fixed(name, outcomes, faults)
    rows: list[Row] = []
    for number, plain in enumerate(read_list(data, "rows", faults)):
        row = read_row(plain, ("rows", number), name, outcomes, words, municipality, faults)
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
        for number, plain in enumerate(read_list(data, "limits", faults, needed=False))
        if (limit := _read_limit(plain, ("limits", number), words, faults)) is not None
    )
    return Table(
        name=name,
        file=faults.document.file,
        title=read_names(data.get("title"), ("title",), faults),
        purpose=read_names(data.get("purpose"), ("purpose",), faults),
        may_look_at=tuple(map(str, read_list(data, "may_look_at", faults))),
        builds_on=tuple(map(str, read_list(data, "builds_on", faults, needed=False))),
        rows=tuple(rows),
        outcomes=outcomes,
        limits=limits,
        exceptions=_read_exceptions(data, words, faults),
        order_meant=data.get("order") == "meant",
    )


def _read_outcome(id: str, value: Any, path: Path, faults: Faults) -> NamedOutcome:
    plain = value if isinstance(value, dict) else {}
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
    names = read_names(plain, path, faults, beside=_OUTCOME)
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
    if not isinstance(plain, dict) or not has_keys(plain, {"id", "when", "basis"}, path, faults):
        return None
    fields = {"first_answer_working_days", "due_working_days", "interim_months"}
    unknown_keys(plain, fields | {"id", "when", "basis"}, path, faults)
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


def _read_exceptions(data: Mapping[str, Any], words: Vocabulary, faults: Faults) -> tuple[Box, ...]:
    boxes = []
    for number, plain in enumerate(read_list(data, "exceptions", faults, needed=False)):
        path: Path = ("exceptions", number)
        if isinstance(plain, dict) and has_keys(plain, {"when", "basis"}, path, faults):
            box = read_box(plain["when"], (*path, "when"), words, faults)
            boxes += [box] if box is not None else []
    return tuple(boxes)
