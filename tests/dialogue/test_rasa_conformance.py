"""Recorded conversations: our own, and those of a real Rasa where they are at hand."""

from functools import cache
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from connectors.commands.conform import conform
from dialogue.conformance import fits, fold, open_bot, play
from dialogue.domain import load_bot
from knowledge import yaml_lines
from knowledge.problems import ContentError

OURS = Path(__file__).parent / "bots"
RECORDED = Path(__file__).parents[3] / "shared" / "rasa" / "fixtures"
ABSENT = f"the recorded conversations of a real Rasa are not at {RECORDED}"


opened = cache(open_bot)


def transcripts(root: Path) -> list[Path]:
    return sorted(root.glob("*/transcripts/*.yml")) if root.is_dir() else []


def name(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", transcripts(OURS), ids=name)
def test_our_own_bots_answer_as_written(path: Path) -> None:
    played = play(opened(path.parent.parent), path, "events")
    assert played.difference is None, "\n".join(played.difference.lines())


@pytest.mark.skipif(not transcripts(RECORDED), reason=ABSENT)
@pytest.mark.parametrize("path", transcripts(RECORDED), ids=name)
def test_the_executor_does_as_rasa_did(path: Path) -> None:
    played = play(opened(path.parent.parent), path, "events")
    assert played.difference is None, "\n".join(played.difference.lines())


@pytest.mark.skipif(not RECORDED.is_dir(), reason=ABSENT)
def test_what_rasa_refuses_to_train_is_refused(tmp_path: Path) -> None:
    cases = yaml_lines.read(RECORDED / "invalid" / "cases.yml").data
    verdicts = yaml_lines.read(RECORDED / "invalid" / "verdicts.yml").data
    otherwise = []
    for case, files in cases.items():
        folder = tmp_path / case
        (folder / "data").mkdir(parents=True)
        head = 'version: "3.1"\n'
        (folder / "domain.yml").write_text(head + files["domain"], encoding="utf-8")
        (folder / "data" / "rules.yml").write_text(head + files["rules"], encoding="utf-8")
        if refused(folder) is not verdicts[case]["refused"]:
            otherwise.append(case)
    assert otherwise == []


def refused(folder: Path) -> bool:
    try:
        load_bot(folder)
    except ContentError:
        return True
    return False


def run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(conform)
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def test_conform_counts_conversations_and_turns() -> None:
    code, told = run(str(OURS), "--level", "events")
    assert code == 0
    assert told.splitlines()[-1].endswith("0 differ (level events)")


def test_conform_shows_what_differs_and_fails(tmp_path: Path) -> None:
    bot = tmp_path / "small"
    (bot / "transcripts").mkdir(parents=True)
    (bot / "domain.yml").write_text(
        "intents: [hi]\nresponses: {utter_hi: [{text: Hei}]}\n", encoding="utf-8"
    )
    (bot / "rules.yml").write_text(
        "rules:\n  - rule: hi\n    steps: [{intent: hi}, {action: utter_hi}]\n", encoding="utf-8"
    )
    (bot / "transcripts" / "hi.yml").write_text(
        "conversation: hi\nturns:\n  - user: /hi\n    bot: [{text: Hallo}]\n"
        "    state: {slots: {}, active_loop: null, latest_action: action_listen}\n",
        encoding="utf-8",
    )
    code, told = run(str(bot))
    assert code == 1
    assert '  - {"text": "Hallo"}' in told
    assert '  + {"text": "Hei"}' in told
    assert "small/hi, turn 1 (/hi): bot" in told
    assert told.splitlines()[-1] == "1 conversations, 1 turns, 1 differ (level state)"


def test_conform_without_transcripts_is_wrong_use(tmp_path: Path) -> None:
    assert run(str(tmp_path))[0] == 2


def test_conform_plays_one_recorded_conversation_and_refuses_other_files(tmp_path: Path) -> None:
    one = sorted((OURS / "parcel/transcripts").glob("*.yml"))[0]
    code, told = run(str(one))
    assert code == 0
    assert told.startswith("1 conversations")
    other = tmp_path / "README.md"
    other.write_text("Hei", encoding="utf-8")
    code, told = run(str(other))
    assert code == 2
    assert "is no recorded conversation" in told
    assert "does not exist" in run(str(tmp_path / "nowhere"))[1]


def test_random_answers_may_be_any_of_those_recorded() -> None:
    assert fits([{"text": {"one_of": ["a", "b"]}}], [{"text": "b"}])
    assert not fits([{"text": {"one_of": ["a", "b"]}}], [{"text": "c"}])


def test_folding_drops_only_what_repeats() -> None:
    slot = {"event": "slot", "name": "a", "value": 1}
    other = {"event": "slot", "name": "a", "value": 2}
    session = {"event": "session_started"}
    assert fold([session, slot, slot, other, slot]) == [slot, other, slot]
