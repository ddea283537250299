"""What each part of search gives: `python tests/benchmarks/search_ablation.py FILE.jsonl…`.

One part at a time is taken out, the gate is fitted again without it (so that the promised risk
is the same), and the labelled messages are asked. With --parts 2 the gate is fitted on two of
the five parts of the samples, which takes less than half the time. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from knowledge import calibrate as fitting
from knowledge import evidence, words
from knowledge.content import EXAMPLE, Content, load_content
from knowledge.gate import Calibration
from knowledge.index import build_index
from knowledge.search import Found, search


def _without_feature(name: str) -> ExitStack:
    column, views = evidence.FEATURES.index(name), evidence.views

    def fewer(features: Any) -> Any:
        features = features.copy()
        features[:, column] = 0.0
        return views(features)

    return _patched(("knowledge.evidence.views", fewer))


def _patched(*changes: tuple[str, object]) -> ExitStack:
    stack = ExitStack()
    for name, value in changes:
        stack.enter_context(patch(name, value))
    return stack


def _nothing(*_: object, **__: object) -> None:
    return None


def _same(word: str, *_: object) -> str:
    return word


PARTS: dict[str, Callable[[], ExitStack]] = {
    "everything": ExitStack,
    "words (BM25)": lambda: _without_feature("words"),
    "character n-grams (BM25)": lambda: _without_feature("grams"),
    "likeness to single questions": lambda: _without_feature("questions"),
    "share of the message held": lambda: _without_feature("told"),
    "matters outside the base": lambda: _patched(
        ("knowledge.index.shipped_topics", dict), ("knowledge.calibrate.shipped_topics", dict)
    ),
    "nn and dialect spellings as nb": lambda: _patched(
        ("knowledge.words.canonical", _same), ("knowledge.lexicon.canonical", _same)
    ),
    "dialect forms by rule": lambda: _patched(("knowledge.lexicon.Lexicon._dialect", _nothing)),
    "typing errors mended": lambda: _patched(("knowledge.lexicon.Lexicon._nearest", _nothing)),
    "compounds split": lambda: _patched(("knowledge.lexicon.Lexicon._best_parts", lambda *_: [])),
    "related words": lambda: _patched(("knowledge.weighing.related_terms", lambda *_: [])),
}


@contextmanager
def _fresh_words() -> Iterator[None]:
    for remembered in (words.fold, words.term):
        remembered.cache_clear()
    yield
    for remembered in (words.fold, words.term):
        remembered.cache_clear()


def measure(content: Content, asked: list[dict[str, Any]]) -> list[float]:
    """Right among what is shown, at once right, at once wrong of all, outside handed over."""
    figures = fitting.calibrate(content)
    fields = {key: figures[key] for key in Calibration.__dataclass_fields__}
    calibration = Calibration(**fields)  # type: ignore[arg-type]
    index = build_index(content.articles.values(), content.municipality)
    rows = [(one, search(index, one["q"], calibration=calibration)) for one in asked]
    inside = [(one, found) for one, found in rows if one["article"]]
    outside = [found for one, found in rows if not one["article"]]
    return [
        float(np.mean([_right(*row) for row in inside])),
        float(np.mean([_right(*row) and row[1].outcome == "answer" for row in inside])),
        float(np.mean([not _right(*row) and row[1].outcome == "answer" for row in rows])),
        float(np.mean([found.outcome == "handover" for found in outside])),
    ]


def _right(asked: dict[str, Any], found: Found) -> bool:
    accepted = {asked["article"], *asked.get("also", ())} - {None}
    return not accepted.isdisjoint((found.article, *found.alternatives))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--parts", type=int, default=fitting.PARTS)
    arguments = parser.parse_args()
    content = load_content(EXAMPLE)
    lines = [line for path in arguments.files for line in path.read_text("utf-8").splitlines()]
    asked = [json.loads(line) for line in lines]
    print(f"| without ({len(asked)} messages) | shown | at once right | wrong | handed over |")
    print("|---|---|---|---|---|", flush=True)
    with patch("knowledge.calibrate.ASKED", arguments.parts):
        for name, without in PARTS.items():
            with _fresh_words(), without():
                figures = measure(content, asked)
            print(f"| {name} | " + " | ".join(f"{one:.3f}" for one in figures) + " |", flush=True)


if __name__ == "__main__":
    main()
