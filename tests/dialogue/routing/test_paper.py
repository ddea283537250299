"""The rules as a PDF: what stands in it, and that it can be filed and read aloud."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from dialogue.routing.document import document_paper
from dialogue.routing.pages import tied
from dialogue.routing.ruleset import RuleSet


def _plain(text: str) -> str:
    """Text as it was before it was broken into lines: no spaces, no hyphens."""
    return re.sub(r"[\s\N{SOFT HYPHEN}-]", "", text)


@pytest.fixture(scope="module", params=["nb", "nn"])
def standard(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture(scope="module")
def made(rules: RuleSet, standard: str) -> bytes:
    return document_paper(rules, rules.municipality, standard)


@pytest.fixture(scope="module")
def read(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(made))


@pytest.fixture(scope="module")
def pages(read: pypdf.PdfReader) -> list[str]:
    return [page.extract_text() for page in read.pages]


def test_every_row_with_its_basis_and_every_unit_stands_in_the_pdf(
    rules: RuleSet, standard: str, pages: list[str]
) -> None:
    text = _plain("".join(pages))
    for table in rules.tables:
        assert _plain(table.purpose[standard]) in text
        for row in table.rows:
            assert _plain(f"{row.id} {row.title[standard]}") in text
            assert _plain(row.basis["fvl"]) in text
    for unit in rules.municipality.units.values():
        assert _plain(unit.name[standard]) in text
    assert _plain({"nb": "Vedtatt av", "nn": "Vedteken av"}[standard]) in text
    assert _plain(rules.adopted_by[standard]) in text
    for letter in "æøå§":
        assert letter in text


def test_a_pdf_has_contents_bookmarks_page_numbers_and_the_picture(
    rules: RuleSet, standard: str, read: pypdf.PdfReader, pages: list[str]
) -> None:
    titles = [table.title[standard] for table in rules.tables]
    assert {"nb": "Innhold", "nn": "Innhald"}[standard] in pages[0]
    for title in titles:
        assert title in pages[0]
    marks = [each.title for each in read.outline[1] if not isinstance(each, list)]
    assert [mark for mark in marks if mark in titles] == titles
    for number, page in enumerate(pages, 1):
        assert f"Side {number} av {len(pages)}" in page
    picture = rules.names["picture"]["title"][standard]
    assert picture in _alternatives(read)


def test_a_pdf_can_be_filed_and_read_aloud(
    rules: RuleSet, standard: str, read: pypdf.PdfReader
) -> None:
    root = read.trailer["/Root"]
    assert root["/Lang"] == f"{standard}-NO"
    assert root["/MarkInfo"]["/Marked"]
    said = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in said
    assert "<pdfuaid:part>1</pdfuaid:part>" in said
    assert read.metadata is not None
    assert read.metadata.author == rules.municipality.name


def test_the_same_rules_give_the_same_bytes(rules: RuleSet, standard: str, made: bytes) -> None:
    assert document_paper(rules, rules.municipality, standard) == made


def test_a_number_keeps_its_section_sign_and_its_letter() -> None:
    gap = "\N{NO-BREAK SPACE}"
    assert tied("lov § 11 a og §§ 29 og 32") == f"lov §{gap}11{gap}a og §§{gap}29 og 32"
    assert tied("loven § 2 A-2") == f"loven §{gap}2{gap}A-2"
    assert tied("forskrift § 8 i loven") == f"forskrift §{gap}8 i loven"


def _alternatives(read: pypdf.PdfReader) -> set[str]:
    """What the tags of the paper say instead of pictures."""
    objects = (read.get_object(number) for number in range(1, int(read.trailer["/Size"])))
    return {str(each["/Alt"]) for each in objects if isinstance(each, dict) and "/Alt" in each}
