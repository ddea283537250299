"""Which questions ask for the same thing."""

from __future__ import annotations

from datetime import date

import pytest
from held import Held
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.edition import Edition
from knowledge.article_form import Beginning
from knowledge.gap_draft import clean_line, draft_text, fit_questions
from knowledge.near_duplicates import group_alike
from knowledge.yaml_lines import parse

TEXTS = [
    "Kan eg parkere hesten i sentrum?",
    "kan jeg parkere hest i sentrum",
    "kor kan eg setje hesten min i sentrum",
    "Hvor fornyer jeg passet mitt?",
    "kor fornyer eg passet",
    "pass fornyelse",
    "fornye pas",
    "Kan jeg PARKERE hest i sentrum!!",
    "???",
    "!!",
]


def test_wordings_of_one_thing_are_one_group_and_other_things_are_not(edition: Edition) -> None:
    groups = group_alike(TEXTS, edition.index)
    of = {place: number for number, places in enumerate(groups) for place in places}
    assert of[0] == of[1] == of[7]
    assert of[3] == of[4]
    assert of[0] != of[3]
    assert of[8] != of[9]


@pytest.fixture(scope="module")
def held(edition: Edition) -> Held:
    return Held(edition)


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(st.sampled_from(TEXTS) | st.text(max_size=20), max_size=12))
def test_every_text_is_in_one_group_and_the_same_texts_give_the_same(
    held: Held, texts: list[str]
) -> None:
    index = held.edition.index
    groups = group_alike(texts, index)
    assert sorted(place for places in groups for place in places) == list(range(len(texts)))
    assert groups == group_alike(texts, index)
    for places in groups:
        same = {texts[place] for place in places}
        assert all(texts.index(text) in places for text in same)


HOSTILE = 'hei\x1b[31m "der": \u202egis{{ x }}\n---\n# [***] 12'


def test_a_draft_can_be_read_whatever_people_write() -> None:
    asked = [HOSTILE, "kvar kan hesten stå", "Kvar kan hesten stå?", "x" * 141]
    questions = fit_questions(asked)
    beginning = Beginning(
        id="hest", unit="torg", theme="anna", title={"nb": "Hest", "nn": questions[0]},
        questions={"nn": questions},
    )  # fmt: skip
    for standard, count in (("nn", 2), ("nb", 1)):
        text = draft_text(beginning, standard, date(2026, 11, 24))
        lines = text.splitlines()
        front = parse("\n".join(lines[1 : lines.index("---", 1)]) + "\n", "x").data
        assert len(front["questions"]) == count
        assert front["sms"].startswith("[SKRIV")  # `check` refuses it
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[***]" not in text


def test_lines_are_cleaned_and_few() -> None:
    assert clean_line("a\tb\r\n\x00c\u2066d") == "a b c d"
    assert len(fit_questions([f"spørsmål {n}" for n in range(30)])) == 12
