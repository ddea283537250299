"""The same conversations, alone and among many others, through the store and the real decision."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from transcripts import read_transcripts

from dialogue.decide import decide, decide_failure
from dialogue.edition import Edition
from dialogue.messages import Incoming, PersonMessage
from dialogue.store.outbox import Outcome
from dialogue.store.store import Store

MOST_IN_A_BATCH = 64
BETWEEN_TURNS = timedelta(minutes=1)
_TICKET = re.compile(r"\bS\d+b?\b")
Seen = dict[str, tuple[list[str], list[Any]]]


def watched_conversations(edition: Edition, most: int) -> tuple[datetime, list[list[str]]]:
    """The golden conversations in which one phone only writes words; and when they begin."""
    found = [
        [str(turn["in"]) for turn in one.turns]
        for one in read_transcripts()
        if all({*turn} <= {"in", "bot", "out", "effects", "buttons"} for turn in one.turns)
        and all("in" in turn and not str(turn["in"]).startswith("[") for turn in one.turns)
        and not any("{ticket}" in str(turn["in"]) for turn in one.turns)
        and not any(str(turn["in"]) == "slett meg" for turn in one.turns)  # its code is by number
        and len(one.turns) > 1
    ]
    step = max(len(found) // most, 1)
    return datetime(2026, 11, 24, 10, tzinfo=edition.timezone), found[::step][:most]


class Town:
    """Who writes what, in which order, and in batches of which sizes: all by chance."""

    def __init__(self, edition: Edition, store: Store, seed: int) -> None:
        self._store = store
        self._chance = random.Random(seed)
        self._decide = partial(decide, edition)
        self._on_failure = partial(decide_failure, edition)
        self._questions = sorted(
            text for article in edition.content.articles.values() for text in article.questions
        )

    async def play(self, began: datetime, talks: Sequence[list[str]], others: int) -> Seen:
        """What each of the watched is told and what is opened for them."""
        most = max(map(len, talks))
        crowd = [f"+4791{n:06}" for n in range(others)]
        self._chance.shuffle(crowd)
        for turn in range(most):
            at = began + turn * BETWEEN_TURNS
            coming = [
                _sms(talk[turn], _phone(n), turn)
                for n, talk in enumerate(talks)
                if turn < len(talk)
            ]
            coming += [
                _sms(self._chance.choice(self._questions), phone, turn)
                for phone in crowd[turn::most]
            ]
            self._chance.shuffle(coming)
            while coming:
                some = self._chance.randint(1, 3 * MOST_IN_A_BATCH)
                await self._store.receive(coming[:some], at)
                del coming[:some]
                await self._work(at, least=0 if coming else 1)
        return await self._seen(began + most * BETWEEN_TURNS, len(talks))

    async def _work(self, at: datetime, least: int) -> None:
        """A few batches, or (`least`) all there is to do."""
        while True:
            limit = self._chance.randint(1, MOST_IN_A_BATCH)
            result = await self._store.run_batch(
                self._decide, at, limit=limit, on_failure=self._on_failure
            )
            assert result.dead == 0
            if not result.count or (not least and self._chance.random() < 0.3):
                return

    async def _seen(self, at: datetime, watched: int) -> Seen:
        seen: Seen = {_phone(n): ([], []) for n in range(watched)}
        numbers: dict[str, str] = {}
        while claimed := await self._store.claim_outgoing(["sms"], 500, at):
            for one in claimed:
                if one.reply is not None and one.address in seen:
                    seen[one.address][0].append(_TICKET.sub("S#", one.reply.text))
                    for number in _TICKET.findall(one.reply.text):
                        numbers[number] = one.address
            sent = [Outcome(outbox_id=one.outbox_id, status="sent") for one in claimed]
            await self._store.record_outcomes(sent, at)
        for ticket in await self._store.list_tickets(limit=1_000):
            if ticket.id in numbers:
                told = msgspec.to_builtins(ticket)
                kept = ("unit", "kind", "service", "due_at", "visibility", "rules", "text")
                seen[numbers[ticket.id]][1].append({key: told.get(key) for key in kept})
        return seen


def _phone(number: int) -> str:
    return f"+4790000{number:03}"


def _sms(text: str, phone: str, turn: int) -> Incoming:
    body = PersonMessage(text=text)
    return Incoming(channel="sms", address=phone, message_id=f"{phone}-{turn}", body=body)
