"""YAML with line numbers, read as YAML 1.2 reads it (and so Rasa).

`yes`, `no`, `on`, `off` and dates are plain strings; only `true`/`false`,
`null`, whole and decimal numbers have a type. A key given twice is a fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge.problems import ContentError, Problem

PathInFile = tuple[str | int, ...]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's fast loader with the scalar types of YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+)$", "-+0123456789"),
    ("float", r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _integer(_loader: Any, node: yaml.ScalarNode) -> int:
    return int(node.value)  # YAML 1.2: a leading zero is decimal, not octal


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document: `data` as Python values, and the line where each part stands."""

    file: str
    data: Any
    lines: dict[PathInFile, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """The line (from 1) of the part at `path`, or of the nearest part above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str, file: str, first_line: int = 1) -> Document:
    """Read one YAML document.

    `first_line` is the line at which `text` begins in `file` (front matter).
    Raises ContentError ([yaml.syntax], [yaml.key-twice]) with the place.
    """
    loader = _Loader(text)
    lines: dict[PathInFile, int] = {}
    problems: list[Problem] = []

    def walk(node: yaml.Node, path: PathInFile) -> Any:
        lines.setdefault(path, node.start_mark.line + first_line)
        if isinstance(node, yaml.MappingNode):
            result: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                key = loader.construct_object(key_node, deep=True)
                line = key_node.start_mark.line + first_line
                if not isinstance(key, str | int | float | bool | None):
                    problems.append(Problem(file, line, "yaml.key", "a key must be plain text"))
                    continue
                if key in result:
                    problems.append(
                        Problem(
                            file,
                            line,
                            "yaml.key-twice",
                            f"«{key}» is given twice",
                            "Only the last would count, silently.",
                            "delete or rename one of them.",
                        )
                    )
                lines[(*path, key)] = line  # type: ignore[arg-type]
                result[key] = walk(value_node, (*path, key))  # type: ignore[arg-type]
            return result
        if isinstance(node, yaml.SequenceNode):
            return [walk(item, (*path, index)) for index, item in enumerate(node.value)]
        return loader.construct_object(node, deep=True)

    try:
        node = loader.get_single_node()
        data = walk(node, ()) if node is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line if mark else 0) + first_line
        what = getattr(error, "problem", None) or str(error)
        raise ContentError(
            [
                Problem(
                    file,
                    line,
                    "yaml.syntax",
                    f"not readable as YAML: {what}",
                    mend="check indentation, colons and quotes on this line and the one above.",
                )
            ]
        ) from None
    finally:
        loader.dispose()
    if problems:
        raise ContentError(problems)
    return Document(file, data, lines)


def read(path: Path, root: Path | None = None) -> Document:
    """Read the YAML file at `path`; `file` in faults is told relative to `root`."""
    name = str(path.relative_to(root)) if root else str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(
            [
                Problem(
                    name,
                    0,
                    "yaml.encoding",
                    f"not UTF-8 (byte {error.start})",
                    mend="save the file as UTF-8.",
                )
            ]
        ) from None
    return parse(text, name)
