"""What a decision does besides answering. Each effect is data; the store carries it out.

An action says an effect through its dispatcher: ``dispatcher.utter_message(
json_message=as_json(OpenTicket(...)))``. All effects of one message commit together
with its replies, or not at all.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast, get_args

import msgspec


class RuleReference(msgspec.Struct, frozen=True):
    """The row of a decision table that decided, in the version of the rule set."""

    table: str
    row: str
    version: str


class OpenTicket(msgspec.Struct, frozen=True, kw_only=True, tag="open_ticket"):
    """Open a ticket. `id` is made from the message's number, so a replay makes the same.

    `facts` is the routing facts as they were given to `route` (plain values), so that
    the decision can be explained and replayed. `due_at` is None where no answer is due.
    """

    id: str
    unit: str
    kind: str
    service: str | None
    text: str
    standard: str
    due_at: datetime | None
    visibility: str
    acknowledgement: str
    escalation: str
    recused: tuple[str, ...] = ()
    rules: tuple[RuleReference, ...] = ()
    facts: dict[str, Any] = {}
    wants_contact: bool = True
    anonymous: bool = False


class AddToTicket(msgspec.Struct, frozen=True, kw_only=True, tag="add_to_ticket"):
    """The person has more to say about a ticket of their own."""

    ticket: str
    text: str


class WithdrawTicket(msgspec.Struct, frozen=True, kw_only=True, tag="withdraw_ticket"):
    """The person takes a ticket of their own back."""

    ticket: str


class RecordRating(msgspec.Struct, frozen=True, kw_only=True, tag="record_rating"):
    """Keep a rating. `encounter` is None when it is about a closed ticket."""

    value: int
    comment: str | None
    unit: str
    service: str | None = None
    encounter: str | None = None
    ticket: str | None = None


class CommentRating(msgspec.Struct, frozen=True, kw_only=True, tag="comment_rating"):
    """The reason for a rating came in a message of its own. `message` is the number of the one
    that rated; `comment` comes after what was said there."""

    message: int
    comment: str


class DeclineRating(msgspec.Struct, frozen=True, kw_only=True, tag="decline_rating"):
    """The person does not want to rate, or does not know. Counts as asked, not answered."""

    encounter: str | None = None
    ticket: str | None = None
    reason: str = "declined"  # declined | unknown


class SetTimer(msgspec.Struct, frozen=True, kw_only=True, tag="set_timer"):
    """Tell this conversation `name` (a ServiceEvent) at `due_at`. The same `key` replaces."""

    key: str
    name: str
    due_at: datetime
    data: dict[str, Any] = {}


class CancelTimer(msgspec.Struct, frozen=True, kw_only=True, tag="cancel_timer"):
    key: str


class OptOut(msgspec.Struct, frozen=True, tag="opt_out"):
    """STOPP: nothing more is sent of our own accord; what waits in the outbox is dropped."""


class OptIn(msgspec.Struct, frozen=True, tag="opt_in"):
    """START."""


class Forget(msgspec.Struct, frozen=True, tag="forget"):
    """«slett meg», confirmed: delete the conversation's messages, state and address.

    Tickets stay as the archive law wants, without a way back to the person.
    """


class NoteUnanswered(msgspec.Struct, frozen=True, kw_only=True, tag="note_unanswered"):
    """A question that the base could not answer: what editors look at to fill gaps.

    `reason`: `handover` (no article was near), `asked_back` (choices were offered; it is a
    gap as long as none is chosen), `unclear` (none of the choices was meant), `reported`
    (a person says that the answer was wrong). `article` is the wrong one, or the first choice.
    """

    text: str
    standard: str
    reason: str
    article: str | None = None


class NoteChosen(msgspec.Struct, frozen=True, kw_only=True, tag="note_chosen"):
    """One of the offered articles was chosen: what was asked back about `text` is answered."""

    text: str
    article: str


class EscalateTicket(msgspec.Struct, frozen=True, kw_only=True, tag="escalate_ticket"):
    """Somebody is told about a case, as the rules say: `to` (a role or unit).

    `asks`: "answer" (the deadline has passed: mark it), "soon" (it has not yet), or
    "interim" (a preliminary answer must go out). `by` is the last day of the latter two.
    """

    ticket: str
    to: str
    rules: tuple[RuleReference, ...] = ()
    asks: str = "answer"
    by: date | None = None


class MoveTicket(msgspec.Struct, frozen=True, kw_only=True, tag="move_ticket"):
    """A ticket was handed over: what the unit that gets it is told."""

    ticket: str
    unit: str
    was: str


class ChangeConsent(msgspec.Struct, frozen=True, kw_only=True, tag="change_consent"):
    """The answer to a request for consent, or its end. Counts only from who was asked.

    `to`: given, refused, unanswered, closed (too many wrong codes), withdrawn, ended.
    `consent` None: all of this conversation that are open or hold.
    """

    consent: str | None
    to: str


class ConsentNews(msgspec.Struct, frozen=True, kw_only=True, tag="consent_news"):
    """What a unit is told about a request for consent to one of its tickets."""

    ticket: str
    consent: str
    status: str


Effect = (
    OpenTicket
    | AddToTicket
    | WithdrawTicket
    | RecordRating
    | CommentRating
    | DeclineRating
    | SetTimer
    | CancelTimer
    | OptOut
    | OptIn
    | Forget
    | NoteUnanswered
    | NoteChosen
    | EscalateTicket
    | MoveTicket
    | ChangeConsent
    | ConsentNews
)


_KINDS: dict[str, type[msgspec.Struct]] = {
    kind.__struct_config__.tag: kind for kind in get_args(Effect)
}


def as_json(effect: Effect) -> dict[str, Any]:
    """The plain form of an effect, as it goes through a rasa_sdk dispatcher."""
    plain: dict[str, Any] = msgspec.to_builtins(effect)
    return {"effect": plain}


def from_json(message: dict[str, Any]) -> Effect | None:
    """The effect in a dispatcher's `json_message`, or None if it holds none."""
    plain = message.get("effect")
    if plain is None:
        return None
    # The union as a whole is prepared anew at each conversion (0.05 ms), one kind only once.
    kind = _KINDS.get(plain.get("type"))
    effect: Effect = msgspec.convert(plain, type=cast(Any, kind or Effect))
    return effect
