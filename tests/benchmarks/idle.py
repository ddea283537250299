"""What `samsvar serve` costs while nobody writes, and whether its memory grows.

    PYTHONPATH=.:tests/support python tests/benchmarks/idle.py [--seconds 40] [--messages 3000]

The installed command on SQLite and on PostgreSQL: its CPU time over a quiet minute (of
`/proc`, all threads), then its memory while webhooks come, in five equal parts. The
channels are the stand-ins on loopback; Telegram's updates come by webhook.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table
from served_process import Town, town_of

QUESTIONS = ("Når blir vegen vår brøytt?", "kor tid bler boss henta på tau", "takk for hjelpa")
SETTLES_WITHIN = 5.0  # seconds
PARTS = 5
AT_ONCE = 20


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def children_of(process: int) -> list[int]:
    """Processes that it has started, and those that they have."""
    parents: dict[int, list[int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = file.read_text().rsplit(")", 1)[1].split()
            parents.setdefault(int(fields[1]), []).append(int(file.parent.name))
    found = list(parents.get(process, ()))
    for child in found:  # grows while it is gone through
        found += parents.get(child, ())
    return found


def cpu_of_all(process: int) -> float:
    """Seconds of a process and its children."""
    used = cpu_seconds(process)
    for child in children_of(process):
        with contextlib.suppress(OSError):
            used += cpu_seconds(child)
    return used


def shared_megabytes(process: int) -> float:
    """Proportional: what several processes share counts once."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1_024 / 1e6
    return 0.0


async def measured(town: Town, seconds: float, messages: int) -> list[str]:
    served = await town.serve()
    assert served._process is not None
    process = served._process.pid
    await asyncio.sleep(SETTLES_WITHIN)
    before = cpu_of_all(process)
    await asyncio.sleep(seconds)
    idle = (cpu_of_all(process) - before) / seconds * 100
    sizes = [megabytes(process)]
    numbers = iter(range(messages))
    for part in range(PARTS):
        for _ in range(messages // PARTS // AT_ONCE):
            each = [next(numbers) for _ in range(AT_ONCE)]
            await asyncio.gather(
                *(town.sms(QUESTIONS[n % 3], f"SM{part}-{n}", f"+4791{n % 1_000:06}") for n in each)
            )
        sizes.append(megabytes(process))
    return [f"{idle:.2f} %", *(f"{size:.0f}" for size in sizes)]


async def run(kind: str, arguments: argparse.Namespace, folder: Path) -> list[str]:
    async with town_of(kind, folder) as town:
        return await measured(town, arguments.seconds, arguments.messages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--messages", type=int, default=3_000)
    arguments = parser.parse_args()
    table = Table(title=f"idle for {arguments.seconds:.0f} s; MB after {arguments.messages:,} SMS")
    for column in ("database", "of a core", "MB before", *(f"{n}/5" for n in range(1, PARTS + 1))):
        table.add_column(column, justify="right")
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="samsvar-idle-") as folder:
            Path(folder).chmod(0o755)  # PostgreSQL runs as another user
            table.add_row(kind, *asyncio.run(run(kind, arguments, Path(folder))))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
