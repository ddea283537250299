"""The data of this room: common forms, cues, examples."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.cues import build_lexicon, compile_pattern, load_patterns
from intents.examples import load_examples
from intents.normalise import NORMALISING, load_forms, normalise, tokenise
from knowledge.problems import ContentError
from knowledge.yaml_lines import read

FORMS = load_forms()
KINDS = {"praise", "suggestion", "complaint", "appeal", "deviation", "access", "concern"}


@pytest.mark.parametrize(("text", "common"), read(NORMALISING).data["examples"].items())
def test_the_examples_of_common_forms_hold(text: str, common: str) -> None:
    assert normalise(text, FORMS) == common


@given(st.integers(0, 10**9))
def test_numbers_are_never_changed(number: int) -> None:
    assert normalise(f"sak {number}", FORMS) == f"sak {number}"


def test_common_forms_are_stable() -> None:
    """A common form has itself as its common form, or comparing would depend on order."""
    for common in set(FORMS.words.values()):
        assert FORMS.words.get(common, common) == common


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("klag* på", "eg klagar på maten", True),
        ("fikk ikke .. middag", "mor fekk ikkje noko middag", True),
        ("fikk ikke .. middag", "mor fekk middag", False),
        ("orker ikke mer $", "orkar ikkje meir.", True),
        ("orker ikke mer $", "orkar ikkje meir snø", False),
        ("takk ?så til", "takk til alle", True),
        ("*lekkasje", "det er vasslekkasje", True),
    ],
)
def test_patterns_find_what_they_say(pattern: str, text: str, found: bool) -> None:
    lexicon = build_lexicon([compile_pattern("sign", pattern)])
    assert bool(lexicon.find(tokenise(text, FORMS))) is found


def test_a_pattern_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "cues.yml"
    file.write_text('praise:\n  - "bra"\n  - "?bra"\n', encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_patterns(file)
    assert [(p.code, p.line) for p in caught.value.problems] == [("cues.pattern", 3)]


def test_important_intents_have_enough_examples_in_both_standards() -> None:
    counts = Counter((example.label, example.standard) for example in load_examples())
    for standard in ("nb", "nn"):
        assert counts["question", standard] >= 100
        for kind in KINDS:
            assert counts[f"feedback/{kind}", standard] >= 30, (kind, standard)


def test_no_example_stands_under_two_intents() -> None:
    labels: dict[str, str] = {}
    for example in load_examples():
        assert labels.setdefault(example.text.lower(), example.label) == example.label


def test_examples_out_of_format_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "nb"
    folder.mkdir()
    text = 'version: "3.1"\nnlu:\n- intent: feedback\n  examples: |\n    - hei\n'
    (folder / "feedback.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_examples(tmp_path)
    assert [p.code for p in caught.value.problems] == ["examples.kind"]
