"""What a batch will write, gathered in lists so that each kind of row is one statement.

Gathering never fails: all that could (encoding a value) has been done before. The
statements are in `writing.py`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec

from dialogue.messages import Numbered, ServiceEvent
from dialogue.store.purposes import ALLOWED_AFTER_OPT_OUT, expiry, priority
from dialogue.store.verdicts import Encoded

Row = dict[str, Any]
DEADLINE_TIMER = "ticket_overdue"
RATING_TIMERS = ("rating_request", "rating_reminder")
COPIED = (  # what a letter has before the unit of its ticket is known
    "channel",
    "purpose",
    "priority",
    "body",
    "status",
    "next_attempt_at",
    "expires_at",
    "answers",
    "created_at",
)


class ConsentChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a consent that a conversation asks for; `consent` None: of all its own."""

    conversation_id: int
    consent: int | None
    to: str
    at: datetime
    number: int


class Writes:
    """The rows of one batch. `now` is the worker's time, for what is about sending."""

    def __init__(self, now: datetime, unit_channels: tuple[str, ...]) -> None:
        self.now = now
        self.unit_channels = unit_channels
        self.states: dict[int, Row] = {}
        self.opted_out: dict[int, bool] = {}
        self.unblocked: list[int] = []
        self.forgotten: list[int] = []
        self.done: defaultdict[str, list[int]] = defaultdict(list)
        self.dead: list[Row] = []
        self.outbox: list[Row] = []
        self.silenced: list[int] = []  # conversations whose queued messages are dropped
        self.timers: dict[tuple[int, str], Row | None] = {}
        self.tickets: list[Row] = []
        self.consent_changes: list[ConsentChange] = []
        self.ticket_changes: list[Row] = []  # history, and the change that goes with it
        self.overdue: list[Row] = []  # tickets whose deadline has passed
        self.letters: list[Row] = []  # to the unit of a ticket that is looked up
        self.ratings: list[Row] = []
        self.comments: list[Row] = []  # to ratings that were given before
        self.declines: list[Row] = []
        self.asked: list[Row] = []
        self.unanswered: list[Row] = []
        self.chosen: list[Row] = []  # asked back, and one of the choices taken
        self.replaced: list[Row] = []  # asked back, and none of the choices meant

    def add_state(self, conversation_id: int, encoded: Encoded) -> None:
        self.states[conversation_id] = {
            "the_id": conversation_id,
            "state": encoded.state,
            "standard": encoded.standard,
            "updated_at": self.now,
        }

    def add_replies(
        self, conversation_id: int, message: Numbered, encoded: Encoded, *, opted_out: bool
    ) -> None:
        """Put the replies in the outbox; what nobody asked for is cancelled after STOPP."""
        channel = encoded.channel
        for reply in encoded.replies:
            refused = opted_out and reply.purpose not in ALLOWED_AFTER_OPT_OUT
            row = self._letter(reply.purpose, reply.body, channel, message.number)
            row |= {"conversation_id": conversation_id, "recipient": f"person:{conversation_id}"}
            row["rests_on"] = reference_number("C", reply.rests_on)
            if refused:
                row |= {"status": "cancelled", "error_code": "opted_out"}
            self.outbox.append(row)
        self._note_asked(conversation_id, message, encoded)

    def add_unit_letters(self, unit: str, body: bytes, number: int) -> None:
        """Tell a unit, on each channel to units that is switched on."""
        self.outbox += self.unit_letters(unit, body, number)

    def unit_letters(self, unit: str, body: bytes, number: int) -> list[Row]:
        """The rows of a letter to a unit."""
        to = {"unit": unit, "recipient": f"unit:{unit}"}
        return [self._letter("unit", body, each, number) | to for each in self.unit_channels]

    def add_letters_about(
        self, ticket: str, conversation_id: int, body: bytes, number: int
    ) -> None:
        """Tell the unit that has a ticket of this conversation."""
        for channel in self.unit_channels:
            row = self._letter("unit", body, channel, number)
            about = {"the_ticket": ticket, "the_conversation": conversation_id}
            self.letters.append(about | {f"the_{name}": row[name] for name in COPIED})

    def silence(self, conversation_id: int) -> None:
        """Drop what waits for this person, also from earlier in this batch."""
        self.silenced.append(conversation_id)
        for row in self.outbox:
            if row["conversation_id"] == conversation_id and row["status"] == "queued":
                row |= {"status": "cancelled", "error_code": "opted_out"}
        for (owner, key), timer in self.timers.items():
            if owner == conversation_id and timer is not None and timer["name"] in RATING_TIMERS:
                self.timers[owner, key] = None

    def _letter(self, purpose: str, body: bytes, channel: str, number: int) -> Row:
        return {
            "conversation_id": None,
            "unit": None,
            "recipient": "",
            "channel": channel,
            "purpose": purpose,
            "priority": priority(purpose),
            "body": body,
            "status": "queued",
            "error_code": None,
            "next_attempt_at": self.now,
            "expires_at": expiry(purpose, self.now),
            "answers": number,
            "rests_on": None,
            "created_at": self.now,
        }

    def _note_asked(self, conversation_id: int, message: Numbered, encoded: Encoded) -> None:
        if not isinstance(message.body, ServiceEvent) or message.body.name != "rating_request":
            return
        encounter = encounter_number(message.body.data.get("encounter"))
        asked = any(reply.purpose == "rating_request" for reply in encoded.replies)
        if asked and encounter is not None:
            self.asked.append(
                {"the_id": encounter, "the_conversation": conversation_id, "asked_at": self.now}
            )


def encounter_reference(number: int) -> str:
    """What an encounter is called outside the store."""
    return f"E{number}"


def encounter_number(reference: object) -> int | None:
    """The number in an encounter's reference, or None when it is none."""
    return reference_number("E", reference)


def reference_number(letter: str, reference: object) -> int | None:
    """The number in a reference such as E12 or C12, or None when it is none."""
    if not isinstance(reference, str) or reference[:1] != letter or not reference[1:].isdecimal():
        return None
    return int(reference[1:]) if len(reference) < 19 else None  # within 64 bits
