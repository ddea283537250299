"""A backup is consistent while messages come in, and what is put back sends nothing twice."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_decide import incoming
from small_queries import NOW, handle_all, rows, send_all

from dialogue.store.backup import NUMBERS_LEFT_OUT, back_up, restore
from dialogue.store.consents import ConsentRequest, PaperConsent
from dialogue.store.errors import BackupError, ConsentGoneError, WorkerTakenError
from dialogue.store.store import Store
from dialogue.store.tables import inbox, outbox
from dialogue.store.vault import Vault

VAULT = Vault("a secret for tests only")


@pytest.fixture
def path(sqlite_template: Path, tmp_path: Path) -> Path:
    made = tmp_path / "data" / "samsvar.db"
    made.parent.mkdir()
    made.write_bytes(sqlite_template.read_bytes())
    return made


async def test_a_backup_taken_while_messages_come_in_is_whole(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with await Store.open(f"sqlite:///{path}", VAULT) as store:

        async def talk() -> None:
            for n in range(40):
                await store.receive(incoming(f"hei {n}", str(n)), NOW)
                await handle_all(store)

        talking = asyncio.create_task(talk())
        await asyncio.sleep(0.05)
        await asyncio.to_thread(back_up, path, copy)
        await talking
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".copy*"))  # noqa: ASYNC240
    async with await Store.open(f"sqlite:///{copy}", VAULT) as store:
        done = [row for row in await rows(store, inbox, "id", "status") if row[1] == "done"]
        answered = await rows(store, outbox, "answers")
        assert sorted(number for number, _ in done) == sorted(answered)  # one moment, not two


async def test_what_was_to_be_sent_when_it_was_backed_up_is_not_sent_twice(
    path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    async with await Store.open(f"sqlite:///{path}", VAULT) as store:
        await store.receive(incoming("hei", "1"), NOW)
        await handle_all(store)
        back_up(path, copy)
        assert len(await send_all(store)) == 1
        [last] = await store.receive(incoming("ticket", "2"), NOW)
    kept = restore(copy, path, NOW)
    assert kept is not None
    assert kept.name == "samsvar.db.before-20261124T090000Z"
    async with await Store.open(f"sqlite:///{path}", VAULT) as store:
        assert await send_all(store) == []
        assert len(await store.claim_in_doubt(["sms"], 10)) == 1
        [number] = await store.receive(incoming("ticket", "3"), NOW)
        assert number is not None
        assert last is not None
        assert number > last  # S2 has been told to a unit; no other ticket gets that name


async def test_a_consent_ends_with_a_restored_backup_for_it_may_have_been_taken_back(
    path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    async with await Store.open(f"sqlite:///{path}", VAULT) as store:
        for number in "12":
            await store.receive(incoming("ticket", number), NOW)
        await handle_all(store)
        tickets = [each.id for each in await store.list_tickets()]
        same: dict[str, Any] = {
            "whom": "user",
            "relative": "dotter di",
            "until": NOW + timedelta(days=9),
        }
        paper = PaperConsent(
            ticket=tickets[0], given_at=NOW, archive_reference="2026/1", seen_by="lege", **same
        )
        given = await store.consents.record(paper, NOW)
        assert given.holds(NOW)
        user: dict[str, Any] = {"channel": "sms", "address": "+4790000002", "author": "lege"}
        await store.consents.ask(ConsentRequest(ticket=tickets[1], **user, **same), NOW)
        back_up(path, copy)
    restore(copy, path, NOW)
    async with await Store.open(f"sqlite:///{path}", VAULT) as store:
        found = await store.consents.list_consents()
        assert [each.status for each in found] == ["ended", "ended"]
        assert not any(each.holds(NOW) for each in found)
        with pytest.raises(ConsentGoneError):
            await store.reply_to_ticket(tickets[0], "Mor di.", "lege", NOW, rests_on=given.id)


async def test_without_the_database_of_before_numbers_are_left_out(
    path: Path, tmp_path: Path
) -> None:
    copy, other = tmp_path / "copy.db", tmp_path / "new" / "samsvar.db"
    async with await Store.open(f"sqlite:///{path}", VAULT) as store:
        await store.receive(incoming("hei", "1"), NOW)
    back_up(path, copy)
    assert restore(copy, other, NOW) is None
    async with await Store.open(f"sqlite:///{other}", VAULT) as store:
        [number] = await store.receive(incoming("hei", "2"), NOW)
    assert number == 1 + NUMBERS_LEFT_OUT + 1


async def test_nothing_is_put_back_under_a_running_worker(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    back_up(path, copy)
    async with await Store.open(f"sqlite:///{path}", VAULT) as store:
        store.take_worker()
        with pytest.raises(WorkerTakenError):
            restore(copy, path, NOW)
    assert not list(path.parent.glob("*before*"))


def test_a_backup_overwrites_nothing(path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "copy.db")
    with pytest.raises(BackupError, match="exists already"):
        back_up(path, tmp_path / "copy.db")
    with pytest.raises(BackupError, match="no such database"):
        back_up(tmp_path / "none.db", tmp_path / "more.db")


@pytest.mark.parametrize("content", [b"", b"no database at all", None])
def test_what_is_no_backup_of_ours_is_not_put_back(
    path: Path, tmp_path: Path, content: bytes | None
) -> None:
    wrong = tmp_path / "wrong.db"
    if content is None:
        sqlite3.connect(wrong).execute("CREATE TABLE mine (id INTEGER)").connection.close()
    else:
        wrong.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(BackupError):
        restore(wrong, path, NOW)
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == [
        "samsvar.db",
        "samsvar.db.worker",
    ]
