"""One served process for all tests of a file, on each database."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from served_process import Town, town_on
from shell import Shell


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def town(request: pytest.FixtureRequest, shell: Shell) -> AsyncIterator[Town]:
    """The service on an empty database: `serve` makes SQLite's tables, `migrate` PostgreSQL's."""
    with tempfile.TemporaryDirectory(prefix="samsvar-served-") as folder:
        server = url = None
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            url = await server.create()
        address = url.render_as_string(hide_password=False) if url else f"sqlite:///{folder}/s.db"
        async with town_on(address, Path(folder), shell) as made:
            if url is not None:
                refused = await made.command("serve")
                assert refused.code == 1
                assert "samsvar migrate" in refused.err
                migrated = await made.command("migrate")
                assert migrated.code == 0, migrated.err
            await made.serve()
            yield made
            assert made.served is not None
            await stops_within_ten_seconds(made)
        if server is not None and url is not None:
            await server.drop(url)


async def stops_within_ten_seconds(town: Town) -> None:
    """SIGTERM ends the service with 0, and nothing that it said holds a phone or a text."""
    assert town.served is not None
    began = asyncio.get_running_loop().time()
    assert await town.served.terminate() == 0, "\n".join(town.served.said[-20:])
    assert asyncio.get_running_loop().time() - began < 10
    said = "\n".join(town.served.said)
    for personal in ("+4790", "90000", "middag", "bossdunk", "a secret for tests"):
        assert personal not in said, f"the service has written {personal!r}"
    assert "Traceback" not in said
