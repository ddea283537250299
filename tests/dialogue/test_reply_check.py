"""The reply box obeys the same table as the bot: relatives, minors, health, and ties."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dialogue.edition import Edition
from dialogue.effects import RuleReference
from dialogue.reply_check import Notice, check_reply
from dialogue.routing.ties import Tie

DAY = date(2027, 3, 1)
RELATIVE = {"kind": "complaint", "service": "sykehjem", "who": "relative"}


def ask(
    edition: Edition,
    facts: dict[str, Any],
    *,
    text: str = "Mora di har det bra.",
    unit: str = "sjukeheim",
    author: str = "unit",
    confirmed: bool = False,
    ties: tuple[Tie, ...] = (),
) -> Notice | None:
    return check_reply(
        edition.rule_sets,
        ties,
        facts=facts,
        rules=(RuleReference("unit", "U7", edition.rules.version),),
        unit=unit,
        author=author,
        opened_on=DAY,
        today=DAY,
        text=text,
        confirmed=confirmed,
    )


@pytest.mark.parametrize(
    ("more", "row"),
    [
        ({}, "Y2"),
        ({"consent": "stated"}, "Y2"),
        ({"who": "guardian", "consent": "documented", "age_group": "12-15"}, "Y2"),
        ({"consent": "documented", "sensitive": "health"}, "Y3"),
        ({"kind": "concern", "consent": "documented"}, "Y1"),
    ],
)
def test_a_text_that_could_tell_of_another_must_be_confirmed(
    more: dict[str, str], row: str, edition: Edition
) -> None:
    notice = ask(edition, {**RELATIVE, **more})
    assert notice is not None
    assert notice.code == "confirm-general"
    assert row in notice.text
    assert "§" in notice.text
    assert ask(edition, {**RELATIVE, **more}, confirmed=True) is None


@pytest.mark.parametrize(
    "text", ["Vi har snakka med kjøkenet.", "Middagen kjem no klokka to.", "Takk. Vi ser på det."]
)
def test_a_text_about_the_service_alone_needs_no_confirmation(text: str, edition: Edition) -> None:
    assert ask(edition, RELATIVE, text=text) is None
    receipt_only = ask(edition, {**RELATIVE, "kind": "concern"}, text=text)
    assert receipt_only is not None


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Ho fekk middag klokka fem.", "Ho"),
        ("Vi snakket med faren din i går.", "faren"),
        ("Medisinane blei gitt seint.", "Medisinane"),
        ("Hos oss bur Kari no på andre etasje.", "Kari"),
    ],
)
def test_a_sign_of_somebody_is_named(text: str, sign: str, edition: Edition) -> None:
    notice = ask(edition, RELATIVE, text=text)
    assert notice is not None
    assert f"«{sign}»" in notice.text


@pytest.mark.parametrize(
    "facts",
    [
        {**RELATIVE, "consent": "documented"},
        {**RELATIVE, "who": "user"},
        {**RELATIVE, "who": "guardian", "consent": "documented", "age_group": "under-12"},
        {"kind": "question", "service": "renovasjon"},
    ],
)
def test_other_answers_go_as_they_are(facts: dict[str, str], edition: Edition) -> None:
    assert ask(edition, facts) is None


def test_facts_that_cannot_be_read_give_nothing_away(edition: Edition) -> None:
    notice = ask(edition, {"kind": "complaint", "colour": "blue"})
    assert notice is not None
    assert notice.code == "confirm-general"


def test_one_who_has_got_a_tie_since_may_not_answer_and_another_may(edition: Edition) -> None:
    box = edition.rules.table("unit").rows[-1].boxes
    tie = Tie("x", "sjukeheim", "auto", "family", box, DAY, None, DAY)
    facts = {**RELATIVE, "who": "user"}
    for author in ("unit", "sjukeheim", "sjukeheim.lead"):
        notice = ask(edition, facts, author=author, confirmed=True, ties=(tie,))
        assert notice is not None
        assert notice.code == "recused"
    assert ask(edition, facts, author="kdir.lead", ties=(tie,)) is None


def test_the_leader_whom_a_case_is_about_may_not_answer_it_in_anothers_place(
    edition: Edition,
) -> None:
    facts = {"kind": "complaint", "service": "sykehjem", "about": "leader"}
    assert ask(edition, facts, unit="kdir") is None
    notice = ask(edition, facts, unit="kdir", author="sjukeheim.lead")
    assert notice is not None
    assert notice.code == "recused"
