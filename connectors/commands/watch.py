"""Checking while somebody writes: on each save, only what changed is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from connectors.commands.faults import marked
from knowledge.problems import Problem

LOOKED_AT_EVERY = 0.5  # seconds
ENDINGS = {".md", ".yml", ".csv"}

Fault = tuple[str, str, str]  # file, code, what: a line that moved is the same fault


def watch(
    folder: Path, check: Callable[[], list[Problem]], changes: Iterator[None] | None = None
) -> None:
    """Check now and after each change, until Ctrl-C. `changes` yields when to check again."""
    typer.echo(f"Watching {folder}. Ctrl-C ends.")
    if changes is None:
        changes = changes_in(folder)  # before the first check, so that no save is missed
    try:
        before = tell_change({}, check())
        for _ in changes:
            before = tell_change(before, check())
    except KeyboardInterrupt:
        typer.echo("")


def tell_change(before: dict[Fault, Problem], problems: list[Problem]) -> dict[Fault, Problem]:
    """Tell which faults came and which are mended; what is there now."""
    now = {(problem.file, problem.code, problem.what): problem for problem in problems}
    for fault in sorted(before.keys() - now.keys()):
        typer.secho(f"mended: {fault[0]}: {fault[2]} [{fault[1]}]", fg="green")
    for fault in sorted(now.keys() - before.keys()):
        problem = now[fault]
        colour = "red" if problem.severity == "error" else "yellow"
        typer.secho(f"{marked(problem)}\n", fg=colour)
    errors = sum(problem.severity == "error" for problem in now.values())
    typer.echo(f"{errors} faults, {len(now) - errors} warnings.")
    return now


def changes_in(folder: Path) -> Iterator[None]:
    """Yields each time something in the folder was saved, made or deleted since this call."""
    return _changes(folder, _state(folder))


def _changes(folder: Path, seen: dict[str, tuple[int, int]]) -> Iterator[None]:
    while True:
        time.sleep(LOOKED_AT_EVERY)
        now = _state(folder)
        if now != seen:
            seen = now
            yield


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    state = {}
    for path in folder.rglob("*"):
        if path.suffix in ENDINGS:
            try:
                stat = path.stat()
            except FileNotFoundError:  # an editor replaces a file by another
                continue
            state[str(path)] = (stat.st_mtime_ns, stat.st_size)
    return state
