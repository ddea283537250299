"""The same conversations, alone and among 10,000 others: are the answers the same?

    PYTHONPATH=.:tests/support python tests/benchmarks/equal_treatment.py [--others 10000]

All golden conversations of plain words, interleaved with the questions of so many other
people, in batches of random sizes, on SQLite and on PostgreSQL; compared with each of
them played where nobody else writes. Ends with status 1 if anything differs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import way
from crowd import Seen, Town, watched_conversations

from dialogue.edition import Edition, load_edition
from dialogue.store.migrate import upgrade
from dialogue.store.store import Store
from dialogue.store.vault import Vault


async def played(edition: Edition, url: str, others: int, seed: int) -> Seen:
    await upgrade(url)
    began, talks = watched_conversations(edition, 1_000)
    async with await Store.open(url, Vault("a secret for benchmarks"), most_waiting=50_000) as one:
        return await Town(edition, one, seed).play(began, talks, others)


async def run(asked: argparse.Namespace, folder: Path) -> bool:
    edition, different = load_edition(), False
    for kind in ("sqlite", "postgresql"):
        with way.databases(kind, folder / kind) as make:
            alone = await played(edition, await make(), 0, asked.seed)
            began = time.perf_counter()
            among = await played(edition, await make(), asked.others, asked.seed + 1)
        took = time.perf_counter() - began
        odd = [phone for phone in alone if alone[phone] != among[phone]]
        told = sum(len(texts) for texts, _ in alone.values())
        opened = sum(len(tickets) for _, tickets in alone.values())
        print(
            f"{kind}: {len(alone)} conversations ({told} answers, {opened} tickets) among"
            f" {asked.others} others, {took:.0f} s: {len(odd)} differ"
        )
        different = different or bool(odd)
    return different


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--others", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261124)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="samsvar-equal-") as folder:
        for kind in ("sqlite", "postgresql"):
            (Path(folder) / kind).mkdir()
        Path(folder).chmod(0o755)
        sys.exit(asyncio.run(run(asked, Path(folder))))


if __name__ == "__main__":
    main()
