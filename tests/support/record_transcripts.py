"""Write down what a transcript's turns lead to now: `python tests/support/record_transcripts.py`.

For a new transcript, play it with `samsvar chat --record FILE`, or write `about`, `given` and
the turns' inputs and run this with the file's name. Read what was written as carefully as if a
stranger had: it is what is tested from then on.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from transcripts import Transcript, happen, read_file

from connectors.logs import configure_logs
from connectors.recording import recorded, written
from connectors.simulation import open_simulation
from dialogue.edition import Edition, load_edition

INPUTS = ("from", "in", "media", "message", "encounter", "unit", "wait", "fault")


async def record(transcript: Transcript, edition: Edition) -> list[dict[str, Any]]:
    """The turns with what they led to."""
    now = transcript.now.replace(tzinfo=edition.timezone)
    turns, ticket = [], ""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/record.db"
        async with open_simulation(edition, url, now) as simulation:
            for turn in transcript.turns:
                happened = await happen(turn, transcript, simulation, ticket)
                opened = [thing["id"] for thing in happened if thing["type"] == "ticket"]
                ticket = opened[-1] if opened else ticket
                given = {key: turn[key] for key in INPUTS if key in turn}
                turns.append(given if "fault" in turn else recorded(given, happened, ticket))
    return turns


def write(file: Path, edition: Edition) -> None:
    """Record all documents of a file anew."""
    documents = []
    for original, transcript in zip(
        yaml.safe_load_all(file.read_text(encoding="utf-8")), read_file(file), strict=True
    ):
        turns = asyncio.run(record(transcript, edition))
        documents.append({**original, "turns": turns})
    file.write_text(written(documents), encoding="utf-8")


if __name__ == "__main__":
    configure_logs("CRITICAL")
    loaded = load_edition()
    for name in sys.argv[1:]:
        write(Path(name), loaded)
