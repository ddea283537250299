"""Documents for people to read: parts of one, as Markdown or as a whole HTML page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

STYLE = """
body{font:17px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;
color:#16202a;background:#fff}
h1{line-height:1.2}h2{margin-top:2.5rem;border-bottom:2px solid #23527c}
table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{border:1px solid #767676;padding:.4rem .6rem;text-align:left;vertical-align:top}
th{background:#e6eef5}
figure{margin:1.5rem 0;overflow-x:auto}figure svg{max-width:100%;height:auto}
.wide{overflow-x:auto}p,li,td,h1,h2{overflow-wrap:break-word}
@media screen and (max-width:40rem){body{font-size:16px;margin:1rem auto}
table,tbody,tr,td{display:block;width:auto}thead{display:none}
tr{border:1px solid #767676;margin:0 0 .8rem}td{border:0;padding:.15rem .6rem}
td:first-child{background:#e6eef5;font-weight:600;padding:.4rem .6rem}td:empty{display:none}
td+td::before{content:attr(data-column) " ";font-weight:600}
figure svg{max-width:none}}
@media print{body{font-size:10pt;max-width:none;margin:0}h2{break-after:avoid}
tr,figure{break-inside:avoid}}
"""

# § 6, §§ 29, § 11 a, § 2 A-2
_SECTION = re.compile(r"§ \d[\d-]*(?: [a-hA-H](?:-\d+)?\b)?")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the document: a heading ("h1", "h2", "h3"), text ("p"), "list", "table",
    or "figure" (`text` is an SVG picture, left out of Markdown; `alt` says it in words).
    """

    form: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    alt: str = ""


def markdown(parts: Iterable[Part]) -> str:
    """The parts as Markdown."""
    return "\n\n".join(_markdown(part) for part in parts if part.form != "figure") + "\n"


def page(parts: tuple[Part, ...], standard: str) -> str:
    """The parts as a whole HTML page, which loads nothing from anywhere."""
    body = "\n".join(_element(part) for part in parts)
    return (
        f'<!doctype html>\n<html lang="{standard}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(parts[0].text)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _markdown(part: Part) -> str:
    if part.form.startswith("h"):
        return f"{'#' * int(part.form[1])} {part.text}"
    if part.form == "list":
        return "\n".join(f"- {row[0]}" for row in part.rows)
    if part.form == "table":
        lines = [_line(part.rows[0]), _line(("---",) * len(part.rows[0]))]
        return "\n".join([*lines, *(_line(row) for row in part.rows[1:])])
    return part.text


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _element(part: Part) -> str:
    if part.form == "list":
        items = "".join(f"<li>{_inline(row[0])}</li>" for row in part.rows)
        return f"<ul>{items}</ul>"
    if part.form == "table":
        return f'<div class="wide" tabindex="0">\n{_table(part.rows)}\n</div>'
    if part.form == "figure":
        return f'<figure tabindex="0">{part.text}</figure>'
    return f"<{part.form}>{_inline(part.text)}</{part.form}>"


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    """A table that a phone shows as cards: each cell bears its column's name with it there.

    The roles keep it a table for screen readers where the style sheet makes blocks of it.
    """
    names = [_inline(cell) for cell in rows[0]]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "\n".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" data-column="{name}{"" if name.endswith("?") else ":"}">'
            f"{_inline(cell)}</td>"
            for name, cell in zip(names, row, strict=True)
        )
        + "</tr>"
        for row in rows[1:]
    )
    return (
        f'<table role="table">\n<thead><tr>{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody>\n</table>'
    )


def _inline(text: str) -> str:
    return html.escape(tied(text))


def tied(text: str) -> str:
    """A section sign stays on the line of its number, and a number on that of its letter."""
    return _SECTION.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
