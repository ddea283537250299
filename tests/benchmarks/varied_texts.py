"""What people write, for benchmarks: messages of many kinds, each rarely twice.

Questions and messages that understanding and search were developed with (not held-out ones),
in bokmål, nynorsk and dialect: questions that are answered, asked back or handed on,
praise, complaints, thanks, ratings without a question, and messages that mean nothing.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]


@cache
def texts() -> tuple[str, ...]:
    """All of them, each once, in an order that is the same every time."""
    found: dict[str, None] = {}
    for path in sorted((TESTS / "knowledge").glob("dev_questions*.jsonl")):
        found |= dict.fromkeys(json.loads(line)["q"] for line in _lines(path))
    found |= dict.fromkeys(
        json.loads(line)["text"] for line in _lines(TESTS / "intents" / "dev_messages.jsonl")
    )
    shuffled = list(found)
    random.Random(5).shuffle(shuffled)
    return tuple(shuffled)


def endless() -> Iterator[str]:
    """The texts; from the second time on with a number behind, so that none is the same."""
    for turn in itertools.count():
        for text in texts():
            yield text if turn == 0 else f"{text} {turn}"


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()
