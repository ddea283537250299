"""A way to PostgreSQL that can be shut, or that cuts a connection in the middle of COMMIT."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

import postgres
from sqlalchemy.engine import URL

COMMIT = b"COMMIT;\x00"  # as asyncpg sends it: a simple query of its own
Cut = Literal["lost", "unanswered"]


class Gate:
    """Hands bytes on to a server. `cut` is spent by the next COMMIT that passes.

    `lost`: the COMMIT never reaches the server, which rolls back. `unanswered`: the
    server commits, and nobody hears of it. Who sent it sees the same: a connection that
    broke.
    """

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.cut: Cut | None = None
        self.cuts = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Cut every connection, and refuse new ones until it is opened again."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other_reader, other = await asyncio.open_connection(*self._to)
        self._writers |= {writer, other}
        answered = asyncio.create_task(_copy(other_reader, writer))
        with suppress(OSError):
            while data := await reader.read(65_536):
                if self.cut is not None and COMMIT in data:
                    cut, self.cut = self.cut, None
                    self.cuts += 1
                    answered.cancel()
                    await asyncio.wait({answered})
                    if cut == "unanswered":
                        other.write(data)
                        await other_reader.read(1)  # it answers when it has committed
                    writer.transport.abort()
                    break
                other.write(data)
        other.close()
        await asyncio.wait({answered})


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()


@asynccontextmanager
async def gate_before(server: postgres.Server, template: str) -> AsyncIterator[tuple[Gate, URL]]:
    """An open gate before a new database, and the way through it."""
    url = await server.create(template)
    assert url.host is not None
    assert url.port is not None
    made = Gate(url.host, url.port)
    await made.open()
    yield made, url.set(port=made.port)
    await made.shut()
    await server.drop(url)
