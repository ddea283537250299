"""The way of a case as a picture (SVG), made of the same texts as the document."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence

from dialogue.routing.ruleset import RuleSet, Table
from knowledge.municipality import Municipality

WIDTH = 860
_LEFT, _BOX, _STEP, _TOP = 20, 280, 92, 96
_HEIGHT = 64
_LINE = 66  # characters of a purpose that fit beside a box
_INK, _PAPER, _EDGE, _WARN = "#16202a", "#e6eef5", "#23527c", "#fbeee6"


def picture(rules: RuleSet, municipality: Municipality, standard: str) -> str:
    """Each table as a box in the order of deciding, and where a case goes when a leader is out."""
    texts = rules.names["picture"]
    ladder = _ladder(municipality, standard, texts["council"][standard])
    foot = _TOP + _STEP * len(rules.tables) + 40
    height = foot + 150
    parts = [
        *_start(texts["start"][standard]),
        *(
            line
            for number, table in enumerate(rules.tables)
            for line in _table(rules, table, number, standard)
        ),
        _text(_LEFT, foot, texts["ladder"][standard], weight="bold"),
        *_ladder_boxes(ladder, foot + 24),
    ]
    title = html.escape(texts["title"][standard])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="way-title" '
        f'font-family="system-ui,sans-serif" font-size="15" fill="{_INK}">'
        f'<title id="way-title">{title}</title>'
        f'<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="{_EDGE}"/></marker></defs>'
        + "".join(parts)
        + "</svg>"
    )


def _start(text: str) -> Iterator[str]:
    yield _box(_LEFT, 14, _BOX, 52, fill="#ffffff")
    yield _text(_LEFT + _BOX / 2, 46, text, anchor="middle", weight="bold")


def _table(rules: RuleSet, table: Table, number: int, standard: str) -> Iterator[str]:
    top = _TOP + _STEP * number
    before = 66 if number == 0 else top - _STEP + _HEIGHT
    middle = _LEFT + _BOX / 2
    yield _arrow(middle, before, middle, top)
    yield _box(_LEFT, top, _BOX, _HEIGHT, fill=_WARN if table.name == "recusal" else _PAPER)
    yield _text(middle, top + 27, table.title[standard], anchor="middle", weight="bold")
    count = rules.names["picture"]["rows"][standard].format(count=len(table.rows))
    first, last = table.rows[0].id, table.rows[-1].id
    yield _text(middle, top + 48, f"{count}: {first} - {last}", anchor="middle", size=13)
    lines = textwrap.wrap(table.purpose[standard], _LINE)[:3]
    start = top + _HEIGHT / 2 + 5 - 10 * (len(lines) - 1)
    for offset, line in enumerate(lines):
        yield _text(_LEFT + _BOX + 28, start + 20 * offset, line)


def _ladder(municipality: Municipality, standard: str, council: str) -> list[str]:
    """The names that a case climbs past when leaders are out, from the units upwards."""
    order = ("director", "political", "control")
    names = [
        unit.name[standard]
        for level in order
        for unit in municipality.units.values()
        if unit.level == level
    ]
    return [*names, council]


def _ladder_boxes(names: Sequence[str], top: float) -> Iterator[str]:
    gap = 24
    width = (WIDTH - 2 * _LEFT - gap * (len(names) - 1)) / len(names)
    for number, name in enumerate(names):
        left = _LEFT + number * (width + gap)
        yield _box(left, top, width, _HEIGHT, fill=_WARN)
        lines = textwrap.wrap(name, 28, break_long_words=False)[:2]
        start = top + _HEIGHT / 2 + 5 - 9 * (len(lines) - 1)
        for offset, line in enumerate(lines):
            yield _text(left + width / 2, start + 18 * offset, line, anchor="middle", size=13)
        if number:
            yield _arrow(left - gap, top + _HEIGHT / 2, left, top + _HEIGHT / 2)


def _box(left: float, top: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="8" '
        f'fill="{fill}" stroke="{_EDGE}" stroke-width="1.5"/>'
    )


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{_EDGE}" '
        'stroke-width="2" marker-end="url(#tip)"/>'
    )


def _text(
    left: float,
    top: float,
    text: str,
    anchor: str = "start",
    weight: str = "normal",
    size: int = 15,
) -> str:
    return (
        f'<text x="{left:g}" y="{top:g}" text-anchor="{anchor}" font-weight="{weight}" '
        f'font-size="{size}">{html.escape(text)}</text>'
    )
