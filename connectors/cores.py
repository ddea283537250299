"""How many processes a machine has room for."""

from __future__ import annotations

import os
from pathlib import Path

MOST = 4  # beyond, the worker itself is what takes the time
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # cgroup v2: a container's share of the machine


def how_many_deciders(wanted: int | None) -> int:
    """What is set, or what the cores that this process may use are good for."""
    if wanted is not None:
        return wanted
    cores = how_many_cores()
    return min(cores, MOST) if cores > 1 else 0


def how_many_cores(quota: Path = QUOTA) -> int:
    """Cores that this process may use, by its affinity and its container's quota."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        cores = os.cpu_count() or 1
    try:
        most, period = quota.read_text().split()
        return max(1, min(cores, round(int(most) / int(period))))
    except (OSError, ValueError):  # no container, or "max"
        return cores
