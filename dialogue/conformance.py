"""Recorded conversations of a real Rasa, played against the embedded executor.

A bot folder in Rasa's layout has ``transcripts/*.yml``: what is said to it, and for each
turn what Rasa answered (`bot`), its tracker events (`events`) and the state after it.
"""

from __future__ import annotations

import difflib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from dialogue.actions_import import actions_of
from dialogue.domain import load_bot
from dialogue.executor import Executor, Turn, UserTurn
from dialogue.responses import collected
from dialogue.tracker import Event, TrackerState
from knowledge import yaml_lines
from knowledge.problems import ContentError, Problem

Level = Literal["bot", "state", "events"]
BEGINS_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)  # an answer took Rasa some time: sixty minutes were over sixty
_DECODER = msgspec.json.Decoder(TrackerState)
_FIELDS = {
    "slot": ("name", "value"),
    "action": ("name",),
    "active_loop": ("name",),
    "followup": ("name",),
    "action_execution_rejected": ("name",),
}
_REMINDER = ("name", "intent", "entities", "date_time", "kill_on_user_msg")


@dataclass(frozen=True)
class Difference:
    """Where our executor does otherwise. `turn` counts from 1; `what` is the level."""

    transcript: Path
    conversation: str
    turn: int
    said: str
    what: str
    wanted: Any
    got: Any

    def lines(self) -> list[str]:
        """The difference, readable: ``-`` is what Rasa did, ``+`` what we did."""
        head = f"{self.transcript.parent.parent.name}/{self.conversation}, turn {self.turn}"
        told = [f"{head} ({self.said}): {self.what}"]
        wanted, got = _listed(self.wanted), _listed(self.got)
        return told + [
            f"  {line}" for line in difflib.ndiff(wanted, got) if not line.startswith("?")
        ]


@dataclass(frozen=True)
class Played:
    """One transcript that was played: how many turns, and the first difference."""

    transcript: Path
    turns: int
    difference: Difference | None


def _listed(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [_line(item) for item in value]
    if isinstance(value, dict):
        return [f"{key}: {_line(part)}" for key, part in value.items()]
    return [_line(value)]


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def open_bot(folder: Path) -> Executor:
    """The bot of a folder, ready to run. Raises ContentError."""
    actions = actions_of(folder)
    return Executor(load_bot(folder, actions), actions)


class Player:
    """Plays one recorded conversation turn by turn."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.tracker = executor.fresh()
        self.at = BEGINS_AT

    def play(self, turn: Mapping[str, Any]) -> Turn | None:
        """One turn; None for what has no answer (time that passes, slots from outside)."""
        if "advance_minutes" in turn:
            self.at += timedelta(minutes=turn["advance_minutes"])
            return None
        if "slots" in turn:
            self.tracker = self.executor.set_slots(self.tracker, turn["slots"])
            return None
        self.at += MOMENT
        channel = turn.get("channel", "collector")
        done = self._answer(turn, channel)
        self.tracker = _DECODER.decode(msgspec.json.encode(done.tracker))  # as if stored
        return done

    def _answer(self, turn: Mapping[str, Any], channel: str) -> Turn:
        if "external" in turn:
            return self.executor.external(
                self.tracker, turn["external"], turn.get("entities"), channel, self.at
            )
        return self.executor.message(self.tracker, _message(turn), channel, self.at)


def _message(turn: Mapping[str, Any]) -> UserTurn:
    if "intent" not in turn:
        return UserTurn(str(turn.get("user", turn.get("text", ""))))
    ranking = [
        {"name": name, "confidence": round(0.9 - 0.1 * place, 2)} if isinstance(name, str) else name
        for place, name in enumerate(turn.get("intent_ranking") or [turn["intent"]])
    ]
    return UserTurn(turn["text"], turn["intent"], turn.get("entities") or (), ranking)


def play(executor: Executor, path: Path, level: Level = "state", folded: bool = False) -> Played:
    """Play the transcript at `path` up to its first difference."""
    data = _read(path)
    player = Player(executor)
    difference = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rasa_sdk warns of methods that a bot leaves out
        for index, turn in enumerate(data["turns"]):
            found = _compared(player, turn, level, folded)
            if found is not None:
                said = turn.get("user", turn.get("text", turn.get("external", "")))
                difference = Difference(path, data["conversation"], index + 1, str(said), *found)
                break
            if "error" in turn:
                break
    return Played(path, len(data["turns"]), difference)


def _read(path: Path) -> dict[str, Any]:
    """A transcript's data. Raises ContentError where it is none."""
    document = yaml_lines.read(path)
    data = document.data
    turns = data.get("turns") if isinstance(data, dict) else None
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        what = "this is no transcript: it has no list of turns"
        raise ContentError([Problem(path.name, 1, "conform.shape", what)])
    for index, turn in enumerate(turns):
        if not {"advance_minutes", "slots", "error"} & set(turn) and "bot" not in turn:
            what = "the turn does not say what the bot answered"
            line = document.line("turns", index)
            raise ContentError([Problem(path.name, line, "conform.shape", what)])
    return {"conversation": path.stem, **data}


def _compared(
    player: Player, turn: Mapping[str, Any], level: Level, folded: bool
) -> tuple[str, Any, Any] | None:
    try:
        done = player.play(turn)
    except Exception as error:
        if "error" in turn:
            return None
        return "raised", [], [f"{type(error).__name__}: {error}"]
    if done is None:
        return None
    if "error" in turn:
        return "no error", [turn["error"]], [plain(event) for event in done.events]
    for what, wanted, got in _views(turn, done, level, folded):
        if not fits(wanted, got):
            return what, wanted, got
    return None


def _views(
    turn: Mapping[str, Any], done: Turn, level: Level, folded: bool
) -> Iterator[tuple[str, Any, Any]]:
    yield "bot", turn.get("bot", []), [part for sent in done.messages for part in collected(sent)]
    if level != "bot":
        yield "state", turn.get("state"), state(done.tracker)
    if level == "events":
        wanted, got = turn.get("events", []), [plain(event) for event in done.events]
        yield "events", *((fold(wanted), fold(got)) if folded else (wanted, got))


def fits(wanted: Any, got: Any) -> bool:
    """Whether `got` is what was recorded; ``one_of`` allows what was chosen at random."""
    if isinstance(wanted, dict) and set(wanted) == {"one_of"}:
        return got in wanted["one_of"]
    if isinstance(wanted, dict) and isinstance(got, dict):
        return set(wanted) == set(got) and all(fits(v, got[k]) for k, v in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(fits, wanted, got))
    return bool(wanted == got)


def fold(events: Sequence[Event]) -> list[Event]:
    """Events without those of a new session, and without a SlotSet that repeats another."""
    kept: list[Event] = []
    seen: dict[str, Any] = {}
    for event in events:
        if event["event"] == "session_started" or event.get("name") == "action_session_start":
            continue
        if event["event"] == "slot":
            if event["name"] in seen and seen[event["name"]] == event["value"]:
                continue
            seen[event["name"]] = event["value"]
        kept.append(event)
    return kept


def plain(event: Event) -> Event:
    """An event as transcripts have it: without times, ids and empty fields."""
    kind = event["event"]
    told: Event = {"event": kind}
    if kind == "user":
        parsed = event.get("parse_data") or {}
        told |= {"text": event.get("text"), "intent": (parsed.get("intent") or {}).get("name")}
        entities = [
            {k: e[k] for k in ("entity", "value", "role", "group") if e.get(k) is not None}
            for e in parsed.get("entities") or ()
        ]
        if entities:
            told["entities"] = entities
        if (event.get("metadata") or {}).get("is_external"):
            told["is_external"] = True
    elif kind == "bot":
        told["text"] = event.get("text")
        data = {key: value for key, value in (event.get("data") or {}).items() if value}
        if data:
            told["data"] = data
        if (event.get("metadata") or {}).get("utter_action"):
            told["utter_action"] = event["metadata"]["utter_action"]
    elif kind == "loop_interrupted":
        told["is_loop_interrupted"] = None  # the recording looks for it under another name
    elif kind == "reminder":
        told |= {k: event[k] for k in _REMINDER if event.get(k) is not None}
    else:
        told |= {key: event.get(key) for key in _FIELDS.get(kind, ())}
    return told


def state(tracker: TrackerState) -> dict[str, Any]:
    """A tracker's state as transcripts have it."""
    told: dict[str, Any] = {
        "slots": dict(tracker.slots),
        "active_loop": tracker.active_loop,
        "latest_action": tracker.latest_action,
    }
    if tracker.followup not in (None, "action_listen"):
        told["followup"] = tracker.followup
    if tracker.paused:
        told["paused"] = True
    return told
