"""The rules as spreadsheets: one CSV file for each table, and back without loss.

A row of a table is a line; each further alternative of its conditions is a line below it
with the same id and nothing else. A column for each fact: `a, b` is one of these, `not a`
all else, empty is any. `only 12-15` keeps a spreadsheet from reading a date.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dialogue.routing.exchange import (
    TIMES,
    Plain,
    PlainRules,
    alternatives,
    condition_of,
    condition_parts,
    when_of,
)
from dialogue.routing.ruleset import OPTIONAL_TABLES, TABLES

HEAD = "ruleset"
HEAD_FILE = f"{HEAD}.csv"
HEAD_COLUMNS = ("table", "field", "value")
DELIMITER = ";"  # what a spreadsheet with Norwegian settings reads and writes
_FIXED = ("id", "title_nb", "title_nn")
_LAST = ("basis", "basis_nfvl", "owner", "reviewed", "valid_from", "valid_to", "over", "examples")
_LIKE_DATE = re.compile(r"[\d\-+./ ]+")
_TRUE, _FALSE = {"true", "sann"}, {"false", "usann"}


class CsvError(ValueError):
    """A cell can't be read; the message says file, line and column."""


def write_csv(rules: PlainRules) -> dict[str, str]:
    """The files, by name."""
    files = {HEAD_FILE: _text(head_lines(rules))}
    for name in rules.tables:
        files[f"{name}.csv"] = _text(table_lines(name, rules.tables[name]))
    return files


def read_csv(folder: Path) -> PlainRules:
    """The set in a folder that `write_csv` has filled. Raises CsvError, FileNotFoundError."""
    return read_sheets(lambda name: _lines(folder / f"{name}.csv"), ".csv")


def read_sheets(lines: Callable[[str], list[dict[str, str]]], ending: str = "") -> PlainRules:
    """The set in sheets: `lines` gives those of one, by column. Raises CsvError."""
    head: Plain = {}
    tables: dict[str, Plain] = {name: {} for name in TABLES}
    head_lines_read = lines(HEAD)
    _demand_columns(head_lines_read, f"{HEAD}{ending}", HEAD_COLUMNS, ())
    for line in head_lines_read:
        if line["table"] and line["table"] not in tables:
            raise CsvError(f"{HEAD}{ending}: there is no table «{line['table']}»")
        place = head if not line["table"] else tables[line["table"]]
        place[line["field"]] = _value(line["value"], f"{HEAD}{ending}, {line['field']}")
    for name in [*tables]:
        if name in OPTIONAL_TABLES and not tables[name]:
            del tables[name]  # a version from before there was such a table
            continue
        tables[name]["rows"] = _read_rows(name, lines(name), f"{name}{ending}")
    return PlainRules(head, tables)


def head_lines(rules: PlainRules) -> list[list[str]]:
    """What is true of the whole set and of each table, the columns first."""
    lines = [[*HEAD_COLUMNS]]
    lines += [["", key, _json(value)] for key, value in rules.head.items()]
    for name in rules.tables:
        for key, value in rules.tables[name].items():
            if key != "rows":
                lines.append([name, key, _json(value)])
    return lines


def table_lines(name: str, table: Plain) -> list[list[str]]:
    """The rows of a table, the columns first."""
    facts = _facts(table)
    outcome = list(TIMES) if name == "handling" else ["then"]
    lines = [[*_FIXED, *(f"when_{fact}" for fact in facts), *outcome, *_LAST]]
    for row in table["rows"]:
        for number, box in enumerate(alternatives(row["when"])):
            cells = [_condition(box[fact]) if fact in box else "" for fact in facts]
            if number:
                lines.append([row["id"], "", "", *cells, *([""] * (len(outcome) + len(_LAST)))])
                continue
            then = row["then"]
            told = (
                [str(then[key]) if key in then else "" for key in TIMES]
                if name == "handling"
                else [str(then)]
            )
            title = row["title"]
            lines.append([row["id"], title["nb"], title["nn"], *cells, *told, *_last(row)])
    return lines


def _last(row: Plain) -> list[str]:
    basis = row["basis"]
    by_act = basis if isinstance(basis, dict) else {"fvl": basis}
    return [
        str(by_act["fvl"]),
        str(by_act.get("nfvl") or ""),
        row["owner"],
        *(str(row.get(key) or "") for key in ("reviewed", "valid_from", "valid_to")),
        ", ".join(row.get("over") or ()),
        _json(row["examples"]),
    ]


def _facts(table: Plain) -> list[str]:
    """The columns: what the table declares, then what else its rows name (earlier outcomes)."""
    named = [fact for row in table["rows"] for box in alternatives(row["when"]) for fact in box]
    return list(dict.fromkeys([*table["may_look_at"], *named]))


def _condition(wanted: Any) -> str:
    negated, values = condition_parts(wanted)
    told = ", ".join(_json(v) if isinstance(v, bool) else str(v) for v in values)
    if negated:
        return f"not {told}"
    return f"only {told}" if _LIKE_DATE.fullmatch(told) else told


def _read_condition(cell: str) -> Any:
    negated = cell.startswith("not ")
    told = cell.removeprefix("not ").removeprefix("only ")
    return condition_of(negated, [_word(each.strip()) for each in told.split(",")])


def _word(text: str) -> Any:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    return text


def _read_rows(name: str, lines: list[dict[str, str]], file: str) -> list[Plain]:
    outcome = TIMES if name == "handling" else ("then",)
    _demand_columns(lines, file, (*_FIXED, *outcome, *_LAST), ("when_",))
    rows: list[Plain] = []
    boxes: dict[str, list[Plain]] = {}
    for number, line in enumerate(lines, start=2):
        where = f"{file}, line {number}"
        box = {
            key.removeprefix("when_"): _read_condition(cell)
            for key, cell in line.items()
            if key.startswith("when_") and cell
        }
        boxes.setdefault(line["id"], []).append(box)
        if line["title_nb"] or line["title_nn"] or line["owner"]:
            rows.append(_read_row(name, line, where))
        elif not rows or rows[-1]["id"] != line["id"]:
            raise CsvError(f"{where}: an alternative of «{line['id']}» stands apart from its row")
    for row in rows:
        row["when"] = when_of(boxes[row["id"]])
    return [{key: row[key] for key in _ORDER if key in row} for row in rows]


_ORDER = (
    *("id", "title", "when", "then", "basis", "owner", "reviewed"),
    *("valid_from", "valid_to", "over", "examples"),
)


def _read_row(name: str, line: dict[str, str], where: str) -> Plain:
    then: Any = line.get("then", "")
    if name == "handling":
        try:
            then = {key: int(line[key]) for key in TIMES if line[key]}
        except ValueError:
            raise CsvError(f"{where}: a time is no whole number") from None
    basis: Any = line["basis"]
    if line["basis_nfvl"]:
        basis = {"fvl": basis, "nfvl": line["basis_nfvl"]}
    row: Plain = {
        "id": line["id"],
        "title": {"nb": line["title_nb"], "nn": line["title_nn"]},
        "then": then,
        "basis": basis,
        "owner": line["owner"],
        "examples": _value(line["examples"], f"{where}, examples"),
    }
    row |= {key: line[key] for key in ("reviewed", "valid_from", "valid_to") if line[key]}
    if line["over"]:
        row["over"] = [each.strip() for each in line["over"].split(",")]
    return row


def _demand_columns(
    lines: Sequence[dict[str, str]], file: str, needed: Sequence[str], also: Sequence[str]
) -> None:
    """Refuse columns that are missing or mean nothing: a misspelt one would do nothing."""
    if not lines:
        raise CsvError(f"{file}: there are no lines")
    columns = [*lines[0]]
    missing = [each for each in needed if each not in columns]
    strange = [c for c in columns if c not in needed and not c.startswith(tuple(also or ("\0",)))]
    if missing or strange:
        told = [f"the column «{each}» is missing" for each in missing]
        told += [f"the column «{each}» means nothing" for each in strange]
        raise CsvError(f"{file}: {'; '.join(told)}")


def _lines(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";,\t", key=first.count)
    found = list(csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True))
    for number, line in enumerate(found, start=2):
        if None in line or None in line.values():
            raise CsvError(f"{path.name}, line {number}: more or fewer cells than columns")
    return found


def _text(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=DELIMITER, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _value(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise CsvError(f"{where}: not JSON: {error.msg}") from None
