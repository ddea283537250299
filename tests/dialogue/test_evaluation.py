"""Figures that one can trust: known intervals, paired comparison, confusions, documents."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.edition import Edition
from dialogue.evaluation.comparison import compare
from dialogue.evaluation.document import document
from dialogue.evaluation.evaluate import against, evaluate
from dialogue.evaluation.intervals import (
    macro_f1,
    macro_f1_change,
    macro_f1_interval,
    mcnemar,
    most,
    paired_difference,
    wilson,
)
from dialogue.evaluation.labelled import Message, Number, Question
from dialogue.evaluation.measures import Judged
from dialogue.evaluation.report import Report, kept

LINES = [
    Question(q="kor tid bler boss henta på tau", standard="nn", dialect=True, article="tommeplan"),
    Question(
        q="Når er biblioteket åpent i dag?", standard="nb", article="bibliotek", channel="sms"
    ),
    Question(q="Når er biblioteket ope, mon tru?", standard="nn", article="gatelys"),
    Question(q="Hvor fornyer jeg passet mitt?", standard="nb", article=None),
    Message(text="det brenn i huset vårt", group="nn", expect={"emergency": "110"}),
    Message(text="Takk for fin hjelp <b>", group="nb", expect={"kind": "complaint"}),
    Message(text="4", expect={"rating": {"value": 4}}, expecting="rating", group="nb"),
    Number(text="nummeret er 01814110091", masked=True),
]


@pytest.fixture(scope="module")
def report(edition: Edition) -> Report:
    return evaluate(edition, LINES)


def test_intervals_are_those_of_the_books() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert most(0, 300) == pytest.approx(0.00994, abs=1e-4)  # about 3 / n
    assert mcnemar(0, 6) == pytest.approx(2 / 64)
    change, low, high = paired_difference(5, 5, 100)
    assert (change, low < 0 < high) == (0, True)
    assert paired_difference(20, 2, 100)[2] < 0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=30)
)
def test_macro_f1_is_a_share_and_no_change_is_none(pairs: list[tuple[str, str]]) -> None:
    low, high = macro_f1_interval(pairs)
    assert 0 <= low <= high <= 1
    assert 0 <= macro_f1(pairs) <= 1
    assert macro_f1_change(pairs, pairs) == (0, 0, 0)


def test_macro_f1_is_the_mean_over_expected_values() -> None:
    assert macro_f1([("a", "a"), ("a", "b"), ("b", "b")]) == pytest.approx(2 / 3)


def test_each_line_is_judged_for_what_it_is(report: Report) -> None:
    shares = {one.measure: (one.share, one.count) for one in report.figures if one.group == "all"}
    assert shares["found"] == (pytest.approx(2 / 3), 3)
    assert shares["answered_wrong"] == (0.25, 4)
    assert shares["outside_kept"] == (1, 1)
    assert shares["standard_shown"] == (1, 3)  # dialect and short texts show none
    assert shares["danger_found"] == shares["rating"] == shares["masked"] == (1, 1)
    assert shares["f1_kind"] == (0, 1)
    groups = {one.group for one in report.figures}
    assert {"group:dialect", "channel:sms", "topic:outside"} <= groups


def test_a_wrong_answer_is_the_worst_of_the_confusions_and_told_why(report: Report) -> None:
    worst = report.confusions[0]
    assert (worst.expected, worst.got, worst.outcome) == ("gatelys", "bibliotek", "answer")
    assert worst.why.startswith("bibliotek ")
    assert ("kind", "complaint") in {(one.field, one.expected) for one in report.confusions}


def lines_of(*holds: bool, measure: str = "found") -> list[Judged]:
    return [Judged(key=str(n), holds={measure: held}) for n, held in enumerate(holds)]


def test_a_drop_beyond_its_interval_is_told_and_a_small_one_is_not() -> None:
    before = lines_of(*[True] * 50)
    [few] = compare(before, lines_of(*[True] * 48, False, False))
    [many] = compare(before, lines_of(*[True] * 40, *[False] * 10))
    assert (few.dropped, many.dropped) == (False, True)
    assert (many.lost, many.won) == (10, 0)
    [better] = compare(lines_of(*[True] * 50, measure="answered_wrong"),
                       lines_of(*[False] * 50, measure="answered_wrong"))  # fmt: skip
    assert (better.dropped, better.won) == (False, 50)
    [neutral] = compare(lines_of(*[True] * 50, measure="asked_right"),
                        lines_of(*[False] * 50, measure="asked_right"))  # fmt: skip
    assert not neutral.dropped


def test_what_is_kept_has_no_words_and_compares_as_no_change(report: Report) -> None:
    plain = msgspec.json.encode(kept(report))
    assert b"boss" not in plain
    again = against(report, "before", msgspec.json.decode(plain, type=Report).lines)
    assert again.changes
    assert {(one.change, one.won, one.lost) for one in again.changes} == {(0, 0, 0)}


@pytest.mark.parametrize("standard", ["nb", "nn"])
def test_the_page_is_whole_loads_nothing_and_escapes_what_people_write(
    report: Report, standard: str
) -> None:
    html = document(against(report, "før", lines_of(True)), standard, "html")
    assert f'<html lang="{standard}">' in html
    assert "<script" not in html
    assert re.findall(r"""(?:src|href)=|url\(|@import""", html) == []
    assert "Takk for fin hjelp &lt;b&gt;" in html
    pictures = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(pictures) == 2
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        assert root[0].tag.endswith("title")
    text = document(report, standard, "md")
    assert ("Målene" if standard == "nb" else "Måla") in text
    assert not re.search(r"\b(found|answered_right|f1_kind)\b", html + text)


def test_the_same_lines_give_the_same_report(edition: Edition, report: Report) -> None:
    assert evaluate(edition, LINES) == report
