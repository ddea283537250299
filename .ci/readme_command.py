"""Print the one command of README.md that ends in the given words, as `samsvar demo`.

CI runs what the README says, so the two can't part.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
FENCE = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.M | re.S)


def commands() -> list[str]:
    """Everything in the README's shell fences, one string each."""
    return [block.strip() for block in FENCE.findall(README.read_text(encoding="utf-8"))]


def command_ending_in(words: str) -> str:
    """Raises SystemExit unless exactly one command sets up an environment and ends so."""
    found = [one for one in commands() if "-m venv" in one and one.endswith(words)]
    if len(found) != 1:
        raise SystemExit(f"README.md has {len(found)} set-up commands that end in «{words}», not 1")
    return found[0]


if __name__ == "__main__":
    print(command_ending_in(sys.argv[1]))
