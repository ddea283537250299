"""`samsvar` as it is installed, in processes of its own: served, killed, and used from a shell.

Nothing is wired here: what runs is the command, set by `SAMSVAR_…` alone, with Twilio,
Telegram and the mail server at the stand-ins on loopback. `python -m served_process serve`
is the same command with seconds instead of minutes where a test would have to wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import postgres
from mail_stand_in import MailStandIn
from served import PUBLIC_URL, Caller
from service_settings import environment
from shell import COMMAND, Ended, Shell, clean_environment, run_command
from telegram_stand_in import TelegramStandIn
from twilio_stand_in import TwilioStandIn, inbound, signed

SMS = "/webhooks/twilio/sms"
STARTS_WITHIN = 60.0  # seconds, on a busy machine
ENDS_WITHIN = 60.0
LISTENING = re.compile(r"on (http://[\d.]+:\d+)$")
HASTY = ("-m", "served_process")


class Served:
    """One `samsvar serve` (or `web`, …), between its start and its end. `said` is what it wrote."""

    def __init__(
        self,
        env: dict[str, str],
        command: tuple[str, ...] = COMMAND,
        arguments: tuple[str, ...] = ("serve",),
    ) -> None:
        self.env = env
        self._arguments = arguments
        self.url = ""
        self.said: list[str] = []
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> Served:
        """Return when it listens."""
        listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *self._command, *self._arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=clean_environment() | self.env,
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read(listening))
        async with asyncio.timeout(STARTS_WITHIN):
            self.url = await listening
        return self

    async def _read(self, listening: asyncio.Future[str]) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.said.append(line.decode().rstrip())
            found = LISTENING.search(self.said[-1])
            if found and not listening.done():
                listening.set_result(found[1])
        if not listening.done():
            listening.set_exception(AssertionError("\n".join(self.said)))

    async def terminate(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self._ended()

    async def kill(self) -> int:
        """SIGKILL, as a crash; minus nine."""
        assert self._process is not None
        self._process.kill()
        return await self._ended()

    async def _ended(self) -> int:
        assert self._process is not None
        assert self._reading is not None
        async with asyncio.timeout(ENDS_WITHIN):
            code = await self._process.wait()
            await self._reading
        return code

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()


class Town:
    """The stand-ins and the settings that lead to them; and whoever serves among them."""

    def __init__(
        self, env: dict[str, str], twilio: TwilioStandIn, telegram: TelegramStandIn,
        mail: MailStandIn, session: aiohttp.ClientSession, shell: Shell | None,
    ) -> None:  # fmt: skip
        self.env = env
        self.twilio = twilio
        self.telegram = telegram
        self.mail = mail
        self.served: Served | None = None
        self._session = session
        self._shell = shell

    @property
    def call(self) -> Caller:
        assert self.served is not None
        return Caller(self.served.url, self._session)

    async def serve(self, command: tuple[str, ...] = COMMAND) -> Served:
        """Start the service, and lead Telegram to it past the proxy that is not there."""
        self.telegram.calls.clear()
        self.served = await Served(self.env, command).start()
        await self.telegram.wait_for_call("setWebhook")
        self.telegram.webhook["url"] = f"{self.served.url}/webhooks/telegram"
        return self.served

    async def command(self, *arguments: str, stdin: str = "") -> Ended:
        """Run `samsvar` on the same settings, as somebody on the same machine."""
        if self._shell is None:
            return await run_command(*arguments, env=self.env, stdin=stdin)
        return await self._shell.command(*arguments, env=self.env, stdin=stdin)

    async def sms(self, text: str, sid: str, sender: str, **more: str) -> Any:
        """A signed webhook; the whole answer."""
        form = inbound(text, sender, sid) | more
        headers = signed(PUBLIC_URL + SMS, form)
        return await self.call("POST", SMS, form=form, headers=headers)

    def to(self, phone: str) -> list[str]:
        """What that phone has got, in order."""
        return [each["Body"] for each in self.twilio.messages if each["To"] == phone]

    def to_chat(self, chat: int) -> list[str]:
        return [each["text"] for each in self.telegram.messages if each["chat_id"] == chat]

    async def gets(self, phone: str, number: int) -> list[str]:
        """That phone's messages, when there are so many."""
        await until(lambda: len(self.to(phone)) >= number)
        return self.to(phone)

    async def chat_gets(self, chat: int, number: int) -> list[str]:
        await until(lambda: len(self.to_chat(chat)) >= number)
        return self.to_chat(chat)


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Return when it is true; AssertionError after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 (the stand-ins change, they do not tell)
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"it did not happen within {seconds:.0f} s") from None


@asynccontextmanager
async def town_on(
    database_url: str, folder: Path, shell: Shell | None = None
) -> AsyncIterator[Town]:
    """All that a municipality has around its service, on that database.

    With a shell its commands start sooner, and what takes time to build is built once.
    """
    if shell is not None:
        shell.cache.mkdir(parents=True, exist_ok=True)
        (folder / "cache").symlink_to(shell.cache)
    async with (
        TwilioStandIn(lambda: datetime.now(UTC)) as twilio,
        TelegramStandIn() as telegram,
        MailStandIn() as mail,
        aiohttp.ClientSession() as session,
    ):
        secret = "a secret for tests only, long enough"
        env = environment(database_url, folder, secret, twilio, telegram, mail)
        town = Town(env, twilio, telegram, mail, session, shell)
        try:
            yield town
        finally:
            if town.served is not None:
                with contextlib.suppress(ProcessLookupError):
                    await town.served.close()


@asynccontextmanager
async def town_of(
    kind: str, folder: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Town]:
    """A town on a new database of a kind, SQLite or a PostgreSQL of its own; for measurements."""
    server, address = None, f"sqlite:///{folder / 'samsvar.db'}"
    if kind == "postgresql":
        server = postgres.start(folder / "server", postgres.DURABLE)
        address = (await server.create()).render_as_string(hide_password=False)
    try:
        async with town_on(address, folder) as town:
            town.env.update(settings or {})
            if server is not None:
                assert (await town.command("migrate")).code == 0
            yield town
    finally:
        if server is not None:
            server.stop()


def main() -> None:
    """The command, with short leases: what a dead sender held is known in a second."""
    from connectors import doubts, sender
    from connectors.cli import main as command
    from dialogue.store import outbox, receipts, worker

    outbox.LEASED_FOR = timedelta(seconds=1)
    outbox.DOUBT_HOLDS = receipts.DOUBT_HOLDS = timedelta(seconds=0.5)
    worker.TIDY_AFTER = 0.25
    doubts.LOOK_AFTER = sender.LOOK_EVERY = timedelta(seconds=0.2)
    command()


if __name__ == "__main__":
    main()
