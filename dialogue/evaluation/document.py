"""A report as a document for editors (one HTML page) and for CI (Markdown)."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.evaluation.comparison import Change
from dialogue.evaluation.confusions import Confusion
from dialogue.evaluation.measures import BY_KEY
from dialogue.evaluation.plots import honesty_plot, intervals_plot
from dialogue.evaluation.report import Figure, Report
from dialogue.evaluation.wording import FIELD, GROUP, MEASURE, OUTCOME, SAID, say
from dialogue.routing.pages import Part, markdown, page

COLUMNS = ("all", "nb", "nn", "dialect")
PLOTTED = ("found", "answered_right", "answered_wrong", "outside_kept", "standard_shown",
           "danger_found", "false_alarm", "f1_kind", "f1_role")  # fmt: skip
BY_TOPIC = ("found", "answered_right", "answered_wrong", "outside_kept")
MOST_CONFUSIONS = {"md": 20, "html": 80}


def document(report: Report, standard: str = "nb", form: str = "md") -> str:
    """The report in a written standard; `form` is "md" or "html"."""
    parts = tuple(_Document(report, standard, MOST_CONFUSIONS[form]).parts())
    return markdown(parts) if form == "md" else page(parts, standard)


class _Document:
    def __init__(self, report: Report, standard: str, most: int) -> None:
        self.report, self.standard, self.most = report, standard, most
        self.figures = {(one.measure, one.group): one for one in report.figures}

    def say(self, key: str, **values: object) -> str:
        return say(SAID, key, self.standard, **values)

    def parts(self) -> Iterator[Part]:
        report = self.report
        yield Part("h1", self.say("title"))
        yield Part("p", self.say("intro", lines=len(report.lines), content=report.content))
        if report.changes:
            yield from self._changes()
        yield Part("h2", self.say("targets"))
        yield Part("figure", intervals_plot(report.figures, PLOTTED, self.standard))
        yield self._targets()
        if report.gaps:
            yield Part("h2", self.say("equal"))
            yield self._equal()
        if report.bins:
            yield Part("h2", self.say("honest"))
            yield Part("p", self.say("honest_text"))
            yield Part("figure", honesty_plot(report.bins, self.standard))
            yield self._honest()
        for name in ("channel", "topic"):
            yield from self._by(name)
        yield Part("h2", self.say("confusions"))
        yield from self._confusions()

    def _targets(self) -> Part:
        names = dict.fromkeys(one.measure for one in self.report.figures)
        head = ("measure", "target", "reached")
        rows = [(*map(self.say, head), *(say(GROUP, one, self.standard) for one in COLUMNS))]
        for name in names:
            whole = self.figures[name, "all"]
            cells = [self.figures.get((name, g if g == "all" else f"group:{g}")) for g in COLUMNS]
            rows.append(
                (
                    say(MEASURE, name, self.standard),
                    _target(whole),
                    "" if whole.met is None else self.say("yes" if whole.met else "no"),
                    *(self._cell(one) for one in cells),
                )
            )
        return Part("table", rows=tuple(rows))

    def _cell(self, figure: Figure | None) -> str:
        if figure is None:
            return ""
        bound = "" if figure.bound is None else f"; {self.say('bound')} {_share(figure.bound)}"
        return (
            f"{_share(figure.share)} ({_share(figure.low)}-{_share(figure.high)}{bound}) "
            f"n={figure.count}"
        )

    def _equal(self) -> Part:
        keys = ("measure", "groups", "difference", "at_most", "reached")
        rows = [tuple(map(self.say, keys))]
        for gap in self.report.gaps:
            one, other = (say(GROUP, name, self.standard) for name in gap.groups)
            rows.append(
                (
                    say(MEASURE, gap.measure, self.standard),
                    f"{one} - {other}",
                    f"{_signed(gap.difference)} ({_signed(gap.low)} - {_signed(gap.high)})",
                    _share(gap.target),
                    self.say("yes" if gap.met else "no"),
                )
            )
        return Part("table", rows=tuple(rows))

    def _honest(self) -> Part:
        rows = [tuple(map(self.say, ("confidence", "right", "count")))]
        for one in self.report.bins:
            interval = f"({_share(one.low)}-{_share(one.high)})"
            rows.append(
                (_decimal(one.confidence, 2), f"{_share(one.share)} {interval}", str(one.count))
            )
        return Part("table", rows=tuple(rows))

    def _changes(self) -> Iterator[Part]:
        yield Part("h2", self.say("changes", against=self.report.against))
        keys = ("measure", "before", "after", "change", "won_lost", "judgement")
        rows = [tuple(map(self.say, keys))]
        moved = [one for one in self.report.changes if one.won or one.lost or one.change]
        rows += [self._change(one) for one in moved]
        if moved:
            yield Part("table", rows=tuple(rows))
        unmoved = len(self.report.changes) - len(moved)
        if unmoved:
            yield Part("p", self.say("unmoved", count=unmoved))

    def _change(self, one: Change) -> tuple[str, ...]:
        better = (
            -one.change if one.measure in BY_KEY and BY_KEY[one.measure].at_most else one.change
        )
        beyond = one.low > 0 or one.high < 0
        neutral = one.measure in BY_KEY and BY_KEY[one.measure].neutral
        verdict = (
            "neutral"
            if neutral and beyond
            else "dropped"
            if one.dropped
            else "improved"
            if beyond and better > 0
            else "same"
        )
        chance = "" if one.p is None else f", p={_decimal(one.p, 3)}"
        return (
            f"{say(MEASURE, one.measure, self.standard)} (n={one.lines})",
            _share(one.before),
            _share(one.after),
            f"{_signed(one.change)} ({_signed(one.low)} - {_signed(one.high)}{chance})",
            f"{one.won} / {one.lost}",
            self.say(verdict),
        )

    def _by(self, name: str) -> Iterator[Part]:
        prefix = f"{name}:"
        groups = sorted({one.group for one in self.report.figures if one.group.startswith(prefix)})
        shown = [key for key in BY_TOPIC if (key, "all") in self.figures] or ["intent"]
        if not groups:
            return
        yield Part("h2", self.say(f"by_{name}"))
        rows = [(self.say(name), *(say(MEASURE, key, self.standard) for key in shown))]
        for group in groups:
            cells = (self._cell(self.figures.get((key, group))) for key in shown)
            rows.append((say(GROUP, group.removeprefix(prefix), self.standard), *cells))
        yield Part("table", rows=tuple(rows))

    def _confusions(self) -> Iterator[Part]:
        found = self.report.confusions
        if not found:
            yield Part("p", self.say("none"))
            return
        yield Part("p", self.say("confusions_text"))
        keys = ("field", "expected", "got", "count", "examples", "why")
        rows = [tuple(map(self.say, keys)), *map(self._confusion, found[: self.most])]
        yield Part("table", rows=tuple(rows))
        if len(found) > self.most:
            yield Part("p", self.say("more", count=len(found) - self.most))

    def _confusion(self, one: Confusion) -> tuple[str, ...]:
        outcome = say(OUTCOME, one.outcome, self.standard)
        return (
            say(FIELD, one.field, self.standard),
            one.expected,
            f"{one.got} ({outcome})" if outcome else one.got,
            str(one.count),
            " / ".join(" ".join(text.split()) for text in one.examples),
            one.why,
        )


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    at_most = figure.measure in BY_KEY and BY_KEY[figure.measure].at_most
    return f"{'≤' if at_most else '≥'}\N{NO-BREAK SPACE}{_share(figure.target)}"


def _decimal(number: float, places: int) -> str:
    return f"{number:.{places}f}".replace(".", ",")


def _share(share: float) -> str:
    return f"{share * 100:.1f}\N{NO-BREAK SPACE}%".replace(".", ",")


def _signed(share: float) -> str:
    return f"{share * 100:+.1f}".replace(".", ",")
