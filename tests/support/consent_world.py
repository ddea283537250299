"""Asking, answering, taking back and sending in any order, beside a model of what is allowed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from connectors.api_models import read_model
from connectors.consent_leave import Asking
from connectors.consent_models import ConsentAsk
from connectors.problem_json import ProblemError
from connectors.reply_leave import leave_by
from dialogue.consents import ANSWER_WITHIN, TRIES
from dialogue.decide import decide
from dialogue.edition import Edition
from dialogue.messages import Incoming, PersonMessage
from dialogue.reply_check import Notice
from dialogue.store.errors import ConsentGoneError, NotFoundError
from dialogue.store.outbox import Outcome, Sendable
from dialogue.store.store import Store

RELATIVE, USER, STRANGER = "+4790000001", "+4790000002", "+4790000003"
TELLING = "Mor di har det bra."
VALID_FOR = timedelta(days=30)
CODE, WRONG = "482913", "111111"
SECRET = "a secret for tests only"
COMPLAINT = "Eg er dotter til ei som bur på sjukeheimen, og vil klage på at mor får for lite mat"


class World:
    """One relative's ticket, the user it is about, and the service between them."""

    def __init__(
        self,
        edition: Edition,
        store: Store,
        now: datetime,
        relative: str = RELATIVE,
        user: str = USER,
    ) -> None:
        self.edition, self.store, self.now = edition, store, now
        self.relative, self.user = relative, user
        self.ticket = ""
        self.sent: list[Sendable] = []
        self.told: list[bool] = []  # of each case information that went out: was it allowed?
        self._count = 0
        self._open: datetime | None = None  # when the open request was made
        self._tries = 0
        self._until: datetime | None = None  # how long a consent holds
        store.consents.new_code = lambda: CODE
        self.asking = Asking(
            store.consents, lambda: edition, ["sms"], lambda: self.now, lambda at: at
        )

    @property
    def allowed(self) -> bool:
        return self._until is not None and self.now <= self._until

    async def say(self, address: str, text: str) -> None:
        """A person writes; it lies in the inbox. Each message is delivered twice."""
        self._count += 1
        message_id, body = f"{self.user}-{self._count}", PersonMessage(text=text)
        one = Incoming(channel="sms", address=address, message_id=message_id, body=body)
        await self.store.receive([one, one], self.now)

    async def handle(self) -> None:
        await self.store.fire_timers(self.now)
        while (await self.store.run_batch(partial(decide, self.edition), self.now)).count:
            pass

    async def send(self) -> None:
        while claimed := await self.store.claim_outgoing(["sms"], 50, self.now):
            ours = [one for one in claimed if one.address in (self.relative, self.user)]
            self.sent += ours
            texts = [one.reply.text for one in ours if one.reply is not None]
            self.told += [self.allowed for text in texts if "har det bra" in text]
            done = [
                Outcome(outbox_id=each.outbox_id, status="sent", provider_id=f"P{each.outbox_id}")
                for each in claimed
            ]
            await self.store.record_outcomes(done, self.now)

    async def open_ticket(self) -> None:
        for text in (COMPLAINT, "nei", "ja", "ja"):
            await self.say(self.relative, text)
            await self.handle()
        self.ticket = (await self.store.list_tickets())[0].id
        await self.send()

    # -- what may happen, in any order

    async def ask(self) -> None:
        given = {
            "channel": "sms",
            "to": self.user,
            "relative": "dotter di",
            "address_confirmed": True,
        }
        asked = read_model(ConsentAsk, given | {"until": self.now + VALID_FOR})
        try:
            await self.asking.ask(await self.store.get_ticket(self.ticket), asked, "x")
        except ProblemError:
            return
        self._open, self._tries, self._ends = self.now, TRIES, self.now + VALID_FOR

    async def ask_and_handle(self) -> None:
        await self.ask()
        await self.handle()

    async def yes(self) -> None:
        await self.say(self.user, f"JA {CODE}")
        if self._is_open():
            self._open, self._until = None, self._ends

    async def wrong_code(self) -> None:
        await self.say(self.user, f"JA {WRONG}")
        if self._is_open():
            self._tries -= 1
            self._open = self._open if self._tries else None

    async def no(self) -> None:
        await self.say(self.user, "NEI")
        self._open = None

    async def stop(self) -> None:
        await self.say(self.user, "STOPP")
        self._open = None

    async def withdraw(self) -> None:
        await self.say(self.user, "Eg trekk samtykket")
        self._open = self._until = None

    async def end_by_unit(self) -> None:
        await self.store.consents.withdraw(self.ticket, "x", self.now)
        self._open = self._until = None

    async def forget_user(self) -> None:
        try:
            await self.store.upkeep.forget_person("sms", self.user, self.now)
        except NotFoundError:
            return
        self._open = self._until = None

    async def strangers(self) -> None:
        for address in (self.relative, STRANGER):
            await self.say(address, f"JA {CODE}")

    async def reply(self) -> None:
        ticket = await self.store.get_ticket(self.ticket)
        leave = leave_by(lambda: self.edition, lambda: self.now)(ticket, TELLING, "x", False)
        if leave is None or isinstance(leave, Notice):
            return
        try:
            await self.store.reply_to_ticket(
                self.ticket, TELLING, "x", self.now, rests_on=leave.rests_on
            )
        except ConsentGoneError:
            return

    async def wait_an_hour(self) -> None:
        self.now += timedelta(hours=1)

    async def wait_days(self) -> None:
        self.now += timedelta(days=16)

    def _is_open(self) -> bool:
        return self._open is not None and self.now <= self._open + ANSWER_WITHIN


ACTIONS = (
    "ask", "ask_and_handle", "yes", "wrong_code", "no", "stop", "withdraw", "end_by_unit",
    "forget_user", "strangers", "reply", "handle", "send", "wait_an_hour", "wait_days",
)  # fmt: skip
