"""Turns per second of the embedded executor, beside what Rasa's own server was measured at.

    python tests/benchmarks/executor.py FIXTURES [--seconds 3]

FIXTURES is the folder of recorded bots (`a_rules`, `b_form`, `d_digression`). The same
conversations as there are played again and again, each as a new sender; after each turn the
state is serialised and read again, as between two messages of one person. One core.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from dialogue.conformance import open_bot
from dialogue.domain import load_bot
from dialogue.executor import Executor, TrackerState, UserTurn
from knowledge import yaml_lines

# Rasa 3.6.21 as recorded: 2 cores for all, REST channel, memory tracker, no NLU model, 8 s,
# messages/s with 1, 8 and 32 clients; memory of the server (and of its action server), MB.
RASA = {
    "a_rules": ("182 / 209 / 199", "542-549"),
    "d_digression": ("120 / 207 / 190", "542-550"),
    "b_form": ("16 / 18 / 16", "544-556 + 155"),
}
CONVERSATIONS = {
    "a_rules": "slot_from_entity",
    "d_digression": "digress_and_return",
    "b_form": "whole_form",
}
AT = datetime(2026, 1, 1, tzinfo=UTC)


def texts(folder: Path, name: str) -> list[str]:
    """What is said in a recorded conversation."""
    spec = yaml_lines.read(folder / "conversations.yml").data[name]
    turns = spec["turns"] if isinstance(spec, dict) else spec
    return [turn if isinstance(turn, str) else turn["user"] for turn in turns]


def speed(executor: Executor, said: list[str], seconds: float) -> tuple[float, int]:
    """Turns per second, and the bytes of the largest state."""
    decoder = msgspec.json.Decoder(TrackerState)
    encoder = msgspec.json.Encoder()
    turns = [UserTurn(text) for text in said]
    largest = count = 0
    begun = time.process_time()  # what this process used of its core
    while time.process_time() < begun + seconds:
        tracker = executor.fresh()
        for number, turn in enumerate(turns):
            done = executor.message(tracker, turn, "rest", AT + timedelta(seconds=number))
            kept = encoder.encode(done.tracker)
            largest = max(largest, len(kept))
            tracker = decoder.decode(kept)
        count += len(turns)
    return count / (time.process_time() - begun), largest


def least_of(measure: Callable[[], float], times: int = 3) -> float:
    """The least of some measurements."""
    return min(measure() for _ in range(times))


def loading(intents: int = 100, responses: int = 300) -> float:
    """Seconds to load and check a domain of that size with a rule for each intent."""
    with tempfile.TemporaryDirectory() as folder:
        domain = ["version: '3.1'", "intents:"]
        domain += [f"  - intent_{n}" for n in range(intents)]
        domain.append("responses:")
        for n in range(responses):
            domain += [f"  utter_{n}:", f"    - text: Svar {n}.", f"    - text: Svar {n} nn."]
            domain.append("      condition: [{type: slot, name: standard, value: nn}]")
        domain += ["slots:", "  standard:", "    type: text", "    mappings: [{type: custom}]"]
        rules = ["rules:"]
        for n in range(intents):
            rules += [f"  - rule: rule {n}", "    steps:", f"      - intent: intent_{n}"]
            rules.append(f"      - action: utter_{n}")
        Path(folder, "domain.yml").write_text("\n".join(domain), encoding="utf-8")
        Path(folder, "rules.yml").write_text("\n".join(rules), encoding="utf-8")
        begun = time.perf_counter()
        load_bot(Path(folder))
        return time.perf_counter() - begun


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| bot | ours, turns/s, 1 core | Rasa's server as recorded, 1/8/32 clients | ")
    print("| --- | --- | --- |")
    for bot, conversation in CONVERSATIONS.items():
        executor = open_bot(asked.fixtures / bot)
        rate, size = speed(executor, texts(asked.fixtures / bot, conversation), asked.seconds)
        recorded, memory = RASA[bot]
        print(f"| {bot} | {rate:,.0f} (state ≤ {size} bytes) | {recorded} ({memory} MB) |")
    print(f"\n100 intents, 300 responses, 100 rules load in {least_of(loading):.2f} s")


if __name__ == "__main__":
    main()
