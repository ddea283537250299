"""What another content folder, an earlier commit or a kept report made of labelled lines."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from dialogue.edition import Edition, load_edition
from dialogue.evaluation.evaluate import judged_by
from dialogue.evaluation.labelled import Line, Message, Question, key_of
from dialogue.evaluation.measures import Judged
from dialogue.evaluation.predictions import Plain, predict
from dialogue.evaluation.report import Report

WITHIN = 600  # seconds, for a commit to answer


class AgainstError(Exception):
    """There is nothing to compare with; the message says why."""


def judged_before(
    name: str, lines: Sequence[Line], edition: Edition, own: bool, cache: Path | None
) -> list[Judged]:
    """The lines judged by `name`: a report (JSON), a content folder, or a commit of git.

    `own`: the content is not the example's, so a commit is asked with today's content. Raises
    AgainstError, and ContentError for a folder.
    """
    path = Path(name)
    if path.is_file():
        return _kept(path)
    if path.is_dir():
        return judged_by(edition, lines, predict(load_edition(path, cache), lines))
    content = edition.content.folder.resolve() if own else None
    return judged_by(edition, lines, _asked_of_commit(name, lines, content))


def _kept(path: Path) -> list[Judged]:
    try:
        return list(msgspec.json.decode(path.read_bytes(), type=Report).lines)
    except msgspec.DecodeError as error:
        raise AgainstError(f"{path} is no report of `samsvar evaluate`: {error}") from None


def _asked_of_commit(commit: str, lines: Sequence[Line], content: Path | None) -> dict[str, Plain]:
    """Run the commit's own `ask` and `understand`, on its files in a folder of their own."""
    archive = subprocess.run(  # noqa: S603 (git, with a name that git itself checks)
        ["git", "archive", "--format=tar", f"{commit}^{{commit}}"],  # noqa: S607
        capture_output=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    if archive.returncode:
        said = archive.stderr.decode(errors="replace").strip()
        raise AgainstError(f"{commit} is neither a report, a content folder nor a commit ({said}).")
    with tempfile.TemporaryDirectory(prefix="samsvar-commit-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
            packed.extractall(folder, filter="data")
        asked: dict[str, list[tuple[str, dict[str, Any]]]] = {"ask": [], "understand": []}
        for line in lines:
            if isinstance(line, Question):
                asked["ask"].append((key_of(line), {"q": line.q}))
            elif isinstance(line, Message):
                asked["understand"].append((key_of(line), _message(line)))
        found: dict[str, Plain] = {}
        for command, rows in asked.items():
            found |= _run(Path(folder), command, rows, content)
    return found


def _message(line: Message) -> dict[str, Any]:
    given = {"text": line.text, "expecting": line.expecting, "choices": list(line.choices)}
    return {name: value for name, value in given.items() if value}


def _run(
    folder: Path, command: str, rows: list[tuple[str, dict[str, Any]]], content: Path | None
) -> dict[str, Plain]:
    if not rows:
        return {}
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SAMSVAR_")}
    named = {} if content is None else {"SAMSVAR_CONTENT": str(content)}
    done = subprocess.run(  # noqa: S603 (this Python)
        [sys.executable, "-P", "-m", "connectors.cli", command, "--json"],
        input=b"".join(msgspec.json.encode(row) + b"\n" for _, row in rows),
        capture_output=True,
        check=False,
        timeout=WITHIN,
        cwd=folder,
        env=inherited | named | {"PYTHONPATH": str(folder)},
    )
    out = done.stdout.splitlines()
    if len(out) != len(rows):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise AgainstError(f"that commit's `samsvar {command} --json` failed: {' '.join(last)}")
    return {key: msgspec.json.decode(line) for (key, _), line in zip(rows, out, strict=True)}
