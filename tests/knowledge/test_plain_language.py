"""Hints on how a text is written: each is found, and good text is left in peace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.content import EXAMPLE, check_content

HINTS = {
    "articles.office-word",
    "articles.bokmal-in-nn",
    "articles.wrong-standard",
    "articles.passive",
    "articles.twin-structure",
}


@pytest.mark.parametrize(
    ("standard", "body", "code", "line"),
    [
        ("nb", "Hallen er åpen.\nVedrørende leie: ring oss.", "articles.office-word", 22),
        ("nn", "Hallen er open.\nSend ein henvendelse til oss.", "articles.bokmal-in-nn", 22),
        ("nn", "Kortet må betales før du badar, og skap tømmes.", "articles.bokmal-in-nn", 21),
        ("nn", "Kommunens bad er ope.", "articles.bokmal-in-nn", None),
        ("nn", "Badet til kommunens folk er ope.", "articles.bokmal-in-nn", 21),
        ("nb", "Hallen er åpen.\n\nSjå kva nettsida seier.", "articles.wrong-standard", 23),
        ("nn", "Hallen er open.\nSe hva hun sier, ikke jeg.", "articles.wrong-standard", 22),
        ("nn", "Hallen er open.\nMat koster litt.", "articles.wrong-standard", 22),
        ("nb", "Hallen er åpen.\nDet kan koste noko.", "articles.wrong-standard", 22),
        ("nn", "Spør vedkommande i luka.", "articles.office-word", 21),
        (
            "nn",
            "Ring Kirkens SOS, eller sjå www.eksempelvag.example/skole.",
            "articles.wrong-standard",
            None,
        ),
        (
            "nb",
            "Skapet blir tømt. Vannet blir skiftet. Gulvet blir vasket. Døra blir låst.",
            "articles.passive",
            21,
        ),
        ("nb", "Hallen er åpen.\n\n- en ting\n- en til", "articles.twin-structure", 21),
        ("nb", "Hallen er ikke åpen, og blir det aldri.", "articles.twin-structure", 21),
    ],
)
def test_a_hint_says_where(
    folder: Path,
    write: Callable[..., None],
    standard: str,
    body: str,
    code: str,
    line: int | None,
) -> None:
    write(standard, body=body)
    found = [problem for problem in check_content(folder) if problem.code == code]
    assert [problem.line for problem in found][:1] == ([line] if line else [])
    assert all(problem.severity == "warning" and problem.mend for problem in found)


def test_the_examples_own_articles_need_no_hint() -> None:
    told = [p for p in check_content(EXAMPLE) if p.code in HINTS]
    assert told == []
