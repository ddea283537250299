"""What drafts and articles were made from: the ledger of imports, and what has changed since.

`drafts/sources.json` names for each article its source, when it was taken and the hash of its
text; `drafts/.texts/<id>.txt` is the text as it was taken. Nothing in `drafts/` is ever answered.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from knowledge.articles import Article
from knowledge.problems import Problem

DRAFTS = "drafts"
LEDGER = f"{DRAFTS}/sources.json"
TEXTS = f"{DRAFTS}/.texts"
LONGEST_DIFF = 60  # lines


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source. `read` is the hash of the text that a person has read, `seen` the newest one.

    `address` is a web address, or a file and what stands in it. Dates are ISO. `written` is the
    hash of each draft file as it was made, by path: a changed one is never written over.
    """

    address: str
    standard: str
    taken: str
    read: str
    seen: str
    changed: str | None = None
    written: dict[str, str] = field(default_factory=dict)


def text_hash(text: str) -> str:
    """Short name of a text: the same words give the same name, however they are spaced."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def read_ledger(folder: Path) -> dict[str, SourceEntry]:
    """The ledger by article id; empty when nothing was imported.

    Raises ValueError (with why) when the file can't be read.
    """
    path = folder / LEDGER
    if not path.is_file():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, SourceEntry])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None


def write_ledger(folder: Path, ledger: dict[str, SourceEntry]) -> None:
    """Write the ledger, whole or not at all."""
    path = folder / LEDGER
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(ledger, order="deterministic")) + b"\n")
    new.replace(path)


def text_path(folder: Path, id: str) -> Path:
    """Where the newest text of a source is kept."""
    return folder / TEXTS / f"{id}.txt"


def difference(before: str, after: str) -> list[str]:
    """What changed between two texts, line by line, as `diff` shows it."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), "was", "is", "", "", 1, ""
    )
    shown = [line for line in lines if not line.startswith(("---", "+++"))]
    rest = len(shown) - LONGEST_DIFF
    return [*shown[:LONGEST_DIFF], f"… and {rest} lines more"] if rest > 0 else shown


def mark_read(entry: SourceEntry) -> SourceEntry:
    """A person has read the source as it is now."""
    return replace(entry, read=entry.seen, changed=None)


def check_sources(folder: Path, articles: Iterable[Article]) -> Iterator[Problem]:
    """Articles whose source has changed since somebody read it."""
    try:
        ledger = read_ledger(folder)
    except ValueError as error:
        yield Problem(
            LEDGER,
            0,
            "import.ledger",
            f"not readable: {error}",
            "Nobody would notice that a source changes.",
            "take it back from a copy, or delete it and import again.",
            "warning",
        )
        return
    for article in articles:
        entry = ledger.get(article.id)
        if entry is not None and entry.read != entry.seen:
            yield Problem(
                article.file,
                1,
                "import.stale",
                f"the source has changed ({entry.changed}): {entry.address}",
                "The article may tell people what is no longer so.",
                f"correct it, and say that you have: `samsvar release {article.id}`.",
                "warning",
            )
