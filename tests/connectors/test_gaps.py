"""From a question without an answer to an article that answers it, as an editor does it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from connectors.cli import app
from dialogue.decide import decide
from dialogue.edition import Edition, load_edition
from dialogue.messages import Incoming, PersonMessage
from dialogue.store.store import Store
from knowledge.content import EXAMPLE, load_content

ANNA, OLA, SIRI = "+4790000001", "+4790000002", "+4790000003"
JUMP = "Kor finn eg hoppbakken Trollvingen?"  # invented: no base has it


class Office:
    """A service on a database, and the editors' command line beside it."""

    def __init__(self, store: Store, edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.edition, self.count = store, edition, 0
        monkeypatch.setattr("connectors.commands.gaps.open_edition", lambda _: self.edition)

    async def hear(self, who: str, *texts: str, after: timedelta = timedelta()) -> None:
        at = datetime.now(UTC) - timedelta(days=2) + after
        incomings = []
        for text in texts:
            self.count += 1
            body = PersonMessage(text=text)
            incomings.append(
                Incoming(channel="sms", address=who, message_id=str(self.count), body=body)
            )
        await self.store.receive(incomings, at)
        while (await self.store.run_batch(partial(decide, self.edition), at)).count:
            pass

    async def samsvar(self, *arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, list(arguments))

    async def gaps(self) -> list[dict[str, Any]]:
        listed = await self.samsvar("gaps", "--json")
        assert listed.exit_code == 0, listed.output
        return [json.loads(line) for line in listed.output.splitlines()]


@pytest.fixture
def office(
    store: Store,
    edition: Edition,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    monkeypatch.setenv("SAMSVAR_DATABASE_URL", database_url)
    monkeypatch.setenv("SAMSVAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SAMSVAR_SECRET", "a secret for tests only")
    return Office(store, edition, monkeypatch)


async def test_a_gap_becomes_an_article_and_is_closed(
    office: Office, tmp_path: Path, cache_home: Path
) -> None:
    folder = tmp_path / "content"
    shutil.copytree(EXAMPLE, folder)
    await office.hear(ANNA, JUMP)
    await office.hear(OLA, "hvor finner jeg hoppbakken trollvingen")
    await office.hear(OLA, "Hvor fornyer jeg passet mitt?")
    jump, passport = await office.gaps()
    assert (jump["people"], jump["messages"]) == (2, 2)
    assert jump["standards"] == {"nb": 1, "nn": 1}
    assert passport["people"] == 1
    told = (await office.samsvar("gaps", "--language", "nb")).output
    assert f"{jump['id']}  2 personer, 2 meldinger" in told
    assert f"{passport['id']}  1 person, 1 melding," in told
    told = (await office.samsvar("gaps", "--language", "nn")).output
    assert f"{jump['id']}  2 personar, 2 meldingar" in told
    assert "utan svar, av dei 0 melde som feil" in told
    assert (await office.samsvar("gaps", "--language", "sv")).exit_code == 2

    refused = await office.samsvar("gaps", "draft", jump["id"], "--id", "hoppbakken")
    assert refused.exit_code == 2  # nobody writes into the example
    at = ("--content", str(folder))
    named = ("--id", "hoppbakken", "--unit", "kultur", "--theme", "trafikk-og-veg")
    made = await office.samsvar("gaps", "draft", jump["id"], *named, *at)
    assert made.exit_code == 0, made.output
    drafts = [Path(line) for line in made.output.splitlines()]
    assert [path.name for path in drafts] == ["hoppbakken.nb.md", "hoppbakken.nn.md"]
    assert JUMP in drafts[1].read_text()
    assert (await office.gaps())[0]["draft"] == "hoppbakken"
    again = await office.samsvar("gaps", "draft", jump["id"], "--id", "hoppbakken", *at)
    assert again.exit_code == 1
    assert "is there already" in again.output

    assert load_content(folder).version == office.edition.content.version  # it answers nobody
    before = await office.samsvar("gaps", "replay")
    assert "0 av 3 melding" in before.output
    release(drafts, folder)
    office.edition = load_edition(folder, cache_home / "samsvar")
    dry = await office.samsvar("gaps", "replay", "--dry-run", "--json")
    changes = [json.loads(line) for line in dry.output.splitlines()]
    assert [(c["group"], c["closed"], c["answered_by"]) for c in changes] == [
        (jump["id"], True, ["hoppbakken"]), (passport["id"], False, [])
    ]  # fmt: skip
    assert len(await office.gaps()) == 2
    closed = await office.samsvar("gaps", "replay")
    assert "2 av 3 melding" in closed.output
    assert [gap["id"] for gap in await office.gaps()] == [passport["id"]]
    assert "2 har fått svar n" in (await office.samsvar("gaps")).output


def release(drafts: list[Path], folder: Path) -> None:
    """What an editor does: write the answer and move both files."""
    say = {
        "nb": "Hoppbakken Trollvingen ligger ved skolen. Den er åpen når det er lys i den.",
        "nn": "Hoppbakken Trollvingen ligg ved skulen. Han er open når det er lys i han.",
    }
    for path in drafts:
        standard = path.suffixes[-2].removeprefix(".")
        text = path.read_text()
        text = re.sub(r'^sms: "\[SKRIV.*$', f'sms: "{say[standard]}"', text, flags=re.M)
        head, _, _ = text.rpartition("---\n")
        more = "\n".join(f"  - {standard} trollvingen hoppbakke {n}" for n in range(8))
        head = head.replace("questions:\n", f"questions:\n{more}\n", 1)
        to = folder / "articles" / path.parent.name
        to.mkdir(exist_ok=True)
        (to / path.name).write_text(f"{head}---\n{say[standard]}\n")
        path.unlink()


async def test_a_wrong_answer_is_a_gap_with_its_article(office: Office) -> None:
    await office.hear(ANNA, "kor tid bler boss henta på tau", "feil svar")
    [gap] = await office.gaps()
    assert gap["reported"] == ["tommeplan"]
    assert gap["reasons"] == {"reported": 1}
    replayed = await office.samsvar("gaps", "replay")
    assert "svar som før, og det var feil: tommeplan" in replayed.output
    assert len(await office.gaps()) == 1


async def test_ten_thousand_messages_of_one_phone_are_one_person(office: Office) -> None:
    await office.hear(ANNA, JUMP)
    await multiply(office.store, 9_999)
    await office.hear(OLA, JUMP)
    [gap] = await office.gaps()
    assert (gap["people"], gap["messages"], len(gap["questions"])) == (2, 10_001, 1)


async def multiply(store: Store, times: int) -> None:
    """The same row again, as if the same phone had sent it so often."""
    import sqlalchemy as sa

    from dialogue.store.tables import unanswered

    async with store.database.write() as connection:
        row = (await connection.execute(sa.select(unanswered))).mappings().one()
        values = {name: value for name, value in row.items() if name != "id"}
        await connection.execute(sa.insert(unanswered), [values] * times)


async def test_nothing_steers_the_terminal_and_numbers_stay_masked(office: Office) -> None:
    await office.hear(ANNA, "kan \x1b[2Jhesten\u202e min 01814110091 få pass")
    shown = (await office.samsvar("gaps")).output
    assert "hesten min [***] få pass" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    listed = (await office.samsvar("gaps", "--json")).output
    assert "01814110091" not in listed
    assert ANNA not in listed
    assert "person" not in json.loads(listed)


async def test_the_forgotten_are_gone_and_days_can_be_chosen(office: Office) -> None:
    await office.hear(ANNA, JUMP)
    await office.hear(SIRI, "Hvor fornyer jeg passet mitt?")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d")
    assert (await office.samsvar("gaps", "--since", tomorrow, "--json")).output == ""
    await office.store.upkeep.forget_person("sms", ANNA, datetime.now(UTC))
    assert [gap["questions"] for gap in await office.gaps()] == [["Hvor fornyer jeg passet mitt?"]]
    unknown = await office.samsvar("gaps", "draft", "G999", "--id", "x", "--content", str(EXAMPLE))
    assert unknown.exit_code == 1
