"""While the database is away, nothing that was acknowledged is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import postgres
import pytest
from gate import Gate, gate_before
from small_decide import incoming
from small_queries import NOW, handle_all, rows

from connectors import spool as spools
from connectors.channel import IntakeFull
from connectors.intake import StoreIntake
from connectors.metrics import Metrics
from connectors.spool import Spool, SpoolFullError
from dialogue.store import inbox as store_inbox
from dialogue.store.store import Store
from dialogue.store.tables import conversations, inbox, outbox
from dialogue.store.vault import Vault

VAULT = Vault("a secret for tests only")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / "spool", VAULT)
    made.open()
    return made


async def texts(spool: Spool) -> list[str]:
    found, place = await spool.peek(1_000)
    spool.drop(place)
    return found


async def test_what_is_put_comes_back_in_order_once(spool: Spool, tmp_path: Path) -> None:
    await asyncio.gather(*(spool.put(f"melding {n} æøå") for n in range(50)))
    assert spool.waits
    [file] = (tmp_path / "spool").glob("*.spool")
    assert b"melding" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    first, place = await spool.peek(20)
    spool.drop(place)
    assert first + await texts(spool) == [f"melding {n} æøå" for n in range(50)]
    assert not spool.waits
    assert file.stat().st_size == 0
    spool.close()
    assert not file.exists()


async def test_what_a_dead_process_left_is_taken_over_in_order(tmp_path: Path) -> None:
    first, second = Spool(tmp_path, VAULT), Spool(tmp_path, VAULT)
    first.open()
    second.open()  # two processes of one machine have a file each
    await first.put("a")
    await second.put("b")
    await first.put("c")
    first.close()
    second.close()
    third = Spool(tmp_path, VAULT)
    third.open()
    assert await texts(third) == ["a", "c", "b"]


async def test_a_line_that_was_half_written_was_never_acknowledged(tmp_path: Path) -> None:
    first = Spool(tmp_path, VAULT)
    first.open()
    await first.put("a")
    first.close()
    with (tmp_path / "intake-0.spool").open("ab") as file:
        file.write(b"AXbc")
    again = Spool(tmp_path, VAULT)
    again.open()
    await again.put("b")
    assert await texts(again) == ["a", "b"]


async def test_a_line_that_can_not_be_read_holds_up_nothing(tmp_path: Path) -> None:
    first = Spool(tmp_path, Vault("quite another secret"))
    first.open()
    await first.put("a")
    first.close()
    again = Spool(tmp_path, VAULT)
    again.open()
    await again.put("b")
    assert await texts(again) == ["b"]
    assert (tmp_path / "intake-0.refused").read_bytes().count(b"\n") == 1


async def test_a_spool_is_bounded(tmp_path: Path) -> None:
    small = Spool(tmp_path, VAULT, most_bytes=300)
    small.open()
    await small.put("a" * 100)
    with pytest.raises(SpoolFullError):
        await small.put("b" * 100)
    assert await texts(small) == ["a" * 100]
    await small.put("c" * 100)


async def test_a_full_disk_is_a_refused_message_and_not_a_lost_one(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spool.put("a")

    def half(file: int, data: bytes) -> None:
        os.write(file, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spools, "_append", half)
    with pytest.raises(SpoolFullError):
        await spool.put("b")
    monkeypatch.undo()
    await spool.put("c")
    assert await texts(spool) == ["a", "c"]


@pytest.fixture
async def gate(
    postgres_server: postgres.Server, postgres_template: str
) -> AsyncIterator[tuple[Gate, str]]:
    async with gate_before(postgres_server, postgres_template) as (made, url):
        yield made, url.render_as_string(hide_password=False)


async def test_messages_wait_on_the_disk_while_postgresql_is_away(
    gate: tuple[Gate, str], spool: Spool
) -> None:
    door, url = gate
    async with await Store.open(url, VAULT) as store:
        metrics = Metrics()
        intake = StoreIntake(store, lambda: NOW, metrics, spool)
        await intake.receive(incoming("0", "0"))
        await door.shut()
        for n in range(1, 30):
            await intake.receive(incoming(f"{n} 12345678901", str(n), f"+47900000{n % 3:02}"))
        await intake.receive(incoming("5", "5", "+4790000002"))  # the provider comes again
        await intake.receipt("sms", "P1", "delivered", None)
        assert spool.waits
        await door.open()
        running = asyncio.create_task(intake.run())
        await intake.receive(incoming("30", "30"))  # comes after those that wait
        await until(lambda: not spool.waits)
        intake.stop()
        await running
        assert await rows(store, inbox, "message_id") == [str(n) for n in range(31)]
        assert b"12345678901" not in b"".join(await rows(store, inbox, "body"))
        assert await handle_all(store) == 31
        assert len(await rows(store, outbox)) == 31
        await intake.receive(incoming("31", "31"))  # straight into the database again
        assert not spool.waits
    assert metrics.received.labels("sms", "spooled")._value.get() == 31


async def test_what_is_left_at_the_end_comes_in_at_the_next_start(
    store: Store, tmp_path: Path
) -> None:
    for count in (1, 2):  # the second time as after a crash before the file was emptied
        spool = Spool(tmp_path / str(count), VAULT)
        spool.open()
        quiet = StoreIntake(store, lambda: NOW, Metrics(), spool)
        for n in range(3):
            await quiet._keep(_came(n))
        intake = StoreIntake(store, lambda: NOW, Metrics(), spool)
        running = asyncio.create_task(intake.run())
        await until(lambda spool=spool: not spool.waits)
        intake.stop()
        await running
        assert await rows(store, inbox, "message_id") == ["0", "1", "2"]
    assert len(await rows(store, conversations)) == 1


async def test_what_the_store_refuses_is_set_aside_and_the_rest_comes_in(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "spool", VAULT)
    spool.open()
    intake = StoreIntake(store, lambda: NOW, Metrics(), spool)
    for n in range(3):
        await intake._keep(_came(n))
    commit = store_inbox.Intake._commit

    async def picky(self: store_inbox.Intake, group: list[store_inbox._Waiting]) -> object:
        if any(one.incoming.message_id == "1" for one in group):
            raise ValueError("no")
        return await commit(self, group)

    monkeypatch.setattr(store_inbox.Intake, "_commit", picky)
    running = asyncio.create_task(intake.run())
    await until(lambda: not spool.waits)
    intake.stop()
    await running
    assert await rows(store, inbox, "message_id") == ["0", "2"]
    assert len(list((tmp_path / "spool").glob("*.refused"))) == 1


async def test_without_room_on_the_disk_the_provider_is_asked_to_come_back(
    gate: tuple[Gate, str], tmp_path: Path
) -> None:
    door, url = gate
    small = Spool(tmp_path, VAULT, most_bytes=10)
    small.open()
    async with await Store.open(url, VAULT) as store:
        await door.shut()
        intake = StoreIntake(store, lambda: NOW, Metrics(), small)
        assert intake.refuses() is None
        with pytest.raises(IntakeFull):
            await intake.receive(incoming("a", "a"))
        assert "disk is full" in (intake.refuses() or "")


def _came(number: int) -> object:
    from connectors.intake import Came

    return Came(incoming(f"hei {number}", str(number)), NOW)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
