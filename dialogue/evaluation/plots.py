"""Figures as SVG for a page: they load nothing, carry a title, and repeat what a table says."""

from __future__ import annotations

import html
from collections.abc import Sequence

from dialogue.evaluation.report import Bin, Figure
from dialogue.evaluation.wording import GROUP, MEASURE, SAID, say

WIDTH, LEFT, RIGHT, NAMES = 460, 4, 26, 136  # fit for a phone, and letters that can be read
ROW, HEAD = 22, 24
MARKS = {"all": "#16202a", "nb": "#23527c", "nn": "#8a3b12", "dialect": "#2f6b3a"}
_TEXT = 'font-family="system-ui,sans-serif" font-size="14" fill="#16202a"'


def intervals_plot(figures: Sequence[Figure], keys: Sequence[str], standard: str) -> str:
    """Each measure with its target, and for each group a point with its interval."""
    rows: list[str] = []
    y = HEAD + 16
    for key in keys:
        mine = {f.group.removeprefix("group:"): f for f in figures if f.measure == key}
        if "all" not in mine:
            continue
        rows.append(f'<text x="{LEFT}" y="{y}" {_TEXT} font-weight="600">'
                    f"{html.escape(say(MEASURE, key, standard))}</text>")  # fmt: skip
        begin = y + 8
        for group, colour in MARKS.items():
            if group in mine:
                y += ROW
                rows.append(_whisker(mine[group], y, colour, say(GROUP, group, standard)))
        target = mine["all"].target
        if target is not None:
            x = _x(target)
            rows.append(f'<line x1="{x}" y1="{begin}" x2="{x}" y2="{y + 6}" stroke="#b00020" '
                        'stroke-width="2" stroke-dasharray="4 3"/>')  # fmt: skip
        y += ROW + 14
    axis = "".join(
        f'<line x1="{_x(tick)}" y1="{HEAD}" x2="{_x(tick)}" y2="{y - ROW}" stroke="#d5dbe1"/>'
        f'<text x="{_x(tick)}" y="{HEAD - 6}" text-anchor="middle" {_TEXT}>{_percent(tick)}</text>'
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return _svg(y, axis + "".join(rows), say(SAID, "targets", standard))


def _whisker(figure: Figure, y: int, colour: str, name: str) -> str:
    low, high, middle = _x(figure.low), _x(figure.high), _x(figure.share)
    return (
        f'<text x="{LEFT + 8}" y="{y + 5}" {_TEXT}>{html.escape(name)} '
        f"{_percent(figure.share)}</text>"
        f'<line x1="{low}" y1="{y}" x2="{high}" y2="{y}" stroke="{colour}" stroke-width="3"/>'
        f'<circle cx="{middle}" cy="{y}" r="5" fill="{colour}"/>'
    )


def _x(share: float) -> int:
    begin = LEFT + NAMES
    return round(begin + share * (WIDTH - RIGHT - begin))


def _percent(share: float) -> str:
    return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"


def honesty_plot(bins: Sequence[Bin], standard: str) -> str:
    """Confidence against how often it was right, with the line where they should meet."""
    size, edge = 320, 48
    scale = size - edge - 16

    def at(share: float, level: float) -> tuple[float, float]:
        return edge + share * scale, 16 + (1 - level) * scale

    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    parts = [
        f'<rect x="{x0}" y="{y1}" width="{scale}" height="{scale}" fill="none" stroke="#767676"/>',
        f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#b00020" stroke-dasharray="4 3"/>',
    ]
    for tick in (0.0, 0.5, 1.0):
        x, _ = at(tick, 0)
        _, y = at(0, tick)
        parts.append(f'<text x="{x}" y="{y0 + 18}" text-anchor="middle" {_TEXT}>{tick:g}</text>')
        parts.append(f'<text x="{x0 - 6}" y="{y + 5}" text-anchor="end" {_TEXT}>{tick:g}</text>')
    for one in bins:
        x, y = at(one.confidence, one.share)
        low, high = at(0, one.low)[1], at(0, one.high)[1]
        parts.append(f'<line x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}" '
                     'stroke="#23527c" stroke-width="2"/>')  # fmt: skip
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#23527c"/>')
    label = html.escape(say(SAID, "confidence", standard))
    parts.append(f'<text x="{x0 + scale / 2}" y="{size + 16}" text-anchor="middle" {_TEXT}>'
                 f"{label} →</text>")  # fmt: skip
    return _svg(size + 28, "".join(parts), say(SAID, "honest", standard), width=size)


def _svg(height: int, inside: str, title: str, width: int = WIDTH) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="max-width:100%;height:auto" '
        f'role="img" aria-label="{html.escape(title)}">'
        f"<title>{html.escape(title)}</title>{inside}</svg>"
    )
