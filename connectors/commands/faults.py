"""Faults and warnings in the terminal, alike in each command that checks something."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import typer

from knowledge.problems import Problem


def tell_problems(
    where: object, problems: Sequence[Problem], *, strict: bool, json_lines: bool
) -> None:
    """Tell each, and how many there are. Leaves with exit code 1 when there are faults.

    With `strict` warnings are faults too. JSON, one object a line, has no count.
    """
    faults = [each for each in problems if strict or each.severity == "error"]
    for each in problems:
        if json_lines:
            print(msgspec.json.encode(each).decode())
        else:
            typer.echo(f"{str(each) if strict else marked(each)}\n")
    if not json_lines:
        told = f"{len(faults)} faults" if faults else "nothing is wrong"
        typer.echo(f"{where}: {told}, {len(problems) - len(faults)} warnings.")
    if faults:
        raise typer.Exit(1)


def marked(problem: Problem) -> str:
    """The problem in words; a warning says that it is one."""
    return str(problem) if problem.severity == "error" else f"warning: {problem}"
