"""The rules as one Excel workbook (XLSX): a sheet for each table, as the CSV files have them.

Every cell is text, so that Excel changes nothing by itself. What a hand has changed is read
as far as its meaning is clear; else the cell is told.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from dialogue.routing.exchange import PlainRules
from dialogue.routing.exchange_csv import HEAD, CsvError, head_lines, read_sheets, table_lines

_AS_TEXT = "@"
_WIDEST = 60  # characters


def write_xlsx(rules: PlainRules) -> bytes:
    """The workbook."""
    book = Workbook()
    book.remove(book.active)
    sheets = {HEAD: head_lines(rules)}
    sheets |= {name: table_lines(name, table) for name, table in rules.tables.items()}
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for number, line in enumerate(lines, start=1):
            for column, text in enumerate(line, start=1):
                cell = sheet.cell(number, column)
                cell.value = text or None
                cell.data_type = "s" if text else "n"  # also what begins with «=» is text
                cell.number_format = _AS_TEXT
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                if number == 1:
                    cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
        for column, texts in enumerate(zip(*lines, strict=True), start=1):
            width = min(_WIDEST, 2 + max(map(len, texts)))
            sheet.column_dimensions[get_column_letter(column)].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_xlsx(data: bytes) -> PlainRules:
    """The set in a workbook that `write_xlsx` has made. Raises CsvError that tells the cell."""
    try:
        book = load_workbook(io.BytesIO(data))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise CsvError(f"no Excel workbook: {error}") from None

    def lines(name: str) -> list[dict[str, str]]:
        if name not in book.sheetnames:
            raise CsvError(f"there is no sheet «{name}»; there are {', '.join(book.sheetnames)}")
        return _lines(book[name])

    return read_sheets(lines)


def _lines(sheet: Any) -> list[dict[str, str]]:
    if sheet.merged_cells.ranges:
        merged = ", ".join(sorted(str(each) for each in sheet.merged_cells.ranges))
        raise CsvError(f"sheet {sheet.title}: the cells {merged} are merged; split them")
    rows = [[_told(sheet.title, cell) for cell in row] for row in sheet.iter_rows()]
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    columns = rows[0]
    while columns and not columns[-1]:
        columns.pop()
    if len(set(columns)) != len(columns) or "" in columns:
        raise CsvError(f"sheet {sheet.title}: a column has no name, or two have the same")
    for number, row in enumerate(rows[1:], start=2):
        if any(row[len(columns) :]):
            raise CsvError(f"sheet {sheet.title}, line {number}: more cells than columns")
    return [dict(zip(columns, row, strict=False)) for row in rows[1:]]


def _told(sheet: str, cell: Any) -> str:
    """What a cell says, as text."""
    value, where = cell.value, f"sheet {sheet}, cell {cell.coordinate}"
    if value is None:
        return ""
    if cell.data_type == "f":
        raise CsvError(f"{where}: a formula; write the value")
    if cell.data_type == "e":
        raise CsvError(f"{where}: {value} is a fault of the spreadsheet")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):  # datetime too
        if str(sheet) != HEAD and value.isoformat()[10:] in ("", "T00:00:00") and _is_day(cell):
            return value.isoformat()[:10]
        raise CsvError(f"{where}: became a date; format the cell as text and write it again")
    if isinstance(value, time):
        raise CsvError(f"{where}: became a time; format the cell as text and write it again")
    if isinstance(value, float):
        if not value.is_integer():
            raise CsvError(f"{where}: {value} is no whole number")
        return str(int(value))
    return str(value).strip()


def _is_day(cell: Any) -> bool:
    """Whether the cell stands in a column that holds days."""
    return str(cell.parent.cell(1, cell.column).value) in ("reviewed", "valid_from", "valid_to")
