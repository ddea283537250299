"""`samsvar dialogue`: bots are checked and drawn, ours and whatever folder is named."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.cli import app
from dialogue.drawing import mermaid, svg
from dialogue.edition import FLOWS, load_flows

BOTS = Path(__file__).parent.parent / "dialogue" / "bots"
PICTURES = Path(__file__).parents[2] / "docs" / "flows"
NAMES = sorted(path.parent.name for path in FLOWS.glob("*/domain.yml"))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["dialogue", *map(str, words)])


def test_our_own_flows_have_nothing_to_tell() -> None:
    done = run("check", "--strict")
    assert (done.exit_code, done.output) == (0, "flows: nothing is wrong, 0 warnings.\n")


def test_a_fault_is_told_with_file_line_and_mend(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text(
        "intents: [hi]\nresponses:\n  utter_hi:\n  - text: 'Hei {nobody}'\n"
    )
    (tmp_path / "rules.yml").write_text(
        "rules:\n- rule: hi\n  steps: [{intent: hi}, {action: utter_hi}]\n"
    )
    done = run("check", tmp_path)
    assert done.exit_code == 1
    assert (
        "domain.yml:3: nobody fills {nobody} in «utter_hi» [responses.placeholder]" in done.output
    )
    assert "  Mend: use the name of a slot" in done.output
    told = json.loads(run("check", tmp_path, "--json").output)
    assert (told["file"], told["line"], told["code"]) == ("domain.yml", 3, "responses.placeholder")


def test_a_follow_up_that_no_rule_continues_is_told() -> None:
    done = run("check", BOTS / "events")
    assert "[actions.followup-lost]" in done.output


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "[domain.missing]"),
        ({"domain.yml": "- a list"}, "[domain.shape]"),
        ({"domain.yml": "slots: [1, 2]"}, "[domain.shape]"),
        ({"domain.yml": "intents: ["}, "[yaml.syntax]"),
        ({"domain.yml": "intents: []", "actions.py": "import nowhere_at_all"}, "actions.py:1"),
        ({"domain.yml": "intents: []", "actions.py": "\nraise SystemExit(3)"}, "actions.py:2"),
        ({"domain.yml": "intents: []", "actions.py": "def ("}, "[actions.import]"),
        ({"domain.yml": "intents: []", "rules.yml": "rules: {a: 1}"}, "[rules.shape]"),
        ({"domain.yml": "intents: []", "rules.yml": "stories: []"}, "[data.unsupported]"),
        ({"domain.yml": "intents: []", "config.yml": "policies: [{name: TEDPolicy}]"}, "TEDPolicy"),
        ({"domain.yml": b"\xff\xfe\x00"}, "domain.yml"),
    ],
)
def test_a_hostile_folder_gets_a_clear_error(
    tmp_path: Path, files: dict[str, str | bytes], told: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("check", tmp_path)
    assert done.exit_code == 1
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert told in done.output


def test_a_folder_that_is_not_there_is_wrong_use() -> None:
    assert run("check", "/nowhere/at/all").exit_code == 2


def test_a_bot_is_drawn_as_mermaid() -> None:
    done = run("draw", BOTS / "library")
    assert done.output.startswith("%% library\nflowchart LR\n")


@pytest.mark.parametrize("flow", NAMES)
def test_the_pictures_in_the_documents_are_current(flow: str) -> None:
    """`samsvar dialogue draw --into docs/flows` makes them anew."""
    drawn = svg(load_flows()[0], flow, flow)
    assert (PICTURES / f"{flow}.svg").read_text(encoding="utf-8") == drawn


def test_the_document_shows_every_flow() -> None:
    text = (PICTURES.parent / "flows.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"](flows/{name}.svg)" not in text] == []
    assert sorted(path.stem for path in PICTURES.glob("*.svg")) == NAMES


def test_every_rule_is_in_a_picture() -> None:
    bot = load_flows()[0]
    drawn = "".join(mermaid(bot, flow) for flow in NAMES)
    assert [rule.name for rule in bot.sources if rule.name not in drawn] == []
