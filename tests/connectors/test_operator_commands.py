"""What an operator does from a shell: dead letters, a person's rights, backups, keys."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from small_decide import decide, incoming, on_failure
from small_queries import NOW
from typer.testing import CliRunner

from connectors.app import open_store
from connectors.cli import app
from connectors.settings import load_settings
from dialogue.store.store import Store

PHONE = "+4790000001"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAMSVAR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SAMSVAR_SECRET", "a secret for tests only")


def samsvar(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments], input=answer)


def with_store(work: Callable[[Store], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        async with open_store(load_settings(None)) as store:
            return await work(store)

    return asyncio.run(run())


def heard(*texts: str) -> None:
    async def hear(store: Store) -> None:
        await store.receive([incoming(text, text, PHONE) for text in texts], NOW)
        await store.run_batch(decide, NOW, on_failure=on_failure)

    with_store(hear)


def test_dead_letters_are_listed_without_words_shown_retried_and_dropped() -> None:
    heard("hei", "boom secret", "boom again")
    listed = samsvar("dead-letters", "list")
    assert "ValueError" in listed.output
    assert "secret" not in listed.output
    numbers = [
        json.loads(line)["number"]
        for line in samsvar("dead-letters", "list", "--json").output.splitlines()
    ]
    first, second = map(str, numbers)
    assert "secret" not in samsvar("dead-letters", "show", first).output
    assert "boom secret" in samsvar("dead-letters", "show", first, "--words").output
    shown = json.loads(samsvar("dead-letters", "show", first, "--words", "--json").output)
    assert shown["body"]["text"] == "boom secret"
    assert samsvar("dead-letters", "retry", first).exit_code == 0
    assert samsvar("dead-letters", "drop", second).exit_code == 0
    assert samsvar("dead-letters", "list").output == "No dead letters.\n"
    gone = samsvar("dead-letters", "show", first)
    assert gone.exit_code == 1
    assert "store.not-found" in gone.output


def test_a_person_is_exported_and_forgotten() -> None:
    heard("hei")
    exported = samsvar("person", "export", "sms", "900 00 001")
    assert json.loads(exported.output)["messages_in"][0]["body"]["text"] == "hei"
    assert samsvar("person", "forget", "sms", PHONE, answer="n\n").exit_code == 1
    assert samsvar("person", "forget", "sms", PHONE, "--yes").exit_code == 0
    assert json.loads(samsvar("person", "export", "sms", PHONE).output)["messages_in"][0][
        "body"
    ] is None  # fmt: skip
    assert samsvar("person", "export", "sms", "+4790000002").exit_code == 1
    assert samsvar("person", "export", "letter", PHONE).exit_code == 2


def test_a_backup_is_put_back() -> None:
    heard("hei")
    assert samsvar("backup", "copy.db").exit_code == 0
    assert samsvar("backup", "copy.db").exit_code == 1
    heard("meir")
    restored = samsvar("restore", "copy.db")
    assert restored.exit_code == 0
    assert "is kept as" in restored.output
    exported = json.loads(samsvar("person", "export", "sms", PHONE).output)
    assert [each["body"]["text"] for each in exported["messages_in"]] == ["hei"]


def test_a_backup_of_before_a_change_of_key_asks_for_that_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard("hei")
    assert samsvar("backup", "copy.db").exit_code == 0
    before = "a secret for tests only"
    monkeypatch.setenv("SAMSVAR_SECRET", "a new secret that is long enough")
    monkeypatch.setenv("SAMSVAR_SECRET_PREVIOUS", before)
    assert samsvar("rotate-keys").exit_code == 0
    monkeypatch.delenv("SAMSVAR_SECRET_PREVIOUS")
    assert "fits the addresses" in samsvar("doctor").output
    refused = samsvar("restore", "copy.db")
    assert refused.exit_code == 1
    assert "SAMSVAR_SECRET_PREVIOUS" in refused.output
    assert not list(Path("data").glob("*.before-*"))  # nothing has been changed
    monkeypatch.setenv("SAMSVAR_SECRET_PREVIOUS", before)
    assert samsvar("restore", "copy.db").exit_code == 0
    monkeypatch.delenv("SAMSVAR_SECRET_PREVIOUS")
    seen = samsvar("doctor")
    assert seen.exit_code == 1
    assert "[store.wrong-secret]" in seen.output


def test_on_postgresql_its_own_tools_make_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSVAR_DATABASE_URL", "postgresql://user@localhost/samsvar")
    refused = samsvar("backup", "copy.db")
    assert refused.exit_code == 2
    assert "pg_dump" in refused.output


def test_keys_are_rotated_and_the_previous_secret_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    heard("hei")
    assert samsvar("rotate-keys").exit_code == 2  # nothing to rotate from
    monkeypatch.setenv("SAMSVAR_SECRET", "another secret for tests")
    assert samsvar("rotate-keys").exit_code == 2
    monkeypatch.setenv("SAMSVAR_SECRET_PREVIOUS", "a secret for tests only")
    done = samsvar("rotate-keys")
    assert (done.exit_code, done.output.split()[0]) == (0, "1")
    monkeypatch.delenv("SAMSVAR_SECRET_PREVIOUS")
    assert samsvar("person", "export", "sms", PHONE).exit_code == 0
