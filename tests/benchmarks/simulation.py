"""Measures `samsvar simulate` on past tickets: `python tests/benchmarks/simulation.py`.

Fills a store in a temporary folder with invented tickets, changes one deadline of the
example municipality, and runs the command as a person would.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from past_cases import fill, past_rows

from connectors.app import open_store
from connectors.settings import Settings
from dialogue.routing.invented import invent
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.municipality_files import read_municipality


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    count = parser.parse_args().tickets
    municipality, _ = read_municipality(EXAMPLE)
    assert municipality is not None
    rules = load_rules(EXAMPLE, municipality)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = past_rows(rules, islice(invent(rules), count), datetime(2025, 1, 1, tzinfo=UTC))
        asyncio.run(_fill(Settings(data_dir=folder / "data"), rows))
        shutil.copytree(EXAMPLE / "tables", folder / "new" / "tables")
        changed = folder / "new" / "tables" / "handling.yml"
        text = changed.read_text(encoding="utf-8")
        changed.write_text(text.replace("due_working_days: 15}", "due_working_days: 10}"))
        since = time.perf_counter()
        done = subprocess.run(
            ["samsvar", "simulate", "--rules", folder / "new", "--since", "2025-01-01", "--json"],
            env={**os.environ, "SAMSVAR_DATA_DIR": str(folder / "data")},
            capture_output=True,
            check=True,
            text=True,
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{count:,} tickets in {time.perf_counter() - since:.1f} s "
            f"({used.ru_utime + used.ru_stime:.1f} s of one core)"
        )
        print(done.stdout[:160])


async def _fill(settings: Settings, rows: list[dict[str, object]]) -> None:
    async with open_store(settings) as store:
        for start in range(0, len(rows), 5_000):
            await fill(store, rows[start : start + 5_000])


if __name__ == "__main__":
    main()
