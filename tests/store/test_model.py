"""Inbox, outbox, receipts and timers against a simple model, in random interleavings.

On both databases, with several workers and senders, some of which die at what they do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import datetime, timedelta
from functools import partial
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
from near_deciders import NearDeciders
from small_decide import decide, heard, incoming, on_failure
from small_queries import CHANNELS, NOW, rows

from dialogue.conversation import Conversation, load
from dialogue.decision import Decision
from dialogue.messages import Numbered
from dialogue.store.outbox import Outcome
from dialogue.store.store import Store
from dialogue.store.tables import conversations, inbox, metadata, outbox, timers
from dialogue.store.vault import Vault

T = TypeVar("T")
PEOPLE = ("+4790000001", "+4790000002", "+4790000003")
WORDS = ("hei", "two", "ticket", "timer a", "timer b", "untimer a", "boom", "rate 4 -", "rate 9 -")
REFUSED = ("boom", "rate 9 -")  # by the decision, by the database
FATES = ("sent", "sent", "sent", "retry", "in_doubt")
RECEIPTS = ("sent", "failed", "delivered", "read")  # each stands above those before it
DEATHS = ("before", "after")  # of a sender: before the provider took the message, or after
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
        self.taken: dict[int, str] = {}  # by the provider, and the highest receipt of each
        self.recorded: set[int] = set()  # taken, and the store knows it
        self.letters: set[int] = set()  # to units; nobody sends receipts for those
        self.store = self.do(Store.open(self.url, VAULT, unit_channels=("unit_mail",)))
        self.do(self._empty())
        for who in PEOPLE:  # else most runs would be over before anything was sent
            self.receive(who, ["hei", "two", "timer a"])
        self.do(self._work(20, 1))

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

    @rule(limit=st.integers(1, 20), workers=st.integers(1, 3), sending=st.booleans())
    def work(self, limit: int, workers: int, sending: bool) -> None:
        self.do(self._work(limit, workers))
        if sending:
            self.send(["sent"] * limit)

    async def _work(self, limit: int, workers: int, pool: NearDeciders | None = None) -> None:
        run = partial(self.store.run_batch, limit=limit, on_failure=on_failure, deciders=pool)
        batches = [run(decide, self.now) for _ in range(workers)]
        await asyncio.gather(*batches)

    # a message over which two are lost is put aside
    @rule(limit=st.integers(1, 20), lanes=st.integers(1, 3), lost=st.integers(0, 1))
    def work_with_deciders(self, limit: int, lanes: int, lost: int) -> None:
        """Batches at once, one of which may lose the decider that it had given its messages."""
        pool = NearDeciders(decide, on_failure, least=1 + limit // 5, lost=lost)
        self.do(self._work(limit, lanes, pool))

    @rule(limit=st.integers(1, 20), deciding=st.integers(1, 4))
    def die_working(self, limit: int, deciding: int) -> None:
        """A worker dies while it decides: nothing of its batch has happened."""
        left = deciding

        def dying(conversation: Conversation, message: Numbered) -> Decision:
            nonlocal left
            left -= 1
            if left == 0:
                raise asyncio.CancelledError
            return decide(conversation, message)

        async def work() -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await self.store.run_batch(dying, self.now, limit=limit, on_failure=on_failure)

        self.do(work())

    @rule(deaths=st.lists(st.sampled_from(DEATHS), min_size=1, max_size=4))
    def die_sending(self, deaths: list[str]) -> None:
        """A sender dies with what it had claimed; its lease holds on for a minute."""
        claimed = self.do(self.store.claim_outgoing(CHANNELS, len(deaths), self.now))
        self._note([one for one, death in zip(claimed, deaths, strict=False) if death == "after"])

    @rule(data=st.data(), statuses=st.lists(st.sampled_from(RECEIPTS), min_size=1, max_size=5))
    def receipts(self, data: st.DataObject, statuses: list[str]) -> None:
        """In any order, twice, also for what the store does not know to be sent."""
        texts = sorted(self.taken.keys() - self.letters)
        if not texts:
            return
        number = data.draw(st.sampled_from(texts))
        for status in statuses:
            self.do(self.store.record_receipt("sms", f"P{number}", status, None, self.now))
            self.taken[number] = max(self.taken[number], status, key=RECEIPTS.index)
            if number in self.recorded:
                assert self.do(self._statuses())[number] == self.taken[number]

    async def _statuses(self) -> dict[int, str]:
        return dict(await rows(self.store, outbox, "id", "status"))

    @rule(fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=8))
    def send(self, fates: list[Any]) -> None:
        claimed = self.do(self.store.claim_outgoing(CHANNELS, len(fates), self.now))
        outcomes = [
            self._outcome(one.outbox_id, fate) for one, fate in zip(claimed, fates, strict=False)
        ]
        sent = [one.outbox_id for one in outcomes if one.status == "sent"]
        self._note([one for one in claimed if one.outbox_id in sent])
        self._record(outcomes)

    def _outcome(self, number: int, status: Any) -> Outcome:
        known = f"P{number}" if status == "sent" else None
        return Outcome(outbox_id=number, status=status, provider_id=known)

    def _record(self, outcomes: list[Outcome]) -> None:
        self.do(self.store.record_outcomes(outcomes, self.now))
        self.recorded |= {one.outbox_id for one in outcomes if one.status == "sent"}

    @rule()
    def settle_doubt(self) -> None:
        """The provider says which of them it has."""
        doubtful = self.do(self.store.claim_in_doubt(CHANNELS, 100))
        self._record(
            [
                self._outcome(n, "sent" if n in self.taken else "not_sent")
                for n in (one.outbox_id for one in doubtful)
            ]
        )

    @rule(minutes=st.integers(0, 70), workers=st.integers(1, 3))
    def let_time_pass(self, minutes: int, workers: int) -> None:
        self.settle_doubt()
        if self.now - NOW < A_DAY_ALMOST:  # nothing is given up in this model
            self.now += timedelta(minutes=minutes)
        before = self.do(self._due())
        assert self.do(self._fire(workers)) == len(before)
        for who, words in before:
            self.said[who].append(words)
        self.do(self.store.tidy(self.now))

    async def _fire(self, workers: int) -> int:
        """All at once: each timer is fired by one of them."""
        return sum(
            await asyncio.gather(*(self.store.fire_timers(self.now) for _ in range(workers)))
        )

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
        """The provider took these."""
        for one in claimed:
            assert one.outbox_id not in self.taken
            self.taken[one.outbox_id] = "sent"
            if one.reply is None:
                self.letters.add(one.outbox_id)
            else:
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
        self.now += timedelta(minutes=2)  # leases of the dead are over
        self.do(self.store.tidy(self.now))
        self.settle_doubt()
        for _ in range(400):
            self._work_once()
            claimed = self.do(self.store.claim_outgoing(CHANNELS, 100, self.now))
            self._note(claimed)
            self._record([self._outcome(one.outbox_id, "sent") for one in claimed])
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
        assert await self._statuses() == self.taken


def test_any_interleaving_ends_as_the_model_says(database_url: str, database_kind: str) -> None:
    machine = type("ModelHere", (Model,), {"url": database_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30 if database_kind == "sqlite" else 9,
            stateful_step_count=30,
            phases=[Phase.generate],
            deadline=None,
            derandomize=True,
            suppress_health_check=[*HealthCheck],
        ),
    )
