"""The commands on the collaboration rules, as an editor runs them."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from past_cases import fill, past_rows
from typer.testing import CliRunner

from connectors.app import open_store
from connectors.cli import app
from connectors.settings import Settings
from dialogue.routing.facts import Facts
from dialogue.routing.invented import invent
from dialogue.routing.tables import load_rules
from knowledge.content import EXAMPLE
from knowledge.municipality_files import read_municipality


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's rules without its articles, and a draft 2.0 with another deadline."""
    monkeypatch.delenv("SAMSVAR_CONTENT", raising=False)
    monkeypatch.setenv("SAMSVAR_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "content"
    folder.mkdir()
    for path in EXAMPLE.glob("*.yml"):
        shutil.copyfile(path, folder / path.name)
    shutil.copytree(EXAMPLE / "tables", folder / "tables")
    draft = folder / "tables" / "2.0"
    shutil.copytree(EXAMPLE / "tables", draft)
    for name, old, new in (
        ("ruleset.yml", 'version: "1.0"', 'version: "2.0"'),
        ("handling.yml", "due_working_days: 15}", "due_working_days: 10}"),
    ):
        text = (draft / name).read_text(encoding="utf-8")
        (draft / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "160"})
    assert done.exit_code == code, done.output
    return done.output


def test_rules_alone_prints_the_document() -> None:
    assert run("rules", "--lang", "nn").startswith("# Reglar for dialog og samhandling")
    assert run("rules", "--format", "html", "--lang", "nb").startswith("<!doctype html>")


def test_rules_as_a_pdf_go_to_a_file_or_a_pipe(tmp_path: Path) -> None:
    file = tmp_path / "reglar.pdf"
    assert "Wrote" in run("rules", "--format", "pdf", "--lang", "nn", "--into", file)
    piped = CliRunner().invoke(app, ["rules", "--format", "pdf", "--lang", "nn"])
    assert piped.stdout_bytes == file.read_bytes()
    assert file.read_bytes().startswith(b"%PDF-")
    assert "md, html or pdf" in run("rules", "--format", "docx", code=2)
    run("rules", "--into", tmp_path / "none" / "a.md", code=2)


def test_proving_tells_of_every_version(content: Path) -> None:
    text = run("rules", "prove", "--content", content)
    assert "tables, version 1.0: 70 rows in 12 tables" in text
    assert "tables/2.0, version 2.0" in text
    told = [
        json.loads(x) for x in run("rules", "prove", "--json", "--content", content).splitlines()
    ]
    assert [each["faults"] for each in told] == [0, 0]


def test_a_fault_in_a_draft_ends_proving_with_one(content: Path) -> None:
    path = content / "tables" / "2.0" / "unit.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("id: U8", "id: U7"), encoding="utf-8")
    assert "routing.id-twice" in run("rules", "prove", "--content", content, code=1)


def test_a_difference_is_told_as_cases(content: Path) -> None:
    text = run("rules", "diff", "1.0", "2.0", "--lang", "nn", "--content", content)
    assert text.startswith("- Kor fort (T6)")
    assert "endeleg svar innan 10 virkedagar" in text
    alike = run("rules", "diff", "1.0", content / "tables", "--content", content)
    assert alike == "Every case is decided alike.\n"
    assert "neither a version" in run("rules", "diff", "1.0", "9", "--content", content, code=2)


def test_csv_and_dmn_bring_the_same_rules_back(content: Path, tmp_path: Path) -> None:
    for target in (tmp_path / "sheets", tmp_path / "rules.dmn"):
        back = tmp_path / f"back-{target.stem}"
        run("rules", "export", target, "--content", content)
        assert "is proven" in run("rules", "import", target, back, "--content", content)
        text = run("rules", "diff", "1.0", back, "--content", content)
        assert text == "Every case is decided alike.\n"


def test_adopting_and_going_back_are_recorded(content: Path) -> None:
    who = ("--by", "Kommunestyret", "--case", "EKS-PS-0009/27", "--content", content)
    run("rules", "adopt", "2.0", "--why", "Kortare frist", "--from", "2035-01-01", *who)
    listed = run("rules", "versions", "--content", content)
    assert "2035-01-01: 2.0, adopted by Kommunestyret (EKS-PS-0009/27): Kortare frist" in listed
    run("rules", "rollback", "--why", "For knapt", "--from", "2035-02-01", *who)
    listed = run("rules", "versions", "--content", content)
    assert "2035-02-01: 1.0, rolled back by Kommunestyret (EKS-PS-0009/27): For knapt" in listed
    late = run("route", '{"kind":"complaint"}', "--on", "2035-01-15", "--content", content)
    assert json.loads(late)["due_working_days"] == 10
    back = run("route", '{"kind":"complaint"}', "--on", "2035-02-15", "--content", content)
    assert json.loads(back)["due_working_days"] == 15


def test_the_past_cannot_be_adopted_anew(content: Path) -> None:
    who = ("--by", "x", "--case", "x", "--why", "x", "--content", content)
    text = run("rules", "adopt", "2.0", "--from", "2020-01-01", *who, code=2)
    assert "in the past" in text
    assert "nothing to go back from" in run("rules", "rollback", *who, code=2)


def test_a_simulation_tells_what_would_have_changed(content: Path, tmp_path: Path) -> None:
    municipality, _ = read_municipality(EXAMPLE)
    assert municipality is not None
    rules = load_rules(EXAMPLE, municipality)
    rows = past_rows(rules, islice(invent(rules), 400), datetime(2026, 1, 1, tzinfo=UTC))

    async def prepare() -> None:
        async with open_store(Settings(data_dir=tmp_path / "data")) as store:
            await fill(store, rows)

    asyncio.run(prepare())
    figures = json.loads(run("ties", "--year", 2026, "--json", "--content", content))
    assert figures["valid"] == []
    assert figures["tickets"] == 400
    assert "fewer than 5" in figures["units"].values()
    asked = ("simulate", "--rules", "2.0", "--since", "2025-01-01", "--content", content)
    told = json.loads(run(*asked, "--json").splitlines()[-1])
    assert told["cases"] == 400
    assert told["slower"] == told["unlike"] == 0
    assert 0 < told["faster"] == told["changed"] < 400
    assert sum(each["after"] for each in told["load"].values()) == 400
    text = run(*asked, "--lang", "nn")
    assert "Versjon 2.0 prøvd på 400 saker sidan 1. januar 2025" in text
    assert "endeleg svar, virkedagar" in text
    sheet = run(*asked, "--csv", "--lang", "nb")
    assert "Fra;Til;Saker" in sheet
    page = tmp_path / "report.html"
    run(*asked, "--html", page)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_declared_ties_are_listed_while_they_are_valid(content: Path) -> None:
    assert run("ties", "--content", content) == "No tie is declared.\n"
    text = """ties:
  - id: kultur-1
    role: kultur.lead
    tie: auto
    ground: organisation
    when: {service: kulturmidler}
    valid_from: 2020-01-01
    declared_at: 2020-01-01
"""
    (content / "ties.yml").write_text(text, encoding="utf-8")
    assert run("ties", "--content", content).startswith("kultur-1  kultur.lead  auto")
    (content / "ties.yml").write_text(text.replace("auto", "friend"), encoding="utf-8")
    done = CliRunner().invoke(app, ["ties", "--content", str(content)])
    assert done.exit_code == 1
    assert "routing.tie-field" in done.output


def test_fairness_says_honestly_that_nothing_was_found(content: Path, tmp_path: Path) -> None:
    municipality, _ = read_municipality(EXAMPLE)
    assert municipality is not None
    rules = load_rules(EXAMPLE, municipality)
    rows = past_rows(rules, islice(invent(rules), 600), datetime(2026, 1, 1, tzinfo=UTC))

    async def prepare() -> None:
        async with open_store(Settings(data_dir=tmp_path / "data")) as store:
            await fill(store, rows)

    asyncio.run(prepare())
    asked = ("fairness", "--since", "2025-01-01", "--content", content)
    text = run(*asked, "--lang", "nn")
    assert "Ingen skilnad som er større enn tilfeldigheit" in text
    told = [json.loads(line) for line in run(*asked, "--json").splitlines()]
    assert {each["dimension"] for each in told} == {"channel", "standard", "who", "period"}
    assert not any(each["differs"] for each in told)
    assert all(each["cases"] is None for each in told if each["p"] is None)


def test_a_quiz_is_written_scored_and_compared(content: Path, tmp_path: Path) -> None:
    sheet, one, other = (tmp_path / name for name in ("quiz.csv", "one.csv", "other.csv"))
    run("train", "--write", sheet, "--cases", 6, "--lang", "nn", "--content", content)
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "number;case;unit;facts"
    one.write_text("\n".join(line.replace(';;"{', ';torg;"{') for line in lines), encoding="utf-8")
    other.write_text(
        "\n".join(line.replace(';;"{', ';kdir;"{') for line in lines), encoding="utf-8"
    )
    text = run("train", "--score", one, "--against", other, "--lang", "nn", "--content", content)
    assert "av 6 rett." in text
    assert "De er samde i 0 av 6 saker. Cohens kappa er 0,00" in text
    named = tmp_path / "named.csv"
    named.write_text(one.read_text(encoding="utf-8").replace(";torg;", ";innbyggjartorget;"))
    text = run("train", "--score", one, "--against", named, "--lang", "nb", "--content", content)
    assert "6 av 6" in text  # a unit's name in either standard is its id
    assert "no quiz" in run("train", "--score", content / "units.yml", code=2)


def test_the_terminal_quiz_takes_a_number_or_an_id(content: Path) -> None:
    words = ["train", "--cases", "2", "--lang", "nb", "--content", str(content)]
    done = CliRunner().invoke(app, words, input="1\nkdir\n")
    assert done.exit_code == 0, done.output
    assert "Hvem skal ha saken?" in done.output
    assert "av 2 rett." in done.output


def test_an_answer_to_a_relative_is_confirmed_to_be_general(content: Path, tmp_path: Path) -> None:
    municipality, _ = read_municipality(EXAMPLE)
    assert municipality is not None
    rules = load_rules(EXAMPLE, municipality)
    relative = Facts(kind="complaint", service="sykehjem", who="relative")
    rows = past_rows(rules, [relative], datetime(2026, 1, 1, tzinfo=UTC))

    async def prepare() -> None:
        async with open_store(Settings(data_dir=tmp_path / "data")) as store:
            await fill(store, rows)

    asyncio.run(prepare())
    for command in ("reply", "close"):
        done = CliRunner().invoke(
            app, [command, "S1", "Mor di har fått ny seng.", "--content", str(content)]
        )
        assert done.exit_code == 1
        assert "Nothing was sent" in done.output
        assert "Y2" in done.output
        assert "--confirm-general" in done.output
    run("close", "S1", "Vi ser på rutinane.", "--confirm-general", "--content", content)
