"""The service in one process with phones in memory and a clock that can be turned.

`samsvar chat`, `samsvar demo` and the conversation tests play on it. It is the same
store, decide, outbox and sender as in `serve`; only the last step, to Twilio and
Telegram, ends in a list.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import msgspec

from connectors.api_models import read_model
from connectors.channel import Outgoing
from connectors.channels.simulated_phone import SimulatedPhone
from connectors.consent_leave import Asking
from connectors.consent_models import ConsentAsk
from connectors.problem_json import ProblemError
from connectors.reply_leave import closing_by, hand_over_by, leave_by
from connectors.script import Meet, Press, Say, ScriptError, Step, UnitSays, Wait
from connectors.sender import Sender
from dialogue.decide import decide, decide_failure
from dialogue.decision import Decision
from dialogue.edition import Edition
from dialogue.effects import Effect, OpenTicket, RecordRating
from dialogue.messages import Attachment, Incoming, PersonMessage
from dialogue.reply_check import Notice
from dialogue.satisfaction import QUARANTINE
from dialogue.store.batch import BatchResult
from dialogue.store.encounters import Encounter
from dialogue.store.errors import StoreError
from dialogue.store.store import Store
from dialogue.store.tickets import Ticket
from dialogue.store.vault import Vault

Happening = dict[str, Any]
A_MOMENT = timedelta(seconds=1)
MANY = 1_000
CONFIRMED = "--confirm-general "  # before a unit's text: it is about nobody
ARCHIVED = re.compile(r"--archive-reference (\S+) ")  # before it: the number in the archive
UNLIMITED = {"sms": 100_000.0, "telegram": 100_000.0}
VAULT_SECRET = "simulated phones only, nobody's address"  # noqa: S105


class Simulation:
    """Plays steps and tells what happens, in order, as plain objects.

    After each step the clock goes on by a second, so that no two things are at once.
    """

    def __init__(self, edition: Edition, store: Store, now: datetime) -> None:
        self.edition = edition
        self.store = store
        self.now = now
        self.decisions: list[Decision] = []
        self._happened: list[Happening] = []
        self._offered: dict[tuple[str, str], dict[str, str]] = {}
        self._message_numbers = count(1)
        phones = [SimulatedPhone(name, self._sent) for name in ("sms", "telegram")]
        codes = count(482_913, 7)
        store.consents.new_code = lambda: str(next(codes))  # so that a recording can be replayed
        self._sender = Sender(store, phones, clock=lambda: self.now, rates=UNLIMITED)

    async def play(self, step: Step) -> list[Happening]:
        """Play one step and all that follows from it. Raises ScriptError for a wrong one."""
        if isinstance(step, Wait):
            return await self.wait(step.time)
        if isinstance(step, Say):
            await self.receive(step.channel, step.address, PersonMessage(text=step.text))
        elif isinstance(step, Press):
            await self._press(step)
        elif isinstance(step, Meet):
            await self._meet(step)
        else:
            await self._unit_says(step)
        return await self.follow()

    async def receive(self, channel: str, address: str, body: PersonMessage) -> None:
        """Put a message of any kind into the inbox, as a channel does."""
        message_id = f"simulated-{next(self._message_numbers)}"
        incoming = Incoming(channel=channel, address=address, message_id=message_id, body=body)
        await self.store.receive(incoming, self.now)

    async def send_media(self, channel: str, address: str, kind: str) -> list[Happening]:
        """A photo, voice message or sticker without words."""
        body = PersonMessage(kind="media", attachments=(Attachment(kind=kind),))
        await self.receive(channel, address, body)
        return await self.follow()

    async def wait(self, time: timedelta) -> list[Happening]:
        """Turn the clock on; what comes due on the way happens at its own time."""
        until = self.now + time
        happened: list[Happening] = []
        while (due := await self.store.next_timer_at()) is not None and due <= until:
            self.now = max(self.now, due)
            happened += await self.follow()
        self.now = until
        return happened + await self.follow()

    async def settle(self) -> None:
        """Handle and send until nothing waits."""
        while True:
            fired = await self.store.fire_timers(self.now)
            batch = await self.store.run_batch(
                partial(decide, self.edition),
                self.now,
                on_failure=partial(decide_failure, self.edition),
            )
            self._decided(batch)
            sent = await self._sender.run_once(self.now, MANY)
            if not (fired or batch.handled or sent):
                return

    async def follow(self) -> list[Happening]:
        """Let all that waits happen, and tell it."""
        await self.settle()
        await self.store.tidy(self.now)
        self.now += A_MOMENT
        happened, self._happened = self._happened, []
        return happened

    async def _press(self, step: Press) -> None:
        offered = self._offered.get((step.channel, step.address), {})
        wanted = step.label.casefold()
        payload = next((p for label, p in offered.items() if label.casefold() == wanted), None)
        if payload is None:
            there = ", ".join(f"[{label}]" for label in offered) or "none"
            raise ScriptError(f"there is no button «{step.label}»; buttons: {there}")
        body = PersonMessage(kind="button", text=step.label, payload=payload)
        await self.receive(step.channel, step.address, body)

    async def _meet(self, step: Meet) -> None:
        municipality = self.edition.municipality
        if step.unit not in municipality.units:
            raise ScriptError(f"there is no unit «{step.unit}»: {', '.join(municipality.units)}")
        if step.service is not None and step.service not in municipality.services:
            raise ScriptError(f"there is no service «{step.service}»")
        encounter = Encounter(
            unit=step.unit,
            service=step.service,
            channel=step.channel,
            address=step.address,
            met_at=self.now,
        )
        when = self.edition.plan_rating(self.now, step.service, step.channel)
        done = await self.store.register_encounter(encounter, when, self.now, QUARANTINE)
        self._happened.append(
            {
                "type": "encounter",
                "unit": step.unit,
                "service": step.service,
                "ask_at": _local(done.ask_at, self.edition),
                "not_asked": done.why,
            }
        )

    async def _unit_says(self, step: UnitSays) -> None:
        """What a unit does. What the rules refuse is told, and nothing is sent."""
        try:
            ticket = await self.store.get_ticket(step.ticket, step.unit)
            refused = await self._unit_does(step, ticket)
        except StoreError as error:
            raise ScriptError(str(error)) from error
        if refused is not None:
            self._happened.append({"type": "refused", "code": refused.code, "why": refused.text})

    async def _unit_does(self, step: UnitSays, ticket: Ticket) -> Notice | None:
        if step.what == "hand-over":
            plan = hand_over_by(lambda: self.edition, lambda: self.now)(ticket, step.text)
            if isinstance(plan, Notice):
                raise ScriptError(plan.text)
            await self.store.hand_over_ticket(step.ticket, plan, step.unit, self.now)
        elif step.what == "ask-consent":
            return await self._ask_consent(step, ticket)
        elif step.what == "end-consent":
            await self.store.consents.withdraw(step.ticket, step.unit, self.now)
        else:
            return await self._answer(step, ticket)
        return None

    async def _answer(self, step: UnitSays, ticket: Ticket) -> Notice | None:
        """Reply or close; what stands before the text are the options of the commands."""
        found = ARCHIVED.match(step.text)
        text = step.text[found.end() :] if found else step.text
        text, said = text.removeprefix(CONFIRMED), text
        leave = leave_by(lambda: self.edition, lambda: self.now)(
            ticket, text, step.unit, text != said
        )
        if isinstance(leave, Notice):
            return leave
        rests_on = None if leave is None else leave.rests_on
        if step.what != "close":
            await self.store.reply_to_ticket(
                step.ticket, text, step.unit, self.now, rests_on=rests_on
            )
            return None
        number = found[1] if found else None
        refused = closing_by(lambda: self.edition)(ticket, number)
        if refused is None:
            await self.store.close_ticket(
                step.ticket,
                text,
                step.unit,
                self.now,
                rests_on=rests_on,
                archive_reference=number,
            )
        return refused

    async def _ask_consent(self, step: UnitSays, ticket: Ticket) -> Notice | None:
        channel, _, rest = step.text.partition(" ")
        address, _, relative = rest.partition(" ")
        channels = ["sms", "telegram"]
        asking = Asking(self.store.consents, lambda: self.edition, channels, lambda: self.now)
        given = {"channel": channel, "to": address, "relative": relative}
        try:
            asked = read_model(ConsentAsk, given | {"address_confirmed": True})
            await asking.ask(ticket, asked, step.unit)
        except ProblemError as error:
            if error.errors:
                raise ScriptError(
                    "; ".join(str(each["detail"]) for each in error.errors)
                ) from error
            return Notice(error.code, error.detail)
        return None

    def _sent(self, channel: str, outgoing: Outgoing) -> None:
        if outgoing.buttons:
            self._offered[channel, outgoing.address] = dict(outgoing.buttons)
        self._happened.append(
            {
                "type": "message",
                "channel": channel,
                "to": outgoing.address,
                "text": outgoing.text,
                "buttons": [label for label, _ in outgoing.buttons],
                "segments": outgoing.segments,
            }
        )

    def _decided(self, batch: BatchResult) -> None:
        for handled in batch.handled:
            if handled.failed is not None:
                self._happened.append({"type": "failure", "error": handled.failed})
            if handled.decision is None:
                continue
            self.decisions.append(handled.decision)
            for effect in handled.decision.effects:
                told = tell_effect(effect, self.edition)
                if told is not None:
                    self._happened.append(told)


def tell_effect(effect: Effect, edition: Edition) -> Happening | None:
    """An effect as chat tells it; None for what is nobody's business but the service's."""
    if isinstance(effect, OpenTicket):
        return {
            "type": "ticket",
            "id": effect.id,
            "unit": effect.unit,
            "kind": effect.kind,
            "service": effect.service,
            "text": effect.text,
            "due": _local(effect.due_at, edition),
            "visibility": effect.visibility,
            "rules": [msgspec.to_builtins(rule) for rule in effect.rules],
        }
    if isinstance(effect, RecordRating):
        return {
            "type": "rating",
            "unit": effect.unit,
            "value": effect.value,
            "comment": effect.comment,
        }
    plain: Happening = msgspec.to_builtins(effect)
    kind = plain.pop("type")
    if kind in ("set_timer", "cancel_timer"):
        return None
    return {"type": kind, **plain}


def _local(moment: datetime | None, edition: Edition) -> str | None:
    return moment.astimezone(edition.timezone).isoformat() if moment else None


@asynccontextmanager
async def open_simulation(
    edition: Edition, database_url: str, now: datetime
) -> AsyncIterator[Simulation]:
    """A simulation on the database at `database_url`, which is brought up to date."""
    vault = Vault(VAULT_SECRET)
    async with await Store.open(database_url, vault, upgrade=True) as store:
        yield Simulation(edition, store, now)
