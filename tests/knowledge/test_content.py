"""The content folder: what loads, and how each fault is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from problem_codes import problem_codes

import knowledge
from knowledge.articles import render_sms
from knowledge.content import EXAMPLE, Content, check_content, load_content
from knowledge.gsm import segments
from knowledge.problems import ContentError

DAY = date(2026, 11, 24)


def codes(folder: Path, today: date | None = None) -> set[str]:
    return {problem.code for problem in check_content(folder, today)}


def test_the_small_folder_is_without_fault(folder: Path) -> None:
    assert check_content(folder, DAY) == []
    content = load_content(folder)
    assert content.article("svommehall", "nn").title == "Symjehallen"
    assert content.municipality.services["hjemmehjelp"].decider == "tildeling"


def test_a_missing_twin_is_answered_in_the_other_standard(folder: Path) -> None:
    (folder / "articles/idrett/svommehall.nn.md").unlink()
    assert codes(folder) == {"articles.twin-missing"}
    with pytest.raises(ContentError):
        load_content(folder)


def test_the_version_follows_the_content(folder: Path, write: Callable[..., None]) -> None:
    before = load_content(folder).version
    assert load_content(folder).version == before
    write("nb", title="Hallen")
    assert load_content(folder).version != before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": "hallen"}, "articles.unknown-unit"),
        ({"service": "stup"}, "articles.unknown-service"),
        ({"standard": "sv"}, "content.wrong-value"),
        ({"titel": "x"}, "content.unknown-key"),
        ({"theme": "kultur"}, "articles.place"),
        ({"id": "hall"}, "articles.place"),
        ({"sms": "Hallen er åpen 😀 tirsdag 17-20, fra 10 år."}, "articles.gsm-7"),
        ({"sms": "Åpen 17-20 – fra 10 år."}, "articles.gsm-7"),
        ({"sms": "Åpen 17-20, fra 10 år. " + "Kom og bad. " * 26}, "articles.sms-too-long"),
        ({"sms": "Hallen er åpen tirsdag 17-21. Barn under 10 år."}, "articles.twin-drift"),
        ({"link": "https://www.eksempelvag.example/hall"}, "articles.twin-drift"),
        ({"body": ""}, "articles.body-empty"),
        ({"body": "Ikkje ring. Sjå kva nettsida seier."}, "articles.standard"),
        ({"body": "ord " * 26 + "."}, "articles.long-sentence"),
        ({"questions": "en\nto"}, "articles.few-questions"),
        ({"questions": "a\n" * 4 + "A?\nb\nc\nd"}, "articles.question-twice"),
    ],
)
def test_each_fault_has_its_code(
    folder: Path, write: Callable[..., None], changes: dict[str, str], code: str
) -> None:
    write("nb", **changes)
    assert code in codes(folder)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reviewed": "2025-11-23"}, "articles.stale"),
        ({"valid_until": "2026-11-23"}, "articles.expired"),
    ],
)
def test_age_is_told_on_a_given_day_only(
    folder: Path, write: Callable[..., None], changes: dict[str, str], code: str
) -> None:
    for standard in ("nb", "nn"):
        write(standard, **changes)
    assert codes(folder, DAY) == {code}
    assert codes(folder) == set()


def test_a_fault_names_file_line_and_mend(folder: Path, write: Callable[..., None]) -> None:
    write("nb", titel="x")
    (problem,) = [p for p in check_content(folder) if p.code == "content.unknown-key"]
    assert str(problem) == (
        "articles/idrett/svommehall.nb.md:11: «titel» is no known key [content.unknown-key]\n"
        "  It would be silently ignored.\n"
        "  Mend: did you mean «title»?"
    )


def test_all_faults_are_told_at_once(folder: Path, write: Callable[..., None]) -> None:
    write("nb", unit="hallen", service="stup")
    (folder / "units.yml").write_text("torg: {navn: x}\n", encoding="utf-8")
    (folder / "hours.yml").unlink()
    assert {"content.missing-key", "content.unknown-key", "content.missing-file"} <= codes(folder)
    with pytest.raises(ContentError) as raised:
        load_content(folder)
    assert len(raised.value.problems) > 3


def test_two_articles_may_not_claim_one_question(folder: Path, write: Callable[..., None]) -> None:
    write("nb", name="badeland.nb.md", id="badeland")
    found = codes(folder)
    assert {"articles.question-claimed", "articles.twin-missing"} <= found


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("units.yml", "recusal_to: politisk", "recusal_to: torg", "municipality.recusal-circle"),
        ("units.yml", "recusal_to: politisk", "recusal_to: kong", "municipality.unknown-unit"),
        ("services.yml", "decider: tildeling", "decider: kong", "municipality.unknown-unit"),
        ("municipality.yml", "centre: torg", "centre: kong", "municipality.unknown-unit"),
        ("municipality.yml", "Europe/Oslo", "Europe/Tau", "municipality.timezone"),
        ("hours.yml", "08:00-15:30", "15:30-08:00", "hours.backwards"),
        ("hours.yml", "12-24", "13-24", "hours.no-such-day"),
        ("hours.yml", "closed:", "closed: [", "yaml.syntax"),
        ("municipality.yml", "name:", "name: x\nname:", "yaml.key-twice"),
    ],
)
def test_faults_of_the_municipality_are_told(
    folder: Path, file: str, old: str, new: str, code: str
) -> None:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert code in codes(folder)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert codes(tmp_path / "nothing") == {"content.missing-folder"}


def test_the_example_municipality_is_without_error(example: Content) -> None:
    errors = [p for p in check_content(EXAMPLE, DAY) if p.severity == "error"]
    assert errors == []
    assert len(example.municipality.units) == 19
    assert len(example.municipality.services) >= 60
    assert len(example.article_ids()) >= 70


def test_every_sms_of_the_example_fits_in_two_segments(example: Content) -> None:
    assert all(segments(render_sms(article)) <= 2 for article in example.articles.values())


def test_every_code_has_a_heading_in_the_docs() -> None:
    room = Path(knowledge.__file__).parent
    docs = (room.parent / "docs/content.md").read_text(encoding="utf-8")
    used = problem_codes(room.glob("*.py"))
    assert "facts.unknown" in used
    assert sorted(code for code in used if f"#### {code}\n" not in docs) == []
