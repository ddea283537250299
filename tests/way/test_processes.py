"""Web, worker and sender as processes of their own on PostgreSQL, and content taken anew."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import postgres
import pytest
import sqlalchemy as sa
from served import BEARER
from served_process import COMMAND, Served, Town, town_on

from dialogue.store.engine import open_database
from knowledge.content import EXAMPLE

PARTS = ("web", "worker", "sender")
QUESTION = "Når blir vegen vår brøytt?"
PHONE = "+4790000001"


@pytest.fixture
async def town(postgres_server: postgres.Server, postgres_template: str) -> AsyncIterator[Town]:
    """A town whose service has not been started, with content of its own."""
    url = await postgres_server.create(postgres_template)
    with tempfile.TemporaryDirectory(prefix="samsvar-parts-") as folder:
        content = Path(folder) / "content"
        shutil.copytree(EXAMPLE, content)
        async with town_on(url.render_as_string(hide_password=False), Path(folder)) as made:
            made.env["SAMSVAR_CONTENT"] = str(content)
            yield made
    await postgres_server.drop(url)


async def test_each_part_does_its_own_and_all_take_new_content_whole(town: Town) -> None:
    async with AsyncExitStack() as stack:
        running: dict[str, Served] = {}
        for part in PARTS:
            served = Served(town.env, COMMAND, (part, "--port", "0"))
            stack.push_async_callback(served.close)
            running[part] = await served.start()
            if part == "web":  # what comes while no worker runs is answered when one does
                town.served = served
                assert (await town.sms(QUESTION, "SM1", PHONE)).status == 200
        _, told = await town.gets(PHONE, 2)
        await tell_their_health(town, running)
        await take_new_content(town, told)
        for served in running.values():
            assert await served.terminate() == 0, served.said
    first, second, third = await editions(town)
    assert first == second
    assert third not in (None, first)
    nobody = await town.command("reload")
    assert nobody.code == 1
    assert "No process" in nobody.err


async def tell_their_health(town: Town, running: dict[str, Served]) -> None:
    own = {"web": {"spool", "intake"}, "worker": {"worker"}, "sender": {"sender"}}
    for part, served in running.items():
        town.served = served
        health = await town.call("GET", "/readyz")
        assert health.status == 200
        assert set(health.json["checks"]) == {"database", "migrations", *own[part]}
        api = await town.call("GET", "/api/tickets", headers=BEARER)
        assert (api.status == 404) == (part != "web")
    town.served = running["web"]
    asked = [name for name, _ in town.telegram.calls]
    assert sorted(asked) == ["getMe", "getMe", "setWebhook"]  # the sender only sends


async def take_new_content(town: Town, told: str) -> None:
    """A faulty article changes nothing; a good one is what the next is answered with."""
    article = Path(town.env["SAMSVAR_CONTENT"]) / "articles/trafikk-og-veg/broyting.nn.md"
    before = article.read_text(encoding="utf-8")
    article.write_text(before.replace("standard: nn", "standard: xx"), encoding="utf-8")
    refused = await town.command("reload")
    assert refused.code == 1
    assert "broyting.nn.md" in refused.err
    await town.sms(QUESTION, "SM2", PHONE)
    assert (await town.gets(PHONE, 3))[2] == told

    changed = before.replace("sms: >-\n", "sms: >-\n  Nytt hos oss.\n", 1)
    assert changed != before
    article.write_text(changed, encoding="utf-8")
    done = await town.command("reload")
    assert done.code == 0, done.err
    assert len(done.lines) == len(PARTS)
    await town.sms(QUESTION, "SM3", PHONE)
    assert (await town.gets(PHONE, 4))[3].startswith("Nytt hos oss.")


async def editions(town: Town) -> list[str]:
    """The edition that decided each message, in order."""
    database = open_database(town.env["SAMSVAR_DATABASE_URL"])
    async with database.read() as connection:
        found = await connection.execute(sa.text("SELECT edition FROM inbox ORDER BY id"))
        names = [row.edition for row in found]
    await database.close()
    return names
