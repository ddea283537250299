"""`samsvar reload`: the running service takes the content anew, without a restart."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

import typer

from connectors.commands.editions import open_edition
from connectors.commands.stores import read_settings, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectors.presence import Presence

WITHIN = 60.0  # seconds for all processes to have done it
LOOK_EVERY = 0.1


def reload_command() -> None:
    """Check the content, and let every process on this machine use it from the next message on.

    Faulty content is told and reloads nothing. Each decision is kept with its edition.
    """
    from connectors.presence import processes

    settings = read_settings()
    edition = open_edition(settings.content)
    before = processes(settings.data_dir)
    if not before:
        stop(f"No process of the service runs with {settings.data_dir} on this machine.")
    for each in before:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each.process, signal.SIGHUP)
    after = _when_done(before, lambda: processes(settings.data_dir))
    bad = [each for each in after if each.refused or each.edition != edition.version]
    for each in after:
        told = "kept the edition of before; see its log" if each in bad else each.edition
        typer.echo(f"{each.part} ({each.process}): {told}")
    if bad or len(after) < len(before):
        raise typer.Exit(1)


def _when_done(
    before: Sequence[Presence], look: Callable[[], Sequence[Presence]]
) -> list[Presence]:
    """How the processes are when each has answered, or is gone, or the time is up."""
    counts = {each.process: each.reloads for each in before}
    until = time.monotonic() + WITHIN
    while True:
        now = [each for each in look() if each.process in counts]
        waiting = [each for each in now if each.reloads == counts[each.process]]
        if not waiting:
            return now
        if time.monotonic() > until:
            stop(f"{len(waiting)} of {len(counts)} processes have not answered; see their logs.")
        time.sleep(LOOK_EVERY)
