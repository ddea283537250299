"""Measures search on labelled messages: `python tests/benchmarks/ask_evaluation.py FILE.jsonl`.

Each line is {"q": text, "standard": "nb"|"nn", "dialect": bool, "article": id or null}; null
means that no article answers it; "also" may list other ids that are right. Prints one table in
Markdown, with Wilson 95 % intervals (and Clopper and Pearson's upper bound where a risk is
promised), and with --misses every message that went wrong.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import msgspec

from dialogue.evaluation.intervals import most, wilson
from dialogue.evaluation.labelled import Question
from dialogue.evaluation.measures import question_holds
from knowledge.content import EXAMPLE, load_content
from knowledge.index import build_index
from knowledge.search import Found, search

Row = tuple[dict[str, Any], Found]

RISK = "<= 0.02"
MEASURES = (
    ("right first, or among the choices", ">= 0.90", "found"),
    ("answered at once and right", ">= 0.75", "answered_right"),
    ("asked back, right among the choices", "-", "asked_right"),
    ("handed over although answerable", "-", "handed_over"),
    ("answered at once and wrong, of all", RISK, "answered_wrong"),
    ("outside the base, not answered", ">= 0.95", "outside_kept"),
    ("outside the base, handed over", "-", "outside_handed_over"),
)  # as `samsvar evaluate` judges them


def _answered(row: Row) -> bool:
    return row[1].outcome == "answer"


def _right(row: Row) -> bool:
    return not _accepted(row[0]).isdisjoint((row[1].article, *row[1].alternatives))


def _accepted(asked: dict[str, Any]) -> set[str]:
    return {asked["article"], *asked.get("also", ())} - {None}


def _holds(row: Row) -> dict[str, bool]:
    plain = {name: getattr(row[1], name) for name in ("outcome", "article", "alternatives")}
    return question_holds(msgspec.convert(row[0], Question), plain | {"standard": ""})


def table(rows: list[Row]) -> str:
    """The figures per group, as a Markdown table."""
    groups: dict[str, list[Row]] = {
        "all": rows,
        "nb": [r for r in rows if r[0]["standard"] == "nb" and not r[0]["dialect"]],
        "nn": [r for r in rows if r[0]["standard"] == "nn" and not r[0]["dialect"]],
        "dialect": [r for r in rows if r[0]["dialect"]],
    }
    lines = [
        "| measure | target | " + " | ".join(f"{n} ({len(g)})" for n, g in groups.items()) + " |",
        "|---|---|" + "---|" * len(groups),
    ]
    for name, target, key in MEASURES:
        cells = []
        for group in groups.values():
            judged = [held[key] for held in map(_holds, group) if key in held]
            low, high = wilson(sum(judged), len(judged))
            share = sum(judged) / len(judged) if judged else 0.0
            bound = f", bound {most(sum(judged), len(judged)):.3f}" if target == RISK else ""
            cells.append(f"{share:.3f} ({low:.3f}-{high:.3f}{bound})")
        lines.append(f"| {name} | {target} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    parser.add_argument("--content", type=Path, default=EXAMPLE)
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    content = load_content(arguments.content)
    began = time.perf_counter()
    index = build_index(content.articles.values(), content.municipality)
    built = time.perf_counter() - began
    rows: list[Row] = []
    times = []
    for line in arguments.file.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        if not _accepted(asked) <= set(index.ids):
            print(f"no such article: {asked['article']}")
            continue
        began = time.perf_counter()
        found = search(index, asked["q"], asked["standard"])
        times.append(time.perf_counter() - began)
        rows.append((asked, found))
    print(table(rows))
    print(
        f"\n{len(index.ids)} articles indexed in {built:.2f} s; a search takes "
        f"{statistics.median(times) * 1e3:.2f} ms (median), "
        f"{sorted(times)[int(len(times) * 0.99)] * 1e3:.2f} ms (99 %)"
    )
    if arguments.misses:
        for asked, found in rows:
            wrong = _answered((asked, found)) and not _right((asked, found))
            if wrong or (asked["article"] and not _right((asked, found))):
                print(found.outcome, asked["article"], "|", asked["q"], "|", _told(found))


def _told(found: Found) -> str:
    ids = found.article or ", ".join(found.alternatives)
    return f"{ids} ({found.confidence:.2f})"


if __name__ == "__main__":
    main()
