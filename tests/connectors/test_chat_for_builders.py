"""`samsvar chat` for those who build flows: trace, record, reload."""

import re
import shutil
from pathlib import Path

import pytest
from shell import Shell
from transcripts import play, read_file

from connectors.commands.chat import GREETING
from connectors.commands.watching import Watch
from connectors.script import DEEDS, WORDS, ScriptError, parse_line
from connectors.simulation import open_simulation
from dialogue.edition import Edition, load_flows
from knowledge.content import EXAMPLE

AT = "2026-11-24T10:00"
SCRIPT = """\
@telegram 1001 mor fekk ikkje middag før klokka fire i går, andre gong denne veka
@telegram 1001 på sjukeheimen
@telegram 1001 [Ja]
@telegram 1001 [Ja]
@telegram 1001 [Send]
@unit sjukeheim reply S5 Takk for at du sa frå.
@wait 2h
@encounter barnehage sms +4790000003 barnehageplass
@wait 3h
@sms +4790000003 5
"""


async def test_what_was_recorded_plays_back(shell: Shell, edition: Edition, tmp_path: Path) -> None:
    file = tmp_path / "played.yml"
    ended = shell.run("chat", "--at", AT, "--record", str(file), stdin=SCRIPT)
    assert ended.code == 0, ended.err
    shell.run("chat", "--at", AT, "--record", str(file), stdin="kor tid bler boss henta\n")
    first, second = read_file(file)
    assert first.phone == ("telegram", "1001")
    assert len(first.turns) == len(SCRIPT.splitlines())
    assert "{ticket}" in first.turns[5]["unit"]
    assert len(second.turns) == 1
    async with open_simulation(
        edition,
        f"sqlite+aiosqlite:///{tmp_path}/again.db",
        first.now.replace(tzinfo=edition.timezone),
    ) as simulation:
        await play(first, simulation)


def test_a_recording_begins_on_a_new_database(shell: Shell, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/x.db"
    ended = shell.run("chat", "--record", "x.yml", "--database", url, stdin="hei\n")
    assert ended.code == 2


def test_the_trace_is_readable(shell: Shell) -> None:
    ended = shell.run(
        "chat", "--trace", "--at", AT, stdin="Eg vil klage på at gatelyset er borte\n"
    )
    assert re.search(r"^  \| heard   feedback 0\.\d\d, nn", ended.out, re.M)
    assert "| rules   Feedback opens the form" in ended.out
    assert re.search(r"\| events  .*action_note_feedback > .*form feedback_form", ended.out)
    assert "{" not in ended.out


def test_a_reload_takes_up_what_changed_and_keeps_the_old_where_it_is_faulty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = tmp_path / "content"
    shutil.copytree(EXAMPLE, content)
    flows = load_flows()
    monkeypatch.setattr("connectors.commands.watching.forget_flows", lambda: None)
    watch = Watch(content)
    assert not watch.has_changed()
    article = next(content.glob("articles/*/*.nn.md"))
    text = article.read_text(encoding="utf-8")
    article.write_text(text.replace("standard: nn", "standard: no"), encoding="utf-8")
    assert watch.has_changed()
    assert not watch.has_changed()
    edition, told = watch.reload()
    assert edition is None
    assert article.name in told
    article.write_text(text + "\nEi linje til.\n", encoding="utf-8")
    edition, told = watch.reload()
    assert edition is not None
    assert told == f"reloaded: {edition.version}"
    assert (edition.bot, edition.executor) == flows


def test_reload_is_a_line_of_the_script(shell: Shell) -> None:
    ended = shell.run("chat", "--json", "--at", AT, stdin="@reload\nhei\n")
    assert ended.code == 0
    assert ended.objects[0]["type"] == "reload"
    assert ended.objects[0]["told"].startswith("reloaded: ")


def test_whoever_errs_in_a_word_is_told_all_words() -> None:
    with pytest.raises(ScriptError) as told:
        parse_line("@relod")
    for word in WORDS:
        assert f"@{word}" in str(told.value)
        assert f"@{word}" in GREETING
        if word != "reload":  # each word is known: what is missing after it is asked for
            with pytest.raises(ScriptError, match="write"):
                parse_line(f"@{word} ?")
    with pytest.raises(ScriptError) as told:
        parse_line("@unit")
    assert all(deed in str(told.value) and deed in GREETING for deed in DEEDS)
