"""`kill -9` in the middle of two hundred messages, a restart, and nobody is forgotten.

Only durations are changed in the process that is killed: what a dead sender held is
known after a second instead of a minute.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from served import BEARER
from served_process import HASTY, Town, town_on, until
from shell import Shell

from connectors.simulation import open_simulation
from dialogue.edition import Edition
from dialogue.messages import PersonMessage

PHONES = [f"+47900001{number:02}" for number in range(20)]
QUESTIONS = (
    "når tømmes søppelet?", "når er biblioteket åpent?", "når er legevakten åpen",
    "når har gjenvinningsstasjonen åpent", "hvordan klager jeg på vedtak", "barnehage",
    "Hva må jeg gjøre hvis veien ikke er brøytet?", "hvor mye koster hjemmehjelp",
    "Hvordan bestiller jeg time til vaksine?", "Det var bra",
)  # fmt: skip
MESSAGES = len(PHONES) * len(QUESTIONS)
KILLED_AFTER = 90  # messages accepted
SENT_BEFORE = 20
SETTLES_WITHIN = 60.0  # seconds
MORE_WOULD_COME_WITHIN = 1.5


@pytest.fixture
async def town(database_url: str, shell: Shell) -> AsyncIterator[Town]:
    with tempfile.TemporaryDirectory(prefix="samsvar-killed-") as folder:
        async with town_on(database_url, Path(folder), shell) as made:
            yield made


def questions_of(phone: str) -> list[str]:
    """The same questions for all, in an order of each one's own."""
    return random.Random(phone).sample(QUESTIONS, len(QUESTIONS))


async def calm_day(edition: Edition, folder: Path) -> dict[str, list[str]]:
    """What each phone gets when nothing is killed."""
    told: dict[str, list[str]] = {phone: [] for phone in PHONES}
    url = f"sqlite:///{folder / 'calm.db'}"
    async with open_simulation(edition, url, datetime.now(edition.timezone)) as simulation:
        for phone in PHONES:
            for text in questions_of(phone):
                await simulation.receive("sms", phone, PersonMessage(text=text))
        for happened in await simulation.follow():
            if happened["type"] == "message":
                told[happened["to"]].append(happened["text"])
    return told


class Twilio:
    """Delivers each phone's messages in order, and again what was not acknowledged."""

    def __init__(self, town: Town) -> None:
        self.accepted = 0
        self._town = town
        self._waiting = {phone: questions_of(phone) for phone in PHONES}

    async def deliver(self) -> None:
        await asyncio.gather(*(self._deliver(phone) for phone in PHONES))

    async def _deliver(self, phone: str) -> None:
        waiting = self._waiting[phone]
        while waiting:
            sid = f"SM{phone}-{len(waiting)}"
            try:
                answer = await self._town.sms(waiting[0], sid, phone)
            except aiohttp.ClientError:
                return  # the service is gone
            assert answer.status == 200
            del waiting[0]
            self.accepted += 1


async def test_all_are_answered_exactly_once_although_the_service_is_killed(
    town: Town, edition: Edition, tmp_path: Path
) -> None:
    expected = await calm_day(edition, tmp_path)
    twilio = Twilio(town)
    await town.serve(HASTY)
    delivering = asyncio.create_task(twilio.deliver())
    await until(
        lambda: min(twilio.accepted - KILLED_AFTER, len(town.twilio.messages) - SENT_BEFORE) >= 0
    )
    assert town.served is not None
    assert await town.served.kill() == -9
    await delivering
    sent_before = len(town.twilio.messages)
    assert twilio.accepted < MESSAGES, "it was killed too late to prove anything"

    await town.serve(HASTY)
    await twilio.deliver()
    assert twilio.accepted == MESSAGES
    wanted = sum(map(len, expected.values()))
    await until(lambda: len(town.twilio.messages) >= wanted, SETTLES_WITHIN)
    await asyncio.sleep(MORE_WOULD_COME_WITHIN)

    assert sent_before < wanted
    for phone, texts in expected.items():
        assert town.to(phone) == texts
    figures = (await town.call("GET", "/metrics", headers=BEARER)).text
    for table in ("inbox", "outbox", "in_doubt", "dead_letters"):
        assert f'samsvar_waiting{{table="{table}"}} 0.0' in figures
    assert await town.served.terminate() == 0
