"""Keys that a mapping may have: any other would be ignored in silence, so it is told of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from knowledge.problems import Problem
from knowledge.yaml_lines import Document, PathInFile

NOTHING: Mapping[str, str] = {}


def key_problems(
    document: Document, path: PathInFile, given: Mapping[Any, Any], known: Collection[str],
    code: str, whose: str, mends: Mapping[str, str] = NOTHING,
) -> list[Problem]:  # fmt: skip
    """A problem for each key of `given` (at `path`) that is not known.

    `whose` says what the mapping is («the entity «place»»); `mends` says what to do instead
    of a key that Rasa or an older Rasa has.
    """
    return [
        Problem(
            document.file,
            document.line(*path, key),
            code,
            f"{whose} has the key «{key}», which is not supported",
            mend=mends.get(str(key)) or _mend(str(key), known),
        )
        for key in given
        if key not in known
    ]


def _mend(key: str, known: Collection[str]) -> str:
    near = get_close_matches(key, sorted(known), 1)
    if near:
        return f"write «{near[0]}», if that is what is meant."
    return f"take it away; it would be ignored. Known: {', '.join(sorted(known))}."
