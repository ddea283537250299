"""Learning in a process of its own: the memory that it takes, some 35 MB, goes with it.

    python -P -m intents.learning CONTENT CACHE

What is learnt lies in the cache afterwards, where `load_model` finds it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def learn_apart(content: Path, cache: Path) -> None:
    """Learn for a content folder, in another process. If that fails, nothing has happened."""
    command = [sys.executable, "-P", "-m", "intents.learning", str(content), str(cache)]
    subprocess.run(  # noqa: S603 (this very program)
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main() -> None:
    from intents.model import load_model
    from knowledge.content import load_content

    content, cache = map(Path, sys.argv[1:])
    load_model(load_content(content, cache).municipality, cache)


if __name__ == "__main__":
    main()
