"""Every code that a `Problem` or a doctor's `Finding` can have, read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# where the code stands among the arguments
KINDS = {"Problem": 2, "Finding": 2}


@dataclass(frozen=True)
class Maker:
    """A function that makes a `Problem` with a code that it is given."""

    place: int
    prefix: str


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield getattr(called, "attr", None) or getattr(called, "id", ""), node


def code_of(call: ast.Call, place: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == "code":
            return keyword.value
    return call.args[place] if len(call.args) > place else None


def makers(tree: ast.AST) -> Iterator[tuple[str, Maker]]:
    """Functions with a parameter `code` that hand it to a `Problem`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        names = [argument.arg for argument in node.args.args]
        if "code" not in names:
            continue
        place = names.index("code") - (names[0] in ("self", "cls"))
        for name, call in calls(node):
            given = code_of(call, KINDS[name]) if name in KINDS else None
            if isinstance(given, ast.Name):
                yield node.name, Maker(place, "")
            elif isinstance(given, ast.JoinedStr) and isinstance(given.values[0], ast.Constant):
                yield node.name, Maker(place, str(given.values[0].value))


def constants(given: ast.expr) -> Iterator[str]:
    """The texts that an expression can be: itself, or either arm of `a if … else b`."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.value:
        yield given.value
    elif isinstance(given, ast.IfExp):
        yield from constants(given.body)
        yield from constants(given.orelse)


@cache
def known_in(folder: Path) -> dict[str, list[Maker]]:
    """The makers of a folder: a name like `add` means other things elsewhere."""
    known = {name: [Maker(place, "")] for name, place in KINDS.items()}
    for path in sorted(folder.glob("*.py")):
        for name, maker in makers(ast.parse(path.read_text(encoding="utf-8"))):
            known.setdefault(name, []).append(maker)
    return known


def problem_codes(sources: Iterable[Path]) -> set[str]:
    """All codes in these files, as `routing.dead-row`."""
    codes: set[str] = set()
    for path in sources:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = known_in(path.parent)
        for name, call in calls(tree):
            for maker in known.get(name, []):
                given = code_of(call, maker.place)
                if given is not None:
                    codes |= {maker.prefix + text for text in constants(given)}
    return codes
