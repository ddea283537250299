"""A municipality words the bot's texts itself: texts.yml."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.cli import app
from dialogue.conversation import begin
from dialogue.decide import decide
from dialogue.edition import Edition, load_edition
from dialogue.messages import Numbered, PersonMessage
from dialogue.own_texts import with_own_texts
from knowledge.content import EXAMPLE
from knowledge.problems import ContentError, Problem
from knowledge.yaml_lines import parse

GREETING = """\
utter_greet:
  nb: "Hei fra {{ municipality.name }}. Hva lurer du på?"
  nn: "Hei frå {{ municipality.name }}. Kva lurer du på?"
"""


def faults(edition: Edition, text: str) -> list[Problem]:
    document = parse(text, "texts.yml")
    content = edition.content
    return with_own_texts(edition.bot, document, content.municipality, content.facts)[1]


def both(name: str, text: str) -> str:
    return f"{name}:\n  nb: '{text}'\n  nn: '{text}'\n"


LONG = "Ei lang orsaking. " * 20
CLOSED = "utter_ticket_status_closed"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("- hei", "shape", 1),
        ("\n" + GREETING.replace("greet", "gret"), "unknown", 2),
        ("utter_greet: Hei. Kva lurer du på?", "shape", 1),
        ("utter_greet:\n  nb: Hei. Hva lurer du på?", "twin-missing", 1),
        ("utter_greet:\n  nb: Hei\n  nn: Hei\n  sv: Hej", "shape", 1),
        (both("utter_goodbye", "Ha det, 北京."), "gsm-7", 2),
        (both("utter_goodbye", LONG), "too-long", 2),
        (both(CLOSED, "Sak {ticket_id} hos {ticket_unit}, {ticket_units}."), "variable", 2),
        (both(CLOSED, "Sak {ticket_id} hos {ticket_unit}."[:-1] + "}."), "braces", 2),
        (both(CLOSED, "Saka hos {ticket_unit} er ferdig."), "lost", 2),
        (both("utter_emergency_113", "Ring legevakta no."), "lost", 2),
        (both("utter_goodbye", "Ha det. Noko meir?"), "question", 2),
        ("utter_goodbye:\n  nb: Ha det i 3 dager.\n  nn: Ha det i 4 dagar.", "twin-facts", 2),
        ("utter_other_language_en:\n  nb: No", "shape", 1),
    ],
)
def test_a_text_that_cannot_be_said_is_told_with_its_place(
    edition: Edition, text: str, code: str, line: int
) -> None:
    found = [p for p in faults(edition, text) if p.code == f"texts.{code}"]
    assert found, [str(problem) for problem in faults(edition, text)]
    assert (found[0].file, found[0].line, found[0].severity) == ("texts.yml", line, "error")
    assert found[0].mend


def test_what_only_costs_or_is_half_done_is_a_warning(edition: Edition) -> None:
    text = (
        both("utter_goodbye", "Ha det – snakkast.")
        + "utter_help_me: 1\n"
        + both("utter_which_one", "Hvilket tall mener du, ikke flere")
    )
    told = {p.code for p in faults(edition, text) if p.severity == "warning"}
    assert told == {"texts.gsm-7", "texts.channel", "texts.standard"}


def test_the_bots_own_texts_pass_as_a_municipalitys(edition: Edition) -> None:
    """So the limits are those that the built-in texts keep; `samsvar texts` gives them out."""
    listed = CliRunner().invoke(app, ["texts"], env={"SAMSVAR_CONTENT": ""})
    assert listed.exit_code == 0
    assert listed.stdout.count("# built in") == len(edition.bot.responses)
    assert [str(p) for p in faults(edition, listed.stdout) if p.severity == "error"] == []
    assert "# yours" not in listed.stdout


def test_the_example_that_init_gives_can_be_used(edition: Edition) -> None:
    given = (EXAMPLE / "texts.yml").read_text(encoding="utf-8")
    assert parse(given, "texts.yml").data is None
    used = re.sub(r"^# (?=utter_|  )", "", given, flags=re.M)
    assert list(parse(used, "texts.yml").data) == ["utter_greet", CLOSED]
    assert faults(edition, used) == []


def say(edition: Edition, channel: str, *texts: str) -> list[str]:
    conversation, said = begin(channel), []
    for number, text in enumerate(texts, start=1):
        at = datetime(2026, 11, 24, 9, tzinfo=UTC) + timedelta(minutes=number)
        message = Numbered(number=number, received_at=at, body=PersonMessage(text=text))
        decision = decide(edition, conversation, message)
        conversation = decision.conversation
        said += [reply.text for reply in decision.replies]
    return said


def test_a_conversation_is_played_in_the_municipalitys_words(
    tmp_path: Path, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialogue.edition.load_model", lambda *_, **__: edition.language)
    for path in EXAMPLE.glob("*.*"):
        shutil.copy(path, tmp_path)
    shutil.copytree(EXAMPLE / "tables", tmp_path / "tables")
    shutil.copytree(EXAMPLE / "articles/kultur", tmp_path / "articles/kultur")
    before = load_edition(tmp_path)
    offer = (
        "utter_offer_to_send:\n"
        '  nb: "Det må jeg spørre {service_centre} om. Skal jeg sende det?"\n'
        '  nn: "Det må eg spørje {service_centre} om. Skal eg sende det?"\n'
    )
    (tmp_path / "texts.yml").write_text(GREETING + offer, encoding="utf-8")
    after = load_edition(tmp_path)
    assert before.version != after.version
    town = after.municipality.name
    for channel in ("sms", "telegram"):
        said = say(after, channel, "hei på deg", "kan eg ri hest gjennom sentrum")
        assert f"Hei frå {town}. Kva lurer du på?" in said[1], said
        assert said[-1] == "Det må eg spørje Innbyggjartorget om. Skal eg sende det?"
        assert say(before, channel, "hei på deg")[1] != said[1]
    assert "Hei fra" not in " ".join(say(after, "sms", "ikke noe svar", "hva koster det"))
    (tmp_path / "texts.yml").write_text(GREETING.replace("frå", "{frå}"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"texts\.yml:3: nobody fills \{frå\}"):
        load_edition(tmp_path)
    done = CliRunner().invoke(app, ["check", "--content", str(tmp_path)])
    assert done.exit_code == 1
    assert "texts.yml:3" in done.stdout


def test_a_fact_that_is_not_there_is_told_in_a_text_too(tmp_path: Path) -> None:
    for path in EXAMPLE.glob("*.*"):
        shutil.copy(path, tmp_path)
    (tmp_path / "texts.yml").write_text(GREETING.replace("ity.name", "ity.nam"), encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "--content", str(tmp_path)])
    assert "texts.yml:2: there is no fact «municipality.nam»" in done.stdout
