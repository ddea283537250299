"""Which version of the rules was adopted, from when, by whom and why: `tables/adopted.yml`.

Only written by adding to it. A version that was adopted may not be altered afterwards;
its digest tells if it was.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from dialogue.routing.reading import read_entries
from dialogue.routing.tables import ADOPTED, FOLDER, HEAD
from knowledge.problems import Problem
from knowledge.yaml_lines import parse

_TITLE = (
    "# Which rules are in force from when. `samsvar rules adopt` and `rollback` add to it.\n"
    "# What is recorded last counts from its day on. `by` is a body or a role, never a name.\n"
)


class Adoption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision. `from_day` is the first day of the version, `digest` that of its files."""

    version: str
    from_day: date
    by: str
    case: str
    why: str
    recorded_at: datetime
    digest: str
    kind: str = "adopted"  # adopted | rolled_back


def digest_of(folder: Path) -> str:
    """What the files of one version hold, as 16 signs."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yml")):
        if path.name != ADOPTED:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def version_folders(folder: Path) -> tuple[str, ...]:
    """The folders that hold a version, relative to the content folder: `tables` itself first."""
    tables = folder / FOLDER
    own = (FOLDER,) if (tables / HEAD).is_file() else ()
    below = sorted(path.parent.name for path in tables.glob(f"*/{HEAD}"))
    return (*own, *(f"{FOLDER}/{name}" for name in below))


def read_adoptions(folder: Path) -> tuple[tuple[Adoption, ...], list[Problem]]:
    """The decisions in the order in which they were recorded, and what can't be read of them."""
    document, plain, problems = read_entries(folder / FOLDER / ADOPTED, folder, "decisions")
    if document is None:
        return (), problems
    found: list[Adoption] = []
    for number, each in enumerate(plain):
        try:
            found.append(msgspec.convert(each, Adoption))
        except msgspec.ValidationError as error:
            problems.append(
                Problem(
                    document.file,
                    document.line("decisions", number),
                    "routing.adoption",
                    f"the decision can't be read: {error}",
                    "Tickets are decided by the version that was in force when they came.",
                    "take the change back; write it with `samsvar rules adopt`.",
                )
            )
    return tuple(found), problems


def add_adoption(folder: Path, adoption: Adoption) -> Path:
    """Write a decision at the end of `tables/adopted.yml`; what stands there is kept as it is."""
    path = folder / FOLDER / ADOPTED
    before = path.read_text(encoding="utf-8") if path.is_file() else f"{_TITLE}decisions:\n"
    plain: dict[str, Any] = msgspec.to_builtins(adoption)
    lines = yaml.safe_dump([plain], allow_unicode=True, sort_keys=False, width=1000)
    text = before.rstrip("\n") + "\n" + "".join(f"  {line}\n" for line in lines.splitlines())
    parse(text, path.name)  # nothing is written that can't be read
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
    return path
