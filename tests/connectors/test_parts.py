"""Which parts run, how content is swapped while they do, and who is found to be running."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from near_deciders import NearDeciders
from small_decide import incoming
from small_queries import rows
from typer.testing import CliRunner

from connectors import app as app_module
from connectors import cores
from connectors.app import Service, now
from connectors.cli import app
from connectors.commands import reload as reloading
from connectors.presence import Presence, PresenceFile, processes
from connectors.settings import load_settings
from dialogue.decision import Decide
from dialogue.edition import Edition
from dialogue.store.store import Store
from dialogue.store.tables import inbox
from dialogue.store.verdicts import OnFailure
from knowledge.problems import ContentError, Problem


@pytest.fixture
def service(
    store: Store, edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Service:
    monkeypatch.setenv("SAMSVAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SAMSVAR_SECRET", "a secret for tests only")
    monkeypatch.setenv("SAMSVAR_PORT", "0")
    return Service(load_settings(None), edition, store, channels=[])


async def handled(service: Service, identifier: str) -> Any:
    """The edition that decided a message which comes now."""
    await service.store.receive(incoming("hei", identifier), now())
    while await service.worker.step():
        pass
    return (await rows(service.store, inbox, "edition"))[-1]


async def test_a_new_edition_decides_from_the_next_message_on(
    service: Service, edition: Edition
) -> None:
    first = await handled(service, "1")
    newer = replace(edition, content=replace(edition.content, version="newer"))
    assert await service.reload(lambda *_: newer)
    second = await handled(service, "2")
    assert first == edition.version
    assert second.startswith("newer/")


async def test_deciders_are_exchanged_with_the_edition(
    service: Service, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[NearDeciders] = []

    def make(decide: Decide, on_failure: OnFailure | None, _count: int) -> NearDeciders:
        made.append(NearDeciders(decide, on_failure))
        return made[-1]

    monkeypatch.setattr(app_module, "Deciders", make)
    service.use(edition)
    assert await handled(service, "1") == edition.version
    newer = replace(edition, content=replace(edition.content, version="newer"))
    assert await service.reload(lambda *_: newer)
    assert (await handled(service, "2")).startswith("newer/")
    first, second = made
    assert [first.is_closed, second.is_closed] == [True, False]
    assert [first.decided, second.decided] == [1, 1]


def test_as_many_deciders_as_cores_but_no_more_than_a_container_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {*range(12)}, raising=False)
    quota = tmp_path / "cpu.max"
    assert cores.how_many_cores(quota) == 12
    for written, expected in (("max 100000", 12), ("150000 100000", 2), ("50000 100000", 1)):
        quota.write_text(written)
        assert cores.how_many_cores(quota) == expected
    assert [cores.how_many_deciders(wanted) for wanted in (0, 7)] == [0, 7]


async def test_faulty_content_is_told_and_the_edition_stays(
    service: Service, edition: Edition, log_stream: io.StringIO
) -> None:
    def faulty(*_: object) -> Edition:
        raise ContentError([Problem("units.yml", 3, "units.unknown", "the unit «x» is unknown")])

    async with service.running():
        assert not await service.reload(faulty)
        [found] = processes(service.settings.data_dir)
    assert (found.refused, found.reloads, found.edition) == (True, 1, edition.version)
    assert service.edition is edition
    assert "units.yml:3" in log_stream.getvalue()
    assert "content.refused" in log_stream.getvalue()
    assert processes(service.settings.data_dir) == []


def test_a_dead_process_is_not_found(tmp_path: Path) -> None:
    alive = PresenceFile(tmp_path, Presence(process=11, part="web", edition="a"))
    alive.open()
    (tmp_path / "run" / "worker-12.json").write_text('{"process":12,"part":"worker","edition":"a"}')
    assert [one.process for one in processes(tmp_path)] == [11]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["web-11.json"]
    alive.reloaded("b", refused=False)
    assert processes(tmp_path) == [Presence(process=11, part="web", edition="b", reloads=1)]
    alive.close()
    assert processes(tmp_path) == []


@pytest.mark.parametrize("part", ["web", "worker", "sender"])
def test_a_part_alone_needs_postgresql(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMSVAR_DATABASE_URL", raising=False)
    ended = CliRunner().invoke(app, [part])
    assert ended.exit_code == 2
    assert "samsvar serve" in ended.output


def test_a_process_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "WITHIN", 0.0)
    one = Presence(process=11, part="web", edition="a")
    with pytest.raises(typer.Exit):
        reloading._when_done([one], lambda: [one])
    done = msgspec.structs.replace(one, reloads=1)
    assert reloading._when_done([one], lambda: [done]) == [done]
    assert reloading._when_done([one], list) == []  # it has ended meanwhile
