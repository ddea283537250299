"""The guide «your first flow», followed to the letter."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.cli import app
from dialogue.bot_check import check_bot
from dialogue.bot_folder import open_folder
from dialogue.domain import load_bot
from dialogue.edition import FLOWS, load_flows
from dialogue.executor import Executor, UserTurn

GUIDE = (Path(__file__).parents[2] / "docs" / "first-flow.md").read_text(encoding="utf-8")
FILE = re.compile(r"^## [^\n]*`(lost_property/[^`]+)`$.*?^```\w+\n(.*?)^```$", re.M | re.S)
COMMANDS = re.findall(r"^```sh\n(samsvar .*?)\n```$", GUIDE, re.M)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILE.findall(GUIDE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "lost_property" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "lost_property"


def test_the_guide_writes_a_whole_flow(folder: Path) -> None:
    names = {str(path.relative_to(folder)) for path in folder.rglob("*.*")}
    assert names == {
        "__init__.py", "actions.py", "domain.yml", "rules.yml", "transcripts/lost.yml",
    }  # fmt: skip


def test_its_commands_do_as_it_says(folder: Path) -> None:
    assert COMMANDS == ["samsvar dialogue check lost_property", "samsvar conform lost_property"]
    said = []
    for command in COMMANDS:
        done = CliRunner().invoke(app, command.split()[1:])
        assert done.exit_code == 0, done.output
        said.append(done.output.strip().splitlines()[-1])
    assert f"`{said[0]}`" in GUIDE
    assert said[1] == "1 conversations, 4 turns, 0 differ (level state)"


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (r"  utter_ask_lost_where:\n(    .*\n)+", "[forms.no-question]"),
        (
            r"    - condition: .*value: nn}\]\n      text: \"Kva har.*\n",
            "says nothing in nn on sms",
        ),
    ],
)
def test_what_is_taken_away_is_missed(folder: Path, gone: str, told: str) -> None:
    domain = folder / "domain.yml"
    text, count = re.subn(gone, "", domain.read_text(encoding="utf-8"))
    domain.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["dialogue", "check", "lost_property"])
    assert (count, done.exit_code) == (1, 1)
    assert told in done.output


def test_it_moves_in_beside_our_flows(folder: Path, tmp_path: Path) -> None:
    house = tmp_path / "flows"
    shutil.copytree(FLOWS, house)
    shutil.copytree(folder, house / "lost_property")
    actions = {**load_flows()[1].actions, **open_folder(folder)[1]}
    bot = load_bot(sorted(path.parent for path in house.glob("*/domain.yml")), actions, house)
    assert check_bot(bot, actions) == []
    executor = Executor(bot, actions)
    start = executor.with_slots(executor.fresh(), {"standard": "nb"})
    turn = executor.message(
        start, UserTurn("/lost_property"), "sms", datetime(2026, 11, 24, 10, tzinfo=UTC)
    )
    assert turn.messages == ({"text": "Hva har du mistet?"},)
