"""Write down what a transcript's turns lead to now: `python tests/support/record_transcripts.py`.

For a new transcript, write `about`, `given` and the turns' inputs, run this with the file's
name, and read what it wrote as carefully as if a stranger had: it is what is tested from then on.
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
from connectors.simulation import open_simulation
from dialogue.edition import Edition, load_edition

INPUTS = ("from", "in", "media", "message", "encounter", "unit", "wait")
KEPT = {
    "ticket": ("unit", "kind", "service", "due", "visibility"),
    "rating": ("unit", "value", "comment"),
}


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
                turns.append(_recorded(turn, happened, ticket))
    return turns


def _recorded(turn: dict[str, Any], happened: list[dict[str, Any]], ticket: str) -> dict[str, Any]:
    new = {key: turn[key] for key in INPUTS if key in turn}
    messages = [thing for thing in happened if thing["type"] == "message"]
    texts = [m["text"].replace(ticket, "{ticket}") if ticket else m["text"] for m in messages]
    if texts:
        new["bot"] = texts[0] if len(texts) == 1 else texts
    else:
        new["out"] = "none"
    if messages and messages[-1]["buttons"]:
        new["buttons"] = messages[-1]["buttons"]
    effects = [
        _effect(thing) for thing in happened if thing["type"] not in ("message", "encounter")
    ]
    if effects:
        new["effects"] = effects
    return new


def _effect(thing: dict[str, Any]) -> Any:
    kept = {key: thing[key] for key in KEPT.get(thing["type"], ()) if thing[key] is not None}
    if "due" in kept:
        kept["due"] = kept["due"][:10]
    if thing["type"] == "ticket":
        kept["rules"] = [f"{rule['table']}:{rule['row']}" for rule in thing["rules"]]
    return {thing["type"]: kept} if kept else thing["type"]


class _Plain(yaml.SafeDumper):
    """Short lists on one line; long texts in quotes, unbroken."""


def _list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    short = all(isinstance(value, str) and len(value) < 40 for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=short)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Plain.add_representer(list, _list)
_Plain.add_representer(str, _text)


def write(file: Path, edition: Edition) -> None:
    """Record all documents of a file anew."""
    documents = []
    for original, transcript in zip(
        yaml.safe_load_all(file.read_text(encoding="utf-8")), read_file(file), strict=True
    ):
        turns = asyncio.run(record(transcript, edition))
        documents.append({**original, "turns": turns})
    text = yaml.dump_all(
        documents, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100_000
    )
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    configure_logs("CRITICAL")
    loaded = load_edition()
    for name in sys.argv[1:]:
        write(Path(name), loaded)
