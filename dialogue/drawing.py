"""A flow as a picture: its rules as rows of steps, its forms as what they ask for.

Mermaid for documents that draw it themselves, SVG for all others. Both are made from the
bot as it is loaded, so a picture shows what runs and nothing else.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dialogue.domain import DEACTIVATE_LOOP, LISTEN, Bot, Form
from dialogue.forms import question_names
from dialogue.rules import RuleSource, Step

Kind = Literal["where", "heard", "said", "done", "form", "set"]

_PAPER = {
    "where": "#fff6dc",
    "heard": "#e3f1e6",
    "said": "#e6eef5",
    "done": "#ece8f4",
    "form": "#fbeae2",
    "set": "#f3f3f3",
}
_INK, _EDGE = "#16202a", "#47586a"
_LEFT, _GAP, _LETTER, _PAD = 20, 26, 7.2, 12
_ROW, _BOX, _WIDEST = 78, 34, 1180


@dataclass(frozen=True)
class Chip:
    """One step of a rule as it is drawn."""

    kind: Kind
    text: str

    @property
    def width(self) -> float:
        return len(self.text) * _LETTER + 2 * _PAD


def chips_of(rule: RuleSource, bot: Bot) -> list[Chip]:
    """The steps of a rule, its conditions first."""
    found = [Chip("where", text) for step in rule.conditions for text in _condition(step)]
    if rule.at_start:
        found.insert(0, Chip("where", "the conversation begins"))
    for step in rule.steps:
        found += _steps(step, bot)
    if not rule.waits:
        found.append(Chip("set", "another rule goes on"))
    return found


def _condition(step: Step) -> Iterator[str]:
    if step.kind == "loop":
        yield "outside forms" if step.name is None else f"in {step.name}"
    for name, value in step.slots:
        yield _slot(name, value)


def _slot(name: str, value: object) -> str:
    return f"{name} is empty" if value is None else f"{name}: {value}"


def _steps(step: Step, bot: Bot) -> Iterator[Chip]:
    if step.kind == "intent":
        entities = ", ".join(str(entity["entity"]) for entity in step.entities)
        yield Chip("heard", f"{step.name} ({entities})" if entities else str(step.name))
    elif step.kind == "action" and step.name in bot.forms:
        yield Chip("form", str(step.name))
    elif step.kind == "action" and step.name == DEACTIVATE_LOOP:
        yield Chip("form", "the form ends")
    elif step.kind == "action" and step.name != LISTEN:
        kind: Kind = "said" if str(step.name).startswith("utter_") else "done"
        yield Chip(kind, str(step.name))
    elif step.kind == "slots":
        shown = [(n, v) for n, v in step.slots if n != "requested_slot"]
        for name, value in shown:
            yield Chip("set", _slot(name, value))


def chips_of_form(form: Form, bot: Bot) -> list[Chip]:
    """What a form asks for, in its order; the colour tells whether a text or an action asks."""
    found = [Chip("form", form.name)]
    for slot in form.required_slots:
        asks = next((n for n in question_names(form.name, slot) if n in bot.actions), "")
        found.append(Chip("done" if asks.startswith("action_") else "said", f"{slot}?"))
    return found


def rows_of(bot: Bot, flow: str | None = None) -> list[tuple[str, list[Chip]]]:
    """The forms and rules of a flow (the folder it is written in), each as a titled row."""
    rows = [
        (f"The form {form.name} asks for", chips_of_form(form, bot))
        for form in bot.forms.values()
        if _is_of(bot.place("forms", form.name).file, flow)
    ]
    seen: dict[tuple[str, int], list[list[Chip]]] = {}
    names: dict[tuple[str, int], str] = {}
    for rule in bot.sources:
        if _is_of(rule.place.file, flow):
            key = (rule.place.file, rule.place.line)
            names[key] = rule.name
            seen.setdefault(key, []).append(chips_of(rule, bot))
    return rows + [(names[key], _together(ways)) for key, ways in seen.items()]


def _is_of(file: str, flow: str | None) -> bool:
    return flow is None or file.startswith(f"{flow}/")


def _together(ways: Sequence[list[Chip]]) -> list[Chip]:
    """The ways of an `or` as one row, with what differs in one chip."""
    joined: list[Chip] = []
    for column in zip(*ways, strict=False):
        texts = list(dict.fromkeys(chip.text for chip in column))
        joined.append(Chip(column[0].kind, " / ".join(texts)))
    return joined


def mermaid(bot: Bot, flow: str | None = None) -> str:
    """The flow for documents that draw Mermaid themselves."""
    lines = ["flowchart LR"]
    for number, (title, chips) in enumerate(rows_of(bot, flow)):
        lines.append(f'  subgraph r{number}["{_quoted(title)}"]')
        lines.append("    direction LR")
        for index, chip in enumerate(chips):
            left, right = {"where": ("{{", "}}"), "heard": ("([", "])")}.get(chip.kind, ("[", "]"))
            lines.append(f'    r{number}s{index}{left}"{_quoted(chip.text)}"{right}:::{chip.kind}')
        if len(chips) > 1:
            chain = " --> ".join(f"r{number}s{index}" for index in range(len(chips)))
            lines.append(f"    {chain}")
        lines.append("  end")
    lines += [f"  classDef {kind} fill:{fill},stroke:{_EDGE}" for kind, fill in _PAPER.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")


def svg(bot: Bot, title: str, flow: str | None = None) -> str:
    """The flow as a picture that every browser shows."""
    parts: list[str] = []
    top = 64.0
    widest = 640.0
    for name, chips in rows_of(bot, flow):
        parts.append(_text(_LEFT, top, name, weight="bold"))
        lines = list(_lines(chips))
        for line in lines:
            right = _draw(line, top + 12, parts)
            widest = max(widest, right)
            top += _BOX + 12
        top += _ROW - _BOX - 12
    height, width = round(top), round(widest + _LEFT)
    head = html.escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{head}" '
        f'font-family="system-ui,sans-serif" font-size="14" fill="{_INK}">'
        f'<title>{head}</title><rect width="100%" height="100%" fill="#ffffff"/>\n'
        + _text(_LEFT, 30, title, weight="bold", size=18)
        + "".join(parts)
        + "</svg>\n"
    )


def _lines(chips: Sequence[Chip]) -> Iterator[list[Chip]]:
    """The chips of a row, broken where they would leave the picture."""
    line: list[Chip] = []
    used = float(_LEFT)
    for chip in chips:
        if line and used + chip.width > _WIDEST:
            yield line
            line, used = [], float(_LEFT)
        line.append(chip)
        used += chip.width + _GAP
    if line:
        yield line


def _draw(chips: Sequence[Chip], top: float, parts: list[str]) -> float:
    """Draw one line of chips; where it ends to the right."""
    left = float(_LEFT)
    for index, chip in enumerate(chips):
        if index:
            middle = top + _BOX / 2
            parts.append(
                f'<path d="M{left - _GAP + 3:.0f} {middle:.0f}h{_GAP - 9}" stroke="{_EDGE}"/>'
                f'<path d="M{left - 3:.0f} {middle:.0f}l-7 -4v8z" fill="{_EDGE}"/>\n'
            )
        round_corner = _BOX / 2 if chip.kind == "heard" else 5
        parts.append(
            f'<rect x="{left:.0f}" y="{top:.0f}" width="{chip.width:.0f}" height="{_BOX}" '
            f'rx="{round_corner:.0f}" fill="{_PAPER[chip.kind]}" stroke="{_EDGE}"/>'
            + _text(left + chip.width / 2, top + 22, chip.text, anchor="middle")
        )
        left += chip.width + _GAP
    return left - _GAP


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal", size: int = 14
) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-weight="{weight}" '
        f'font-size="{size}">{html.escape(text)}</text>\n'
    )
