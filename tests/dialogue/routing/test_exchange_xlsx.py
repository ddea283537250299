"""The rules as an Excel workbook: nothing is lost, and a hand's mistakes are told by cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from dialogue.routing.exchange import normal, read_plain
from dialogue.routing.exchange_csv import CsvError
from dialogue.routing.exchange_xlsx import read_xlsx, write_xlsx
from knowledge.content import EXAMPLE


@pytest.fixture(scope="module")
def workbook() -> bytes:
    return write_xlsx(normal(read_plain(EXAMPLE / "tables")))


def edited(data: bytes, edit: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(data))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def place(book: Any, sheet: str, column: str, line: int = 2) -> Any:
    names = [cell.value for cell in book[sheet][1]]
    return book[sheet].cell(line, names.index(column) + 1)


def test_the_workbook_gives_back_the_same_set(workbook: bytes) -> None:
    plain = normal(read_plain(EXAMPLE / "tables"))
    back = read_xlsx(workbook)
    assert back.head == plain.head
    assert back.tables == plain.tables


def test_a_number_and_a_day_of_excel_are_read(workbook: bytes) -> None:
    def edit(book: Any) -> None:
        place(book, "handling", "due_working_days", 3).value = 2.0
        place(book, "handling", "reviewed", 3).value = datetime(2027, 1, 5)

    row = read_xlsx(edited(workbook, edit)).tables["handling"]["rows"][1]
    assert row["then"]["due_working_days"] == 2
    assert row["reviewed"] == "2027-01-05"


def _merge(book: Any) -> None:
    book["unit"].merge_cells("A2:A3")


def _misspell(book: Any) -> None:
    place(book, "unit", "when_kind", 1).value = "whn_kind"


def _drop(book: Any) -> None:
    place(book, "unit", "owner", 1).value = None


def _become_a_date(book: Any) -> None:
    place(book, "rating", "when_age_group", 6).value = datetime(2015, 12, 1)


def _part(book: Any) -> None:
    place(book, "handling", "due_working_days").value = 2.5


def _word(book: Any) -> None:
    place(book, "handling", "due_working_days").value = "fem"


def _formula(book: Any) -> None:
    place(book, "unit", "then").value = "=A2"


def _remove(book: Any) -> None:
    book.remove(book["recusal"])


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_merge, "sheet unit: the cells A2:A3 are merged"),
        (_misspell, "unit: the column «whn_kind» means nothing"),
        (_drop, "sheet unit: a column has no name"),
        (_become_a_date, "became a date"),
        (_part, "2.5 is no whole number"),
        (_word, "handling, line 2: a time is no whole number"),
        (_formula, "a formula"),
        (_remove, "there is no sheet «recusal»"),
    ],
)
def test_a_mistake_of_the_hand_is_told(
    workbook: bytes, edit: Callable[[Any], None], told: str
) -> None:
    with pytest.raises(CsvError, match=told):
        read_xlsx(edited(workbook, edit))


def test_what_is_no_workbook_is_told() -> None:
    with pytest.raises(CsvError, match="no Excel workbook"):
        read_xlsx(b"id;title")
