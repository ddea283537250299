"""Writes drafts of what was imported, and tells what has changed since the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from connectors.importing.material import Harvest, Material, id_of
from knowledge.article_form import Beginning, article_form, article_paths
from knowledge.articles import STANDARDS
from knowledge.sources import (
    DRAFTS,
    SourceEntry,
    difference,
    read_ledger,
    text_hash,
    text_path,
    write_ledger,
)


@dataclass(frozen=True, slots=True)
class Place:
    """What drafts begin with, when the source doesn't tell."""

    unit: str
    theme: str


@dataclass(slots=True)
class Report:
    """What an import did, by article id. `changed` holds the lines that differ."""

    drafted: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)


def write_drafts(
    folder: Path,
    harvest: Harvest,
    place: Place,
    standard_of: Callable[[str], str],
    today: date,
) -> Report:
    """Make a draft of each piece that is new, and mark what changed at its source.

    Raises ValueError when the ledger can't be read.
    """
    ledger = read_ledger(folder)
    by_address = {entry.address: id for id, entry in ledger.items()}
    report = Report()
    for piece in harvest.material:
        id = by_address.get(piece.address)
        if id is None:
            id = _free_id(folder, id_of(piece.title), ledger)
            ledger[id] = _draft(folder, id, piece, place, standard_of(piece.text), today)
            by_address[piece.address] = id
            report.drafted.append(id)
        elif ledger[id].seen == _hash(piece):
            report.unchanged.append(id)
        else:
            path = text_path(folder, id)
            before = path.read_text(encoding="utf-8") if path.is_file() else ""
            report.changed[id] = difference(before, _whole(piece))
            ledger[id] = _changed(folder, id, piece, ledger[id], place, today)
        write_ledger(folder, ledger)  # after each: what is written is never forgotten
    return report


def _draft(
    folder: Path, id: str, piece: Material, place: Place, standard: str, today: date
) -> SourceEntry:
    """Both twins in drafts/: what was found in its own standard, the other to be written."""
    beginning = Beginning(
        id,
        place.unit,
        place.theme,
        dict.fromkeys(STANDARDS, piece.title),
        link=piece.link,
        questions={standard: piece.questions},
        body={standard: piece.text},
        sources=(f"{piece.address}, {today.isoformat()}, {_hash(piece)}",),
    )
    written = {}
    for one, path in article_paths(beginning).items():
        draft = folder / DRAFTS / Path(path).relative_to("articles")
        draft.parent.mkdir(parents=True, exist_ok=True)
        text = article_form(beginning, one, today)
        draft.write_text(text, encoding="utf-8")
        written[draft.relative_to(folder).as_posix()] = _file_hash(text)
    _keep_text(folder, id, piece)
    seen = _hash(piece)
    return SourceEntry(piece.address, standard, today.isoformat(), seen, seen, written=written)


def _changed(
    folder: Path, id: str, piece: Material, entry: SourceEntry, place: Place, today: date
) -> SourceEntry:
    """A draft that nobody has touched is made anew; what somebody has written is marked stale."""
    untouched = all(
        (folder / path).is_file() and _file_hash((folder / path).read_text("utf-8")) == made
        for path, made in entry.written.items()
    )
    if untouched and entry.written:
        themed = replace(place, theme=Path(next(iter(entry.written))).parent.name)
        return _draft(folder, id, piece, themed, entry.standard, today)
    _keep_text(folder, id, piece)
    return replace(entry, seen=_hash(piece), changed=today.isoformat())


def _keep_text(folder: Path, id: str, piece: Material) -> None:
    path = text_path(folder, id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_whole(piece), encoding="utf-8")


def _whole(piece: Material) -> str:
    return "\n".join([f"# {piece.title}", piece.text, *piece.questions, ""])


def _hash(piece: Material) -> str:
    return text_hash(_whole(piece))


def _file_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _free_id(folder: Path, wanted: str, ledger: dict[str, SourceEntry]) -> str:
    """An id that neither an article, a draft nor another source has."""
    taken = {
        path.name.split(".")[0]
        for place in (DRAFTS, "articles")
        for path in (folder / place).rglob("*.md")
    }
    number, id = 1, wanted
    while id in taken or id in ledger:
        number += 1
        id = f"{wanted}-{number}"
    return id
