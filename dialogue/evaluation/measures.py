"""What is measured: each measure judges a line as held, not held, or none of its business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from dialogue.evaluation.labelled import Line, Message, Number, Question, key_of
from dialogue.evaluation.predictions import Plain

FEW_WORDS = 4  # shorter texts need not show their written standard
JUDGED_FIELDS = ("intent", "kind", "role", "about", "service", "sensitive", "language", "rating",
                 "choice", "emergency", "standard")  # fmt: skip
F1_FIELDS = {"kind": 0.85, "role": 0.85, "about": None, "sensitive": None}


class Measure(msgspec.Struct, frozen=True):
    """A share of lines, and what it should be: at least `target`, or at most (`at_most`).

    `neutral`: neither more nor less is better by itself.
    """

    key: str
    target: float | None = None
    at_most: bool = False
    neutral: bool = False


MEASURES = (
    Measure("found", 0.90),
    Measure("answered_right", 0.75),
    Measure("asked_right", neutral=True),
    Measure("handed_over", at_most=True),
    Measure("answered_wrong", 0.02, at_most=True),
    Measure("outside_kept", 0.95),
    Measure("outside_handed_over", neutral=True),
    Measure("standard_shown", 0.99),
    Measure("danger_found", 1.0),
    Measure("danger_right"),
    Measure("false_alarm", 0.005, at_most=True),
    Measure("intent"),
    Measure("kind"),
    Measure("role"),
    Measure("about"),
    Measure("service"),
    Measure("sensitive"),
    Measure("language"),
    Measure("rating"),
    Measure("choice"),
    Measure("not_rejected"),
    Measure("masked", 1.0),
    Measure("left_alone"),
)
BY_KEY = {measure.key: measure for measure in MEASURES}


class Judged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line judged: `holds` by measure, `values` (expected, got) by field of understanding."""

    key: str
    groups: tuple[str, ...] = ()
    holds: dict[str, bool] = {}
    values: dict[str, tuple[str, str]] = {}


def judge(
    lines: Iterable[Line], predicted: Mapping[str, Plain], themes: Mapping[str, str]
) -> list[Judged]:
    """Every line that something was predicted for. `themes` are those of the articles."""
    found: dict[str, Judged] = {}
    for line in lines:
        key = key_of(line)
        if key in predicted and "error" not in predicted[key]:
            found[key] = _judged(key, line, predicted[key], themes)
    return list(found.values())


def _judged(key: str, line: Line, got: Plain, themes: Mapping[str, str]) -> Judged:
    if isinstance(line, Question):
        return Judged(key=key, groups=_groups(line, themes), holds=question_holds(line, got))
    if isinstance(line, Number):
        return Judged(
            key=key, holds={"masked" if line.masked else "left_alone": got["masked"] is line.masked}
        )
    values = {name: values_of(line, name, got) for name in JUDGED_FIELDS if name in line.expect}
    groups = [f"group:{line.group}", *_named(line)]
    return Judged(key=key, groups=tuple(groups), holds=message_holds(line, got), values=values)


def _groups(line: Question, themes: Mapping[str, str]) -> tuple[str, ...]:
    written = "dialect" if line.dialect else line.standard
    topic = line.topic or (themes.get(line.article, "-") if line.article else "outside")
    return (f"group:{written}", *_named(line), *([] if line.topic else [f"topic:{topic}"]))


def _named(line: Question | Message) -> list[str]:
    named = {"channel": line.channel, "topic": line.topic}
    return [f"{name}:{value}" for name, value in named.items() if value]


def question_holds(line: Question, got: Plain) -> dict[str, bool]:
    """What holds of a question's answer."""
    answered, asked = got["outcome"] == "answer", got["outcome"] == "clarify"
    right = not line.accepted.isdisjoint((got["article"], *got["alternatives"]))
    holds = {"answered_wrong": answered and not right}
    if line.article:
        holds |= {
            "found": right,
            "answered_right": answered and right,
            "asked_right": asked and right,
            "handed_over": got["outcome"] == "handover",
        }
    else:
        holds |= {
            "outside_kept": not answered,
            "outside_handed_over": got["outcome"] == "handover",
        }
    if not line.dialect and len(line.q.split()) >= FEW_WORDS:
        holds["standard_shown"] = got["standard"] == line.standard
    return holds


def message_holds(line: Message, got: Plain) -> dict[str, bool]:
    """What holds of what was understood of a message."""
    holds: dict[str, bool] = {}
    for name in JUDGED_FIELDS:
        if name not in line.expect:
            continue
        expected, value = line.expect[name], _got(got, name)
        right = _fits(line, name, expected, value)
        if name == "emergency" and expected is None:
            holds["false_alarm"] = value is not None
        elif name == "emergency":
            holds |= {"danger_found": value is not None, "danger_right": right}
        elif name == "standard":
            if len(line.text.split()) >= FEW_WORDS:
                holds["standard_shown"] = right
        else:
            holds[name] = right
    if line.reject:
        holds["not_rejected"] = all(
            _got(got, name) not in values for name, values in line.reject.items()
        )
    return holds


def _fits(line: Message, name: str, expected: Any, value: Any) -> bool:
    if name == "rating" and isinstance(expected, dict):
        expected = expected["value"]
    return bool(value == expected or value in line.accept.get(name, ()))


def values_of(line: Message, name: str, got: Plain) -> tuple[str, str]:
    """What was expected and what came, as words; an accepted value counts as the expected."""
    expected, value = line.expect[name], _got(got, name)
    if name == "rating" and isinstance(expected, dict):
        expected = expected["value"]
    right = _fits(line, name, expected, value)
    return _plain(expected), _plain(expected if right else value)


def _plain(value: Any) -> str:
    return "-" if value is None else str(value)


def _got(got: Plain, name: str) -> Any:
    value = got.get(name)
    return value["value"] if name == "rating" and value is not None else value


def count(judged: Sequence[Judged], key: str, group: str | None = None) -> tuple[int, int]:
    """How many lines hold, of how many that the measure judges."""
    held = [
        one.holds[key]
        for one in judged
        if key in one.holds and (group is None or group in one.groups)
    ]
    return sum(held), len(held)


def met(measure: Measure, share: float) -> bool | None:
    """Whether a share reaches the target; None without one."""
    if measure.target is None:
        return None
    return share <= measure.target if measure.at_most else share >= measure.target
