"""The rules of the house that no linter knows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from house import ROOMS, ROOT, TEXTS, files, name, text
from packaging.requirements import Requirement

from connectors.commands import doctor

LONGEST = 300  # lines
VAGUE = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
TOP = {
    *ROOMS, "tests", "docker", "docs", ".ci", ".git", ".gitignore",
    "pyproject.toml", "requirements.lock", "requirements-dev.lock",
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
}  # fmt: skip
PROJECT: dict[str, Any] = tomllib.loads(text(ROOT / "pyproject.toml"))
SHARED = ROOT.parent / "shared" / "data"


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    lengths = {
        name(path): len(text(path).splitlines())
        for path in files(".py")
        if "versions" not in path.parts  # a migration is not divided
    }
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_names_say_what_a_thing_is() -> None:
    assert [name(path) for path in files(".py") if path.stem in VAGUE] == []


def test_every_flow_is_a_package() -> None:
    # rasa_sdk passes over a folder without one, in silence
    flows = ROOT / "dialogue" / "flows"
    folders = [path for path in flows.rglob("*") if path.is_dir() and path.name != "__pycache__"]
    with_actions = [folder for folder in folders if list(folder.glob("*.py"))]
    assert with_actions
    assert [name(one) for one in with_actions if not (one / "__init__.py").is_file()] == []


@pytest.mark.parametrize("folder", ["tests", "docker", "docs", ".ci"])
def test_only_rooms_are_packages(folder: str) -> None:
    # tests/dialogue/__init__.py would hide dialogue, docker/__init__.py the real docker
    assert list((ROOT / folder).rglob("__init__.py")) == []


@pytest.mark.parametrize("room", [*ROOMS, "docker"])
def test_every_room_tells_what_lies_in_it(room: str) -> None:
    assert (ROOT / room / "README.md").is_file()


def test_the_rooms_are_the_same_everywhere() -> None:
    tools = PROJECT["tool"]
    [layers] = [one for one in tools["importlinter"]["contracts"] if one["type"] == "layers"]
    assert set(ROOMS) == set(doctor.ROOMS)
    assert set(ROOMS) == set(tools["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert set(ROOMS) == set(layers["layers"]) == set(tools["importlinter"]["root_packages"])
    assert set(ROOMS) == set(tools["mypy"]["packages"])


def test_imports_go_downwards_only() -> None:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nothing_lies_at_the_top_but_the_house() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert {path.split("/")[0] for path in listed.stdout.split("\0") if path} <= TOP


def locked(file: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text(ROOT / file), re.M))


def wanted(*parts: list[str]) -> Iterator[Requirement]:
    for part in parts:
        yield from map(Requirement, part)


PARTS = {
    "requirements.lock": [
        PROJECT["project"]["dependencies"],
        PROJECT["dependency-groups"]["build"],
    ],
    "requirements-dev.lock": [
        PROJECT["project"]["dependencies"],
        PROJECT["dependency-groups"]["build"],
        PROJECT["project"]["optional-dependencies"]["dev"],
    ],
}


@pytest.mark.parametrize("file", PARTS)
def test_a_lock_holds_what_the_project_asks_for(file: str) -> None:
    # the way to make it anew is in CONTRIBUTING.md
    versions = locked(file)
    unmet = [
        str(one)
        for one in wanted(*PARTS[file])
        if not one.specifier.contains(versions.get(plain(one.name), "0"), prereleases=True)
        or plain(one.name) not in versions
    ]
    assert unmet == []


def plain(distribution: str) -> str:
    """The name as lock files write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_both_locks_agree() -> None:
    both, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {package: dev.get(package) for package in both} == both


@pytest.mark.parametrize("file", PARTS)
def test_everything_locked_has_hashes_and_names_no_host(file: str) -> None:
    content = text(ROOT / file)
    entries = re.split(r"^(?=[a-z0-9])", content, flags=re.M)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in content
    assert "--index" not in content


def borrowed() -> Iterator[str]:
    """Sentences of the data that we may measure with but not give on."""
    for path in sorted(SHARED.glob("*.jsonl")):
        for line in text(path).splitlines():
            row = json.loads(line)
            notes = row["note"].values() if isinstance(row.get("note"), dict) else ()
            yield from (row.get(key) or "" for key in ("q", "a", "text", "nb", "nn"))
            yield from notes
    for path in sorted(SHARED.glob("*.tsv")):
        yield from (line.split("\t")[-1] for line in text(path).splitlines())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the borrowed data is not beside the repository")
def test_no_borrowed_sentence_is_in_the_repository() -> None:
    whole = "\n".join(text(path) for path in files(*TEXTS - {".lock"}))
    long = [sentence for sentence in borrowed() if len(sentence) > 45]
    sample = long[:: max(1, len(long) // 1200)]
    assert len(sample) > 300
    assert [sentence for sentence in sample if sentence in whole] == []
