"""Golden transcripts: who writes what, what comes back, what the service does.

Read by people who are no programmers. A file looks like this:

    about: A question in nynorsk is answered in nynorsk
    given: {now: "2026-11-24T10:00", phone: sms +4790000001}
    turns:
      - in: kor tid bler boss henta på tau
        bot: "Tømekalenderen viser …"          # the whole text, or parts with … between
      - in: "[Ja]"                              # a pressed button
        out: none                               # nothing is said, on purpose
      - wait: 2h
        bot: [first message, second message]
        effects: [{rating: {value: 5}}]

`in` is what the phone of `given` sends (`from:` in a turn names another phone); `media:
photo`, `encounter: UNIT [SERVICE]`, `unit: sjukeheim reply {ticket} text` and `wait: 2h` are
the other things that can happen. `fault: {raises: action_answer}` breaks our flows from there
on, as somebody might break them (broken_flows.py), `fault: none` mends them. The introduction
of the bot stands in the transcripts where it is said. Ticket ids are written {ticket}: the
last one that was opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from broken_flows import broken
from decency import faults

from connectors.script import Meet, Press, Say, Step, parse_line
from connectors.simulation import Simulation
from dialogue.messages import PersonMessage

FOLDER = Path(__file__).parent.parent / "way" / "transcripts"
NOW = "2026-11-24T10:00"
PHONE = "sms +4790000001"
IN_BETWEEN = re.compile(r"\s*…\s*")
TOLD = {"message", "encounter", "trace"}  # not effects


@dataclass
class Transcript:
    """One conversation as it should go."""

    file: Path
    about: str
    now: datetime
    phone: tuple[str, str]
    turns: list[dict[str, Any]] = field(default_factory=list)


def read_transcripts(folder: Path = FOLDER) -> list[Transcript]:
    """All transcripts, by file name. A file may hold several documents."""
    return [one for file in sorted(folder.glob("*.yml")) for one in read_file(file)]


def read_file(file: Path) -> list[Transcript]:
    found = []
    for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        given = document.get("given", {})
        channel, address = given.get("phone", PHONE).split()
        now = datetime.fromisoformat(given.get("now", NOW))
        found.append(
            Transcript(file, document["about"], now, (channel, address), document["turns"])
        )
    return found


async def play(transcript: Transcript, simulation: Simulation) -> None:
    """Play it; AssertionError tells the turn where it goes another way."""
    ticket = ""
    for number, turn in enumerate(transcript.turns, start=1):
        happened = await happen(turn, transcript, simulation, ticket)
        opened = [thing["id"] for thing in happened if thing["type"] == "ticket"]
        ticket = opened[-1] if opened else ticket
        where = f"{transcript.file.name} «{transcript.about}», turn {number} ({_short(turn)})"
        _compare_bot(where, turn, happened, ticket)
        _compare_effects(where, turn, happened, ticket)


async def happen(
    turn: dict[str, Any], transcript: Transcript, simulation: Simulation, ticket: str
) -> list[dict[str, Any]]:
    channel, address = str(turn["from"]).split() if "from" in turn else transcript.phone
    if "fault" in turn:
        simulation.edition = broken(simulation.edition, turn["fault"])
        return []
    if "media" in turn:
        return await simulation.send_media(channel, address, turn["media"])
    if "message" in turn:
        body = PersonMessage(**turn["message"])
        await simulation.receive(channel, address, body)
        return await simulation.follow()
    return await simulation.play(_step(turn, channel, address, ticket))


def _step(turn: dict[str, Any], channel: str, address: str, ticket: str) -> Step:
    if "in" in turn:
        text = str(turn["in"]).replace("{ticket}", ticket)
        if text.startswith("[") and text.endswith("]"):
            return Press(channel, address, text[1:-1])
        return Say(channel, address, text)
    if "encounter" in turn:
        unit, *service = str(turn["encounter"]).split()
        return Meet(unit, channel, address, service[0] if service else None)
    line = f"@unit {turn['unit']}" if "unit" in turn else f"@wait {turn['wait']}"
    step = parse_line(line.replace("{ticket}", ticket))
    assert step is not None
    return step


def _short(turn: dict[str, Any]) -> str:
    key = next(iter(turn))
    return f"{key}: {turn[key]}"


def _compare_bot(
    where: str, turn: dict[str, Any], happened: list[dict[str, Any]], ticket: str
) -> None:
    said = [thing["text"] for thing in happened if thing["type"] == "message"]
    if turn.get("out") == "none":
        assert not said, f"{where}: nothing should be said, but: {said}"
        return
    wanted = turn.get("bot", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    assert len(said) == len(wanted), f"{where}: {len(wanted)} messages wanted, said: {said}"
    for want, got in zip(wanted, said, strict=True):
        assert _fits(want.replace("{ticket}", ticket), got), f"{where}:\nwant {want}\ngot  {got}"
    answers_one = not {"wait", "unit"} & turn.keys()  # time may bring several, a unit its own text
    spoken = [
        (thing["text"], bool(thing["buttons"]), thing["segments"])
        for thing in happened
        if thing["type"] == "message"
    ]
    assert not (answers_one and faults(spoken)), f"{where}: {faults(spoken)}"
    if "buttons" in turn:
        last = [thing for thing in happened if thing["type"] == "message"][-1]
        assert last["buttons"] == turn["buttons"], f"{where}: buttons {last['buttons']}"


def _fits(want: str, got: str) -> bool:
    """Whether the text is the wanted one; … stands for anything in between."""
    parts = [re.escape(" ".join(part.split())) for part in IN_BETWEEN.split(want)]
    return re.fullmatch(".*".join(parts), " ".join(got.split()), re.DOTALL) is not None


def _compare_effects(
    where: str, turn: dict[str, Any], happened: list[dict[str, Any]], ticket: str
) -> None:
    done = [thing for thing in happened if thing["type"] not in TOLD]
    wanted = turn.get("effects")
    if wanted is None:
        noticed = [thing for thing in done if thing["type"] in ("ticket", "rating", "failure")]
        assert not noticed, f"{where}: effects that the transcript does not name: {noticed}"
        return
    for effect in wanted:
        ((kind, fields),) = effect.items() if isinstance(effect, dict) else ((effect, {}),)
        assert any(thing["type"] == kind and _has(thing, fields or {}, ticket) for thing in done), (
            f"{where}: no {kind} with {fields}; there was {done}"
        )
    kinds = sorted(next(iter(e)) if isinstance(e, dict) else e for e in wanted)
    assert sorted(t["type"] for t in done if t["type"] in kinds) == kinds, f"{where}: {done}"


def _has(thing: dict[str, Any], fields: dict[str, Any], ticket: str) -> bool:
    for name, value in fields.items():
        got = thing.get(name)
        if name == "rules":
            rows = [f"{rule['table']}:{rule['row']}" for rule in got]
            if not set(value) <= set(rows):
                return False
        elif name == "due":
            if not str(got).startswith(str(value)):
                return False
        elif (value.replace("{ticket}", ticket) if isinstance(value, str) else value) != got:
            return False
    return True
