"""`samsvar evaluate`, as an editor and a builder type it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from house import ROOT
from typer.testing import CliRunner

from connectors.cli import app
from dialogue.edition import Edition
from knowledge.content import EXAMPLE

LINES: list[dict[str, Any]] = [
    {
        "q": "kor tid bler boss henta på tau",
        "standard": "nn",
        "dialect": True,
        "article": "tommeplan",
    },
    {"q": "Når er biblioteket åpent i dag?", "standard": "nb", "article": "bibliotek"},
    {"q": "Hvor fornyer jeg passet mitt?", "standard": "nb", "article": None},
    {"text": "det brenn i huset vårt", "expect": {"emergency": "110"}, "group": "nn"},
]


@pytest.fixture
def file(tmp_path: Path, edition: Edition, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("connectors.commands.evaluate.open_edition", lambda _: edition)
    path = tmp_path / "asked.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)) + "\n\n")
    return path


def samsvar(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def test_a_report_is_kept_and_compared_with_and_a_drop_fails(file: Path, tmp_path: Path) -> None:
    kept, page = tmp_path / "kept.json", tmp_path / "page.html"
    assert samsvar(file, "--keep", kept, "--html", page, "--language", "nb").exit_code == 0
    assert "Hvor godt svarer roboten?" in page.read_text()
    same = samsvar(file, "--against", kept)
    assert same.exit_code == 0, same.output
    assert "Endring sidan kept.json" in same.output
    worse = tmp_path / "worse.jsonl"
    many = [{**LINES[0], "q": f"kor tid bler boss nr {n} henta"} for n in range(12)]
    worse.write_text("\n".join(map(json.dumps, many)))
    right = json.loads(samsvar(worse, "--json").output)
    assert all(line["holds"]["found"] for line in right["lines"])
    (tmp_path / "right.json").write_text(json.dumps(right))
    worse.write_text("\n".join(json.dumps(line | {"article": "gatelys"}) for line in many))
    failed = samsvar(worse, "--against", tmp_path / "right.json")
    assert failed.exit_code == 1
    assert "found has dropped: 1.000 before, 0.000 now" in failed.output


def test_content_without_the_article_is_worse(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "content"
    shutil.copytree(EXAMPLE, folder)
    for path in folder.rglob("bibliotek.n?.md"):
        path.unlink()
    told = samsvar(file, "--against", folder, "--json")
    changes = {one["measure"]: one for one in json.loads(told.output)["changes"]}
    assert changes["found"]["won"] == 1


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_a_commit_answers_for_itself(file: Path) -> None:
    known = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    if known.returncode:
        pytest.skip("git does not answer here")
    file.write_text(json.dumps(LINES[0]) + "\n")
    told = samsvar(file, "--against", "HEAD", "--json")
    assert told.exit_code in (0, 1), told.output
    assert {one["lines"] for one in json.loads(told.stdout)["changes"]} == {1}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"q": "hei"}', "asked.jsonl:2: "),
        ('{"text": "hei"}', "asked.jsonl:2: "),
        ("nonsense", "asked.jsonl:2: "),
        ("[1]", "asked.jsonl:2: "),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_place(file: Path, line: str, why: str) -> None:
    file.write_text(json.dumps(LINES[0]) + f"\n{line}\n")
    told = samsvar(file)
    assert told.exit_code == 1
    assert why in told.output


def test_what_cannot_be_compared_with_is_told(file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "x.json"
    empty.write_text("{}")
    for name in ("no-such-commit", empty):
        told = samsvar(file, "--against", name)
        assert told.exit_code == 2, told.output
    assert samsvar(tmp_path / "none.jsonl").exit_code == 1
    assert samsvar(file, "--language", "en").exit_code == 2
