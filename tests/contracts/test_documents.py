"""What the documents say is so, and what is so is in the documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from house import ROOMS, ROOT, TEXTS, files, name, text
from problem_codes import problem_codes
from typer.testing import CliRunner

from connectors.cli import COMMANDS, app
from connectors.settings import settings_table

DOCUMENTS = list(files(".md", under=("docs", "docker", *ROOMS)))
DOCUMENTS = [path for path in DOCUMENTS if "example" not in path.parts] + [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
]
# not a list of hosts: words that only package indexes and their mirrors have in their names
REGISTRY = re.compile(
    r"://[\w.-]*(pypi|pythonhosted|npmjs|registry|mirror)|--(extra-)?index-url|--find-links"
)
MACHINE = re.compile(r"(?<![\w.])/(work|root|home/\w+|tmp/build)/")
# commands of a shell line or of code in a text: `samsvar check`, .venv/bin/samsvar demo
SAID = re.compile(r"(?:`|bin/|^|\$ |&& |serve |run )samsvar ([a-z][a-z-]*)", re.M)


@pytest.mark.parametrize("ending", ["samsvar demo", "pytest -n 2"])
def test_the_readme_has_one_command_that_sets_up_and(ending: str) -> None:
    script = ROOT / ".ci" / "readme_command.py"
    done = subprocess.run(
        [sys.executable, script, ending], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--require-hashes" in done.stdout
    assert "--no-build-isolation" in done.stdout


def test_the_readme_names_every_command() -> None:
    [listed] = re.findall(r"^## Commands\n+(.*?)^## ", text(ROOT / "README.md"), re.M | re.S)
    assert set(re.findall(r"`([a-z-]+)`", listed)) == set(COMMANDS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_command_in_a_document_exists(document: Path) -> None:
    assert set(SAID.findall(text(document))) - set(COMMANDS) == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_what_it_does(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    meaning = (COMMANDS[command].__doc__ or "").strip().splitlines()[0]
    assert len(meaning) > len(command) + 10
    assert meaning[:60] in shown.output


def test_the_settings_are_documented_as_they_are() -> None:
    rows = re.findall(
        r"^\| `(SAMSVAR_\w+)` \| (.*?) \| (.*?) \|$", text(ROOT / "docs/operating.md"), re.M
    )
    documented = {variable: (default.strip("`"), meaning) for variable, default, meaning in rows}
    assert documented == {row.variable: (row.default, row.description) for row in settings_table()}


def headings() -> set[str]:
    found: set[str] = set()
    for path in files(".md", under=("docs",)):
        found |= set(re.findall(r"^#+ `?([a-z]+\.[a-z0-9-]+)`?\s*$", text(path), re.M))
    return found


def test_every_problem_has_a_heading() -> None:
    codes = problem_codes(files(".py", under=ROOMS))
    assert "yaml.syntax" in codes
    assert sorted(codes - headings()) == []


def test_no_heading_is_of_a_problem_that_is_gone() -> None:
    assert sorted(headings() - problem_codes(files(".py", under=ROOMS))) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)", text(document))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_nothing_names_a_package_host_or_a_place_on_one_machine() -> None:
    this = Path(__file__).resolve()
    named = [
        f"{name(path)}: {match[0]}"
        for path in files(*TEXTS)
        if path != this
        for match in (REGISTRY.search(text(path)), MACHINE.search(text(path)))
        if match
    ]
    assert named == []
