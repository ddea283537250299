"""Dangers are found, and what only sounds like one is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from intents.examples import load_examples
from intents.model import LanguageModel
from intents.understand import understand
from knowledge.yaml_lines import read

MESSAGES = read(Path(__file__).with_name("emergencies.yml")).data


@pytest.mark.parametrize("number", [number for number in MESSAGES if number != "none"])
def test_every_danger_gets_the_number_to_call(number: str, model: LanguageModel) -> None:
    missed = {
        text: found
        for text in MESSAGES[number]
        if (found := understand(text, model).emergency) != number
    }
    assert not missed


def test_what_only_sounds_like_danger_is_none(model: LanguageModel) -> None:
    alarms = {text: e for text in MESSAGES["none"] if (e := understand(text, model).emergency)}
    assert not alarms
    assert len(MESSAGES["none"]) >= 150


def test_ordinary_examples_raise_no_alarm(model: LanguageModel) -> None:
    ordinary = [e for e in load_examples() if e.intent != "emergency"]
    alarms = [e.text for e in ordinary if understand(e.text, model).emergency]
    assert len(alarms) <= 0.005 * len(ordinary), alarms


def test_a_danger_comes_before_everything_else(model: LanguageModel) -> None:
    for expecting in ("rating", "choice"):
        found = understand("2 - hjelp, det brenner", model, expecting=expecting, choices=["a", "b"])
        assert (found.intent, found.emergency) == ("emergency", "110")
