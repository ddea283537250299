"""Facts: one file holds what differs by municipality, and every text follows it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import render_sms
from knowledge.content import EXAMPLE, Content, check_content, load_content
from knowledge.facts import Facts, fields, filled
from knowledge.problems import ContentError, Problem

FACTS = """\
pool:
  phone: {value: {nb: "se oppslag", nn: "sjå oppslag"}, example: true, owner: kultur}
link:
  pool: "{{ municipality.site }}/bad"
"""
SAYS = {
    "sms": "{{ unit.kultur }}: 17-20, 10 år. Tlf {{ pool.phone }}.",
    "link": "{{ link.pool }}",
}


@pytest.fixture
def with_facts(folder: Path, write: Callable[..., None]) -> Callable[[str], Path]:
    """The small folder with this facts.yml, and articles that say its facts."""

    def make(facts: str, **changes: str) -> Path:
        (folder / "facts.yml").write_text(facts, encoding="utf-8")
        for standard in ("nb", "nn"):
            write(standard, **(SAYS | changes))
        return folder

    return make


def problems(folder: Path, code: str) -> list[Problem]:
    return [problem for problem in check_content(folder) if problem.code == code]


def test_a_field_says_the_value_in_the_articles_standard(
    with_facts: Callable[..., Path],
) -> None:
    content = load_content(with_facts(FACTS))
    told = {one: render_sms(content.article("svommehall", one)) for one in ("nb", "nn")}
    assert told == {
        "nb": "Kultur og bibliotek: 17-20, 10 år. Tlf se oppslag. eksempelvag.example/bad",
        "nn": "Kultur og bibliotek: 17-20, 10 år. Tlf sjå oppslag. eksempelvag.example/bad",
    }


def test_a_changed_value_changes_every_article_and_the_version(
    with_facts: Callable[..., Path],
) -> None:
    before = load_content(with_facts(FACTS))
    after = load_content(with_facts(FACTS.replace("oppslag", "plakat")))
    assert "plakat" in after.article("svommehall", "nn").sms
    assert after.version != before.version


@pytest.mark.parametrize(
    ("facts", "changes", "code", "place"),
    [
        (FACTS, {"body": "Ring {{ pool.fone }}."}, "facts.unknown", "svommehall.nb.md:21"),
        (FACTS, {"body": "Ring {{ Pool phone }}."}, "facts.field", "svommehall.nb.md:21"),
        (FACTS, {"body": "Ring {{ pool.phone }."}, "facts.field", "svommehall.nb.md:21"),
        (FACTS, {"body": "{{ unit.hallen }}"}, "facts.unknown", "svommehall.nb.md:21"),
        (FACTS + "  other: x", {}, "facts.unused", "facts.yml:5"),
        ("pool:\n  phone:\nlink:\n  pool: http://x.example", {}, "facts.no-value", "facts.yml:2"),
        ("pool:\n  phone: {value: , owner: kultur}", {}, "facts.no-value", "facts.yml:2"),
        (FACTS.replace("kultur", "hallen"), {}, "municipality.unknown-unit", "facts.yml:2"),
        (FACTS.replace('"sjå oppslag"', "12 34"), {}, "facts.drift", "facts.yml:2"),
        (FACTS.replace("se opp", "\\u0007"), {}, "content.wrong-value", "facts.yml:2"),
        (FACTS.replace("example:", "exampel:"), {}, "content.unknown-key", "facts.yml:2"),
        (FACTS.replace("nn: ", "no: "), {}, "content.missing-key", "facts.yml:2"),
        (FACTS.replace("municipality.site", "pool.phone"), {}, "facts.unknown", "facts.yml:4"),
        (FACTS.replace("{{ municipality.site }}", "bad"), {}, "facts.link", "svommehall.nb.md:9"),
        (FACTS + "unit:\n  torg: Torget", {}, "facts.given", "facts.yml:5"),
        (FACTS + "  Badet: x", {}, "facts.name", "facts.yml:5"),
        (FACTS + "badet: x", {}, "content.wrong-value", "facts.yml:5"),
        ("- pool", {}, "content.wrong-value", "facts.yml:1"),
        ("pool: {a: [}", {}, "yaml.syntax", "facts.yml:1"),
    ],
)
def test_each_fault_is_told_where_it_stands(
    with_facts: Callable[..., Path], facts: str, changes: dict[str, str], code: str, place: str
) -> None:
    found = problems(with_facts(facts, **changes), code)
    assert [f"{p.file.split('/')[-1]}:{p.line}" for p in found][:1] == [place]
    assert found[0].mend or found[0].why


def test_the_length_is_judged_with_the_value_in(with_facts: Callable[..., Path]) -> None:
    long = FACTS.replace("se oppslag", "se oppslag " * 30)
    assert problems(with_facts(long), "articles.sms-too-long")


def test_another_municipality_is_told_what_still_is_the_examples(
    with_facts: Callable[..., Path],
) -> None:
    folder = with_facts(FACTS)
    assert not problems(folder, "facts.example")
    municipality = folder / "municipality.yml"
    text = municipality.read_text(encoding="utf-8")
    municipality.write_text(
        text.replace("www.eksempelvag.example", "www.vag.kommune.no"), encoding="utf-8"
    )
    (told,) = problems(folder, "facts.example")
    assert told.severity == "warning"
    assert "pool.phone (line 2)" in told.what
    assert load_content(folder).article("svommehall", "nn").link == "https://www.vag.kommune.no/bad"


def test_a_comment_in_the_front_matter_says_no_fact(with_facts: Callable[..., Path]) -> None:
    folder = with_facts(FACTS)
    path = folder / "articles/idrett/svommehall.nb.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("---\n", "---\n# {{ no.fact }}\n", 1), encoding="utf-8")
    assert load_content(folder)


def test_the_example_names_what_is_its_own_in_its_own_files_only(example: Content) -> None:
    owned = ("Eksempelvåg", "eksempelvag", "Fjordren", "08.00-15.30", "Tildelingskontoret")
    said = [
        f"{path.name}:{number}"
        for path in (EXAMPLE / "articles").rglob("*.md")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(word in line for word in owned) and not line.startswith('  - "')
    ]
    assert said == []
    assert all(fact.values and fact.example for fact in example.facts.written.values())


def test_the_examples_articles_follow_another_municipalitys_files(tmp_path: Path) -> None:
    folder = tmp_path / "vag"
    shutil.copytree(EXAMPLE, folder)
    for name, old, new in (
        ("municipality.yml", "https://www.eksempelvag.example", "https://vag.kommune.no"),
        ("hours.yml", 'friday: "08:00-15:30"', 'friday: "09:00-14:00"'),
        ("units.yml", "nn: Innbyggjartorget", "nn: Servicetorget"),
        ("facts.yml", "{{ municipality.address }}/telefon", "lappen"),
    ):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    sms = render_sms(load_content(folder).article("apningstider", "nn"))
    assert sms.startswith("Servicetorget er ope måndag til torsdag 08.00-15.30, fredag 09.00-14.00")
    assert "Telefon: sjå lappen." in sms
    assert sms.endswith("vag.kommune.no/apningstider")


def test_nothing_is_loaded_with_a_field_left_open(with_facts: Callable[..., Path]) -> None:
    folder = with_facts("pool:\n  phone:\n")
    with pytest.raises(ContentError, match=r"facts\.no-value"):
        load_content(folder)


@given(st.text(alphabet="ab.{} \n-1"))
def test_filling_leaves_no_known_field_and_changes_nothing_else(text: str) -> None:
    facts = Facts(given={"a.b": {"nb": "æ", "nn": "ø"}})
    known = [name for name in fields(text) if name == "a.b"]
    out = filled(text, facts, "nb")
    assert out.count("æ") == len(known)
    assert known or out == text
