"""Faults in content, told so that an editor can mend them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault: where, what, `[code]`; why; how to mend.

    `file` is relative to the content folder; `line` counts from 1, 0 means the
    file as a whole. Each `code` (like ``articles.twin-missing``) has a heading
    in `docs/`. An error stops the start or the reload, a warning does not.
    """

    file: str
    line: int
    code: str
    what: str
    why: str = ""
    mend: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        lines = [f"{place}: {self.what} [{self.code}]"]
        if self.why:
            lines.append(f"  {self.why}")
        if self.mend:
            lines.append(f"  Mend: {self.mend}")
        return "\n".join(lines)


class ContentError(Exception):
    """The content cannot be used; `problems` holds every fault that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n\n".join(str(problem) for problem in self.problems))
