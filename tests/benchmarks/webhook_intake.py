"""Signed webhooks accepted and committed a second, beside a server that only checks them.

    PYTHONPATH=.:tests/support python tests/benchmarks/webhook_intake.py [--messages 4000]

`floor`: aiohttp that checks Twilio's signature and answers. `samsvar`: the same requests
through the whole application into the store (SQLite in a temporary folder, or the URL),
each answered after its commit. Server and client are two processes on one machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from channel_contracts import PUBLIC_URL, twilio_settings
from served import an_app
from twilio.request_validator import RequestValidator
from twilio_stand_in import TOKEN, inbound, signed

from connectors.channels.twilio_sms import TwilioSms
from connectors.intake import StoreIntake
from connectors.logs import configure_logs
from connectors.metrics import Metrics
from connectors.server import serve
from dialogue.store.store import Store
from dialogue.store.vault import Vault

PATH = "/webhooks/twilio/sms"
PEOPLE = 1_000
MANY = 10_000_000  # nothing handles the messages, and nothing is refused


def requests(count: int, run: int) -> list[bytes]:
    """Ready-made requests from a thousand phones."""
    made = []
    for number in range(count):
        sender = f"+4790{number % PEOPLE:06}"
        form = inbound("Når blir vegen vår brøytt?", sender, f"SM{run}-{number}")
        body = urlencode(form).encode()
        signature = signed(PUBLIC_URL + PATH, form)["X-Twilio-Signature"]
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: svar.eksempelvag.example\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


async def floor_app() -> tuple[web.Application, Callable[[], Any]]:
    validator = RequestValidator(TOKEN)

    async def receive(request: web.Request) -> web.Response:
        form = await request.post()
        good = validator.validate(PUBLIC_URL + PATH, form, request.headers["X-Twilio-Signature"])
        return web.Response(status=200 if good else 403)

    app = web.Application()
    app.router.add_post(PATH, receive)

    async def close() -> None:
        return None

    return app, close


async def samsvar_app(database: str) -> tuple[web.Application, Callable[[], Any]]:
    store = await Store.open(
        database, Vault("a secret for benchmarks"), upgrade=True, most_waiting=MANY
    )
    intake = StoreIntake(store, lambda: datetime.now(UTC), Metrics())
    channel = TwilioSms(twilio_settings("http://127.0.0.1:9"), PUBLIC_URL)
    return an_app([channel], intake, store), store.close


def server(kind: str, database: str, pipe: Connection) -> None:
    """A process that serves until it is told to stop."""

    async def main() -> None:
        configure_logs("WARNING")
        app, close = await (floor_app() if kind == "floor" else samsvar_app(database))
        runner = await serve(app, "127.0.0.1", 0)
        pipe.send(runner.addresses[0][1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        await runner.cleanup()
        await close()

    asyncio.run(main())


async def load(port: int, waiting: list[bytes], connections: int) -> tuple[float, list[float]]:
    """Send all; the seconds it took, and each answer's time in ms."""
    times: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            request = waiting.pop()
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise AssertionError(head)
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append((time.perf_counter() - began) * 1_000)
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return time.perf_counter() - began, times


def measure(kind: str, database: str, messages: int, connections: int, runs: int) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=server, args=(kind, database, theirs), daemon=True)
    process.start()
    port = ours.recv()
    asyncio.run(load(port, requests(500, -1), connections))  # warm
    rates, times = [], []
    for run in range(runs):
        took, each = asyncio.run(load(port, requests(messages, run), connections))
        rates.append(messages / took)
        times += each
    ours.send("stop")
    process.join(20)
    centiles = statistics.quantiles(times, n=100)
    return {
        "what": kind,
        "per_second": round(statistics.median(rates)),
        "spread": [round(min(rates)), round(max(rates))],
        "p50_ms": round(centiles[49], 1),
        "p99_ms": round(centiles[98], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = asked.database or f"sqlite:///{folder}/samsvar.db"
        for kind in ("floor", "samsvar"):
            found = measure(kind, database, asked.messages, asked.connections, asked.runs)
            print(json.dumps(found))


if __name__ == "__main__":
    main()
