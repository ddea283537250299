"""Tables and other bots' exports: what is read of them, and how hostile files are refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from connectors.importing.material import Harvest
from connectors.importing.tables import read_table


def table(path: Path) -> Harvest:
    harvest = Harvest()
    read_table(path, harvest)
    return harvest


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    book.close()
    return path


def test_rows_with_one_answer_become_one_draft_with_all_questions(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Spørsmål", "Svar", "Lenke"],
        ["Når?", "Hver dag.", "https://vag.example/x"],
        ["Kva tid?", "Hver dag.", None],
        [None, None, None],
        ["Bare spørsmål", None, None],
    ]
    harvest = table(workbook(tmp_path / "faq.xlsx", rows))
    (piece,) = harvest.material
    assert (piece.questions, piece.link) == (("Når?", "Kva tid?"), "https://vag.example/x")
    assert [(p.code, p.line) for p in harvest.problems] == [("import.row", 5)]


@pytest.mark.parametrize(
    "export",
    [
        [{"question": "Når?", "answer": "Hver dag."}],
        {
            "intents": [
                {"intent": "Når", "examples": ["Når?"], "responses": [{"text": "Hver dag."}]}
            ]
        },
        {"data": {"faq": [{"Utterances": [{"text": "Når?"}], "Response": "Hver dag."}]}},
    ],
)
def test_an_export_is_read_whatever_it_calls_its_parts(tmp_path: Path, export: object) -> None:
    path = tmp_path / "bot.json"
    path.write_text(json.dumps(export), encoding="utf-8")
    (piece,) = table(path).material
    assert piece.text == "Hver dag."
    assert piece.questions == ("Når?",)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)


def entities(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "import.empty"),
        ("a.csv", b"navn;epost\nx;y\n", "import.columns"),
        ("a.csv", b"question,answer\n" + b'"' + b"x" * 200_000 + b'",y\n', "import.unreadable"),
        ("a.xlsx", b"not a zip", "import.unreadable"),
        ("a.xlsx", bomb, "import.too-large"),
        ("a.xlsx", entities, "import.unreadable"),
        ("a.json", b"{broken", "import.unreadable"),
        ("a.json", b"[" * 100_000, "import.unreadable"),
        ("a.json", b'{"rows": [1, 2]}', "import.empty"),
    ],
)
def test_a_table_that_cannot_be_used_says_why_and_how_to_mend_it(
    tmp_path: Path, name: str, content: bytes | Callable[[Path], None], code: str
) -> None:
    path = tmp_path / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)
    harvest = table(path)
    assert {problem.code for problem in harvest.problems} == {code}
    assert all(problem.mend for problem in harvest.problems)
    assert harvest.material == []
