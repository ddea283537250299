"""The repository as its own tests read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("knowledge", "intents", "dialogue", "connectors")
TEXTS = {".py", ".md", ".yml", ".toml", ".json", ".jsonl", ".html", ".css", ".js", ".txt", ".lock"}


def files(*suffixes: str, under: tuple[str, ...] = ()) -> Iterator[Path]:
    """Files of ours with these suffixes, in the given folders; in all, if none is given."""
    folders = under or (*ROOMS, "tests", "docs", "docker", ".ci")
    if not under:
        yield from (path for path in sorted(ROOT.iterdir()) if path.suffix in suffixes)
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file() and "__pycache__" not in path.parts:
                yield path


def name(path: Path) -> str:
    """The path as a person says it."""
    return path.relative_to(ROOT).as_posix()


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
