"""The guide for editors, followed to the letter: an article from an empty page to an answer."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from house import ROOT
from typer.testing import CliRunner

from connectors.cli import app

PARTS = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def guide(standard: str) -> str:
    return (ROOT / f"docs/editors.{standard}.md").read_text(encoding="utf-8")


def written(standard: str) -> str:
    """The article that the guide shows."""
    return next(text for kind, text in PARTS.findall(guide(standard)) if kind == "markdown")


def commands(standard: str) -> list[str]:
    return [
        line
        for kind, text in PARTS.findall(guide(standard))
        if kind == "sh"
        for line in text.splitlines()
    ]


def test_both_guides_tell_the_same_steps() -> None:
    steps = {
        one: [re.sub('ask ".*"', "ask", line) for line in commands(one)] for one in ("nb", "nn")
    }
    assert steps["nb"] == steps["nn"]
    facts = {
        one: [text for kind, text in PARTS.findall(guide(one)) if kind == "yaml"] for one in steps
    }
    assert facts["nb"] == facts["nn"]


def test_an_editor_who_follows_the_guide_gets_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAMSVAR_CONTENT", raising=False)
    said = ""
    for kind, text in PARTS.findall(guide("nn")):
        if kind == "sh":
            for line in text.splitlines():
                said = follow(line, monkeypatch)
        elif kind == "yaml":
            name = "texts.yml" if text.startswith("utter_") else "facts.yml"
            with Path("min-kommune", name).open("a", encoding="utf-8") as file:
                file.write(text)
        else:
            for one in ("nb", "nn"):
                path = Path(f"min-kommune/articles/kultur/badstue.{one}.md")
                assert "[SKRIV: " in path.read_text(encoding="utf-8")
                path.write_text(written(one), encoding="utf-8")
        if "samsvar ask" in text:
            assert said.startswith("Du bestiller badstova")
            assert "eksempelvag.example/badstue" in said
    assert "Hei frå Eksempelvåg. Kva lurer du på?" in said
    assert "Hei frå Eksempelvåg" in follow("samsvar texts --own", monkeypatch)


def follow(line: str, monkeypatch: pytest.MonkeyPatch) -> str:
    command, *arguments = shlex.split(line)
    if command == "export":
        monkeypatch.setenv(*arguments[0].split("=", 1))
        return ""
    assert command == "samsvar"
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, f"{line}\n{done.output}"
    return done.stdout
