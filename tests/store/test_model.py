"""Inbox, outbox and timers against a simple model, in random interleavings, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from small_decide import decide, heard, incoming, on_failure
from small_queries import CHANNELS, NOW, rows

from dialogue.conversation import load
from dialogue.store.outbox import Outcome
from dialogue.store.store import Store
from dialogue.store.tables import conversations, inbox, metadata, outbox, timers
from dialogue.store.vault import Vault

T = TypeVar("T")
PEOPLE = ("+4790000001", "+4790000002", "+4790000003")
WORDS = ("hei", "two", "ticket", "timer a", "timer b", "untimer a", "boom", "rate 4 -", "rate 9 -")
REFUSED = ("boom", "rate 9 -")  # by the decision, by the database
FATES = ("sent", "retry", "in_doubt")
A_DAY_ALMOST = timedelta(hours=20)
VAULT = Vault("a secret for tests only")


class Model(RuleBasedStateMachine):
    """What each person has said and is due to hear, as lists."""

    url = ""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.now = NOW
        self.said: dict[str, list[str]] = {who: [] for who in PEOPLE}
        self.given: dict[str, tuple[str, str]] = {}
        self.sent: dict[str, list[tuple[int, str]]] = {who: [] for who in PEOPLE}
        self.store = self.do(Store.open(self.url, VAULT, unit_channels=("unit_mail",)))
        self.do(self._empty())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _empty(self) -> None:
        async with self.store.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(table.delete())

    @rule(
        who=st.sampled_from(PEOPLE), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5)
    )
    def receive(self, who: str, words: list[str]) -> None:
        messages = []
        for word in words:
            identifier = f"m{len(self.given)}"
            self.given[identifier] = (who, word)
            self.said[who].append(word)
            messages.append(incoming(word, identifier, who))
        assert None not in self.do(self.store.receive(messages, self.now))

    @rule(data=st.data())
    def receive_again(self, data: st.DataObject) -> None:
        if self.given:
            identifier = data.draw(st.sampled_from(sorted(self.given)))
            who, word = self.given[identifier]
            again = self.do(self.store.receive(incoming(word, identifier, who), self.now))
            assert again == [None]

    @rule(limit=st.integers(1, 20), workers=st.integers(1, 3))
    def work(self, limit: int, workers: int) -> None:
        self.do(self._work(limit, workers))

    async def _work(self, limit: int, workers: int) -> None:
        several = 1 if self.store.database.sqlite else workers
        batches = [
            self.store.run_batch(decide, self.now, limit=limit, on_failure=on_failure)
            for _ in range(several)
        ]
        await asyncio.gather(*batches)

    @rule(fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=8))
    def send(self, fates: list[Any]) -> None:
        claimed = self.do(self.store.claim_outgoing(CHANNELS, len(fates), self.now))
        outcomes = [
            Outcome(outbox_id=one.outbox_id, status=fate)
            for one, fate in zip(claimed, fates, strict=False)
        ]
        self.do(self.store.record_outcomes(outcomes, self.now))
        sent = [one.outbox_id for one in outcomes if one.status == "sent"]
        self._note([one for one in claimed if one.outbox_id in sent])

    @rule()
    def settle_doubt(self) -> None:
        """The provider says that it has none of them."""
        doubtful = self.do(self.store.claim_in_doubt(CHANNELS, 100))
        outcomes = [Outcome(outbox_id=one.outbox_id, status="not_sent") for one in doubtful]
        self.do(self.store.record_outcomes(outcomes, self.now))

    @rule(minutes=st.integers(0, 70))
    def let_time_pass(self, minutes: int) -> None:
        self.settle_doubt()
        if self.now - NOW < A_DAY_ALMOST:  # nothing is given up in this model
            self.now += timedelta(minutes=minutes)
        before = self.do(self._due())
        fired = self.do(self.store.fire_timers(self.now))
        assert fired == len(before)
        for who, words in before:
            self.said[who].append(words)
        self.do(self.store.tidy(self.now))

    async def _due(self) -> list[tuple[str, str]]:
        """Who is about to be told what by a timer, in the order of the times."""
        due: list[tuple[datetime, int, str, str]] = []
        for number, key, due_at, owner in await rows(
            self.store, timers, "id", "key", "due_at", "conversation_id"
        ):
            if due_at <= self.now:
                who = await self._person(owner)
                due.append((due_at, number, who, f"rating_reminder {key}"))
        return [(who, words) for _, _, who, words in sorted(due)]

    async def _person(self, conversation_id: int) -> str:
        for number, cipher in await rows(self.store, conversations, "id", "address_cipher"):
            if number == conversation_id:
                return VAULT.decrypt("sms", cipher)
        raise AssertionError("a timer of nobody")

    def _note(self, claimed: list[Any]) -> None:
        for one in claimed:
            if one.reply is not None:
                self.sent[one.address].append((one.outbox_id, one.reply.text))

    @invariant()
    def nothing_is_sent_twice_or_out_of_order(self) -> None:
        for sent in getattr(self, "sent", {}).values():
            numbers = [number for number, _ in sent]
            assert numbers == sorted(set(numbers))

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        try:
            self._finish()
        finally:
            self.do(self.store.close())
            self.runner.close()

    def _finish(self) -> None:
        self.settle_doubt()
        for _ in range(400):
            self._work_once()
            claimed = self.do(self.store.claim_outgoing(CHANNELS, 100, self.now))
            outcomes = [Outcome(outbox_id=one.outbox_id, status="sent") for one in claimed]
            self.do(self.store.record_outcomes(outcomes, self.now))
            self._note(claimed)
            depth = self.do(self.store.depth(self.now))
            if not claimed and not depth.waiting:
                again = self.do(self.store.next_attempt_at(CHANNELS, self.now))
                if again is None:
                    break
                self.now = max(self.now, again)
        self.nothing_is_sent_twice_or_out_of_order()
        self.do(self._compare())

    def _work_once(self) -> None:
        self.do(self._work(20, 1))

    async def _compare(self) -> None:
        stored = await rows(self.store, conversations, "address_cipher", "state")
        for cipher, state in stored:
            who = VAULT.decrypt("sms", cipher)
            expected = [word for word in self.said[who] if word not in REFUSED]
            assert (heard(load(state)) if state else []) == expected
            answers = sum(2 if word == "two" else 1 for word in self.said[who])
            assert len(self.sent[who]) == answers
        assert {*await rows(self.store, inbox, "status")} <= {"done", "dead"}
        dead = sum(word in REFUSED for words in self.said.values() for word in words)
        assert len(await self.store.list_dead_letters(1_000)) == dead
        assert {*await rows(self.store, outbox, "status")} <= {"sent"}


def test_any_interleaving_ends_as_the_model_says(database_url: str, database_kind: str) -> None:
    machine = type("ModelHere", (Model,), {"url": database_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40 if database_kind == "sqlite" else 12,
            stateful_step_count=30,
            phases=[Phase.generate],
            deadline=None,
            derandomize=True,
            suppress_health_check=[*HealthCheck],
        ),
    )
