"""What was played, written down as a golden transcript (`tests/way/transcripts`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from connectors.script import Meet, Press, Say, Step, UnitSays

KEPT = {
    "ticket": ("unit", "kind", "service", "due", "visibility"),
    "rating": ("unit", "value", "comment"),
    "refused": ("code",),
    "change_consent": ("to",),
}
Happening = dict[str, Any]
Turn = dict[str, Any]


class Recording:
    """The turns of one conversation, as they are played."""

    def __init__(self, now: str) -> None:
        self.now = now
        self.phone: str | None = None
        self.ticket = ""
        self.turns: list[Turn] = []

    def take(self, line: str, step: Step, happened: Iterable[Happening]) -> None:
        """One line of the script, and what came of it."""
        said = list(happened)
        given = self._input(line, step)
        opened = [each["id"] for each in said if each["type"] == "ticket"]
        self.ticket = opened[-1] if opened else self.ticket
        self.turns.append(recorded(given, said, self.ticket))

    def _input(self, line: str, step: Step) -> Turn:
        if isinstance(step, Say | Press | Meet):
            phone = f"{step.channel} {step.address}"
            self.phone = self.phone or phone
            given: Turn = {} if phone == self.phone else {"from": phone}
            if isinstance(step, Meet):
                service = f" {step.service}" if step.service else ""
                return {**given, "encounter": step.unit + service}
            text = step.text if isinstance(step, Say) else f"[{step.label}]"
            return {**given, "in": self._marked(text)}
        rest = line.strip().partition(" ")[2]
        return {"unit" if isinstance(step, UnitSays) else "wait": self._marked(rest)}

    def _marked(self, text: str) -> str:
        return text.replace(self.ticket, "{ticket}") if self.ticket else text

    def text(self) -> str:
        """The transcript, to be appended to a file of such."""
        about = "(say in a sentence what this conversation shows)"
        given = {"now": self.now, "phone": self.phone or "sms +4790000001"}
        return written([{"about": about, "given": given, "turns": self.turns}])


def recorded(given: Turn, happened: Iterable[Happening], ticket: str) -> Turn:
    """A turn with what it led to; the ticket's id is written as {ticket}."""
    said = list(happened)
    new = dict(given)
    messages = [each for each in said if each["type"] == "message"]
    texts = [m["text"].replace(ticket, "{ticket}") if ticket else m["text"] for m in messages]
    if texts:
        new["bot"] = texts[0] if len(texts) == 1 else texts
    else:
        new["out"] = "none"
    if messages and messages[-1]["buttons"]:
        new["buttons"] = messages[-1]["buttons"]
    effects = [_effect(each) for each in said if each["type"] not in ("message", "encounter")]
    if effects:
        new["effects"] = effects
    return new


def _effect(thing: Happening) -> Any:
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


def written(documents: Iterable[dict[str, Any]]) -> str:
    """Transcripts as they are written in a file."""
    return yaml.dump_all(
        list(documents), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100_000
    )
