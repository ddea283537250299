"""Questions and answers from CSV, Excel and other bots' exports (JSON)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.importing.material import (
    LONGEST_QUESTION,
    LONGEST_TEXT,
    MOST_QUESTIONS,
    Harvest,
    Material,
    clean,
    clean_line,
    decode,
)

MOST_BYTES = 20_000_000
MOST_UNPACKED = 100_000_000  # bytes of all parts of a spreadsheet
MOST_ROWS = 10_000
DEEPEST = 12  # levels of an export that are looked through

COLUMNS = {
    "question": (
        "question", "questions", "spørsmål", "sporsmal", "spm", "utterance", "utterances",
        "user", "input", "examples", "training_phrases", "phrases",
    ),
    "answer": ("answer", "answers", "svar", "response", "responses", "reply", "output", "bot"),
    "title": ("title", "tittel", "name", "navn", "namn", "intent", "emne", "topic"),
    "link": ("link", "url", "lenke", "lenkje", "nettside", "address", "adresse"),
}  # fmt: skip
"""What columns and fields are called, in what we have seen of exports."""

Row = tuple[int, dict[str, Any]]  # line or number, and what stands there


def read_table(path: Path, harvest: Harvest) -> None:
    """Put the answers of a file into the harvest; questions with one answer become one draft."""
    if path.stat().st_size > MOST_BYTES:
        told = f"the file is larger than {MOST_BYTES // 1_000_000} MB"
        harvest.fault(path.name, 0, "import.too-large", told, "", "split it, and import each part.")
        return
    readers = {".csv": _csv_rows, ".tsv": _csv_rows, ".xlsx": _xlsx_rows, ".json": _json_rows}
    before = len(harvest.problems)
    rows = list(readers[path.suffix.lower()](path, harvest))
    if len(rows) > MOST_ROWS:
        told = f"more than {MOST_ROWS} rows; the rest is left out"
        harvest.fault(path.name, MOST_ROWS, "import.too-large", told, "", "split the file.")
    found = _material(path.name, rows[:MOST_ROWS], harvest)
    harvest.material.extend(found)
    if not found and len(harvest.problems) == before:
        mend = "see docs/content.md for the names of columns."
        harvest.fault(path.name, 0, "import.empty", "there is no answer in the file", "", mend)


def _material(file: str, rows: Iterable[Row], harvest: Harvest) -> list[Material]:
    answers: dict[str, list[tuple[str, str, str | None]]] = {}
    for line, row in rows:
        answer = "\n\n".join(clean(text) for text in _texts(row.get("answer")))
        questions = [clean_line(text) for text in _texts(row.get("question"))]
        title = clean_line(" ".join(_texts(row.get("title"))))
        if not answer or not (questions or title):
            missing = "answer" if not answer else "question"
            told = f"the row has no {missing}"
            harvest.fault(file, line, "import.row", told, "", "fill it in, or leave the row out.")
            continue
        link = next(iter(_texts(row.get("link"))), None)
        for question in questions or [""]:
            answers.setdefault(answer[:LONGEST_TEXT], []).append((question, title, link))
    found = []
    for answer, asked in answers.items():
        short = tuple(dict.fromkeys(q for q, _, _ in asked if 1 < len(q) <= LONGEST_QUESTION))
        title = next((t for _, t, _ in asked if t), "") or asked[0][0]
        link = next((x for _, _, x in asked if x and x.startswith(("http://", "https://"))), None)
        link = link if link and not any(c.isspace() for c in link) else None
        address = f"{file}: {title[:80]}"
        found.append(Material(address, title[:120], answer, link, short[:MOST_QUESTIONS]))
    return found


def _texts(value: Any) -> list[str]:
    """The texts in a cell or field, however deep an export puts them."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    if isinstance(value, dict):
        return [text for key in ("text", "value", "content") for text in _texts(value.get(key))]
    return [str(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _named(header: Sequence[Any]) -> dict[str, int]:
    names = [str(name or "").strip().lower().replace(" ", "_") for name in header]
    return {
        column: names.index(known[0])
        for column, words in COLUMNS.items()
        if (known := [word for word in words if word in names])
    }


def _cells(
    file: str, lines: Iterable[tuple[int, Sequence[Any]]], harvest: Harvest
) -> Iterator[Row]:
    columns: dict[str, int] | None = None
    for line, cells in lines:
        if not any(cell not in (None, "") for cell in cells):
            continue
        if columns is None:
            columns = _named(cells)
            if "answer" not in columns or not columns.keys() & {"question", "title"}:
                seen = ", ".join(str(cell)[:30] for cell in cells[:8] if cell)
                what = f"the first line names no column for question and answer (it has: {seen})"
                mend = "call the columns «spørsmål» and «svar» (or question and answer)."
                harvest.fault(file, line, "import.columns", what, "", mend)
                return
            continue
        yield line, {name: cells[at] for name, at in columns.items() if at < len(cells)}


def _csv_rows(path: Path, harvest: Harvest) -> Iterator[Row]:
    text = decode(path.read_bytes()).replace("\x00", "")
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], delimiters=";,\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.reader(io.StringIO(text, newline=""), dialect)
    try:
        yield from _cells(path.name, ((reader.line_num, cells) for cells in reader), harvest)
    except csv.Error as error:
        what = f"not readable as CSV: {error}"
        mend = "save it anew as CSV (UTF-8), or as .xlsx."
        harvest.fault(path.name, reader.line_num, "import.unreadable", what, "", mend)


def _xlsx_rows(path: Path, harvest: Harvest) -> Iterator[Row]:
    import openpyxl

    mend = "open it in a spreadsheet program and save it anew as .xlsx or CSV."
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            entities = unpacked <= MOST_UNPACKED and _declares_entities(archive)
        if unpacked > MOST_UNPACKED:
            what = f"unpacked it would be {unpacked // 1_000_000} MB"
            harvest.fault(path.name, 0, "import.too-large", what, "", mend)
            return
        if entities:
            what = "a part of the file declares entities"
            harvest.fault(path.name, 0, "import.unreadable", what, "", mend)
            return
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                cells = sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=50)
                place = f"{path.name}: {sheet.title}"
                yield from _cells(place, enumerate(cells, 1), harvest)
        finally:
            book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, SyntaxError) as error:
        what = f"not readable as .xlsx ({type(error).__name__})"
        harvest.fault(path.name, 0, "import.unreadable", what, "", mend)


def _declares_entities(archive: zipfile.ZipFile) -> bool:
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as file:
                if b"<!" in file.read(4096).replace(b"<!--", b""):
                    return True
    return False


def _json_rows(path: Path, harvest: Harvest) -> Iterator[Row]:
    try:
        data = json.loads(decode(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        what = f"not readable as JSON: {getattr(error, 'msg', 'it is too deep')}"
        harvest.fault(path.name, line, "import.unreadable", what, "", "export it anew.")
        return
    for number, entry in enumerate(_entries(data), 1):
        lowered = {str(key).lower(): value for key, value in entry.items()}
        yield (
            number,
            {
                name: next((lowered[word] for word in words if word in lowered), None)
                for name, words in COLUMNS.items()
            },
        )


def _entries(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects of an export that hold an answer, at whatever level."""
    if depth > DEEPEST:
        return
    if isinstance(data, dict):
        keys = {str(key).lower() for key in data}
        if keys & set(COLUMNS["answer"]) and keys & {*COLUMNS["question"], *COLUMNS["title"]}:
            yield data
            return
        data = list(data.values())
    if isinstance(data, list):
        for part in data:
            yield from _entries(part, depth + 1)
