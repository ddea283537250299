"""What `samsvar chat --trace` shows of a decision: heard, by which rules, events, effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import typer

from dialogue.decision import Decision

_COLOURS = {"heard": "green", "rules": "yellow", "events": "cyan", "effects": "magenta"}
LEAST = "0.05"  # a second guess that is worth a word
EMPTIED = "=None"
_ALSO = ("kind", "role", "about", "service", "unit", "emergency", "rating", "choice")


def trace_of(decision: Decision) -> dict[str, Any]:
    """The trace as an object."""
    heard = decision.understood
    return {
        "type": "trace",
        "understood": msgspec.to_builtins(heard) if heard else None,
        "rules": list(decision.rules),
        "events": list(_events(decision)),
        "effects": [msgspec.to_builtins(effect)["type"] for effect in decision.effects],
        "edition": decision.edition,
    }


def _events(decision: Decision) -> Iterator[str]:
    for event in decision.events:
        kind = event["event"]
        if kind == "slot":
            yield f"{event['name']}={event['value']}"
        elif kind == "active_loop":
            yield f"form {event['name']}" if event["name"] else "form ends"
        elif kind in ("action", "action_execution_rejected"):
            yield f"{event['name']}{' rejected' if kind != 'action' else ''}"
        elif kind in ("rewind", "undo", "restart", "pause", "resume", "reset_slots"):
            yield str(kind)


def trace_lines(trace: dict[str, Any]) -> Iterator[str]:
    """The trace for people, in colour where the terminal has it."""
    heard = trace["understood"]
    if heard and heard["intent"]:
        sure = "" if heard.get("standard_sure") else "?"
        told = f"{heard['intent']} {heard['confidence']:.2f}, {heard['standard']}{sure}"
        also = [f"{key} {heard[key]}" for key in _ALSO if heard.get(key) is not None]
        others = [f"{r['name']} {r['confidence']:.2f}" for r in heard.get("ranking") or ()]
        others = [each for each in others[1:3] if each[-4:] >= LEAST]
        also += [f"not {', '.join(others)}"] if others else []
        yield _line("heard", ", ".join([told, *also]))
    for key in ("rules", "events", "effects"):
        shown = dict.fromkeys(each for each in trace[key] if not each.endswith(EMPTIED))
        if shown:
            yield _line(key, " > ".join(shown))


def _line(name: str, text: str) -> str:
    return typer.style(f"  | {name:8}{text}", fg=_COLOURS[name])
