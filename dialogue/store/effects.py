"""Carrying out effects: each kind of effect, and the rows that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from dialogue.effects import (
    AddToTicket,
    CancelTimer,
    ChangeConsent,
    CommentRating,
    DeclineRating,
    EscalateTicket,
    Forget,
    MoveTicket,
    NoteChosen,
    NoteUnanswered,
    OpenTicket,
    OptIn,
    OptOut,
    RecordRating,
    SetTimer,
    WithdrawTicket,
)
from dialogue.messages import Numbered
from dialogue.store.writes import (
    DEADLINE_TIMER,
    ConsentChange,
    Writes,
    encounter_number,
    reference_number,
)


class Place(msgspec.Struct, frozen=True):
    """Where an effect happens: whose conversation, after which message, by which edition."""

    conversation_id: int
    channel: str
    message: Numbered
    edition: str


def carry_out(writes: Writes, place: Place, effect: Any, body: bytes) -> None:
    """Turn one effect into rows; `body` is its JSON."""
    _KINDS[type(effect)](writes, place, effect, body)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _open(writes: Writes, place: Place, effect: OpenTicket, body: bytes) -> None:
    writes.tickets.append(
        {
            "id": effect.id,
            "conversation_id": place.conversation_id,
            "unit": effect.unit,
            "kind": effect.kind,
            "service": effect.service,
            "text": effect.text,
            "standard": effect.standard,
            "due_at": effect.due_at,
            "visibility": effect.visibility,
            "acknowledgement": effect.acknowledgement,
            "escalation": effect.escalation,
            "recused": _json(effect.recused),
            "rules": _json(effect.rules),
            "facts": _json(effect.facts),
            "wants_contact": effect.wants_contact,
            "anonymous": effect.anonymous,
            "edition": place.edition,
            "status": "open",
            "opened_at": place.message.received_at,
            "sequence": place.message.number,
        }
    )
    _history(writes, place, effect.id, "opened", None)
    writes.add_unit_letters(effect.unit, body, place.message.number)


def _add(writes: Writes, place: Place, effect: AddToTicket, body: bytes) -> None:
    _history(writes, place, effect.ticket, "added", effect.text)
    writes.add_letters_about(effect.ticket, place.conversation_id, body, place.message.number)


def _withdraw(writes: Writes, place: Place, effect: WithdrawTicket, body: bytes) -> None:
    _history(writes, place, effect.ticket, "withdrawn", None)
    writes.add_letters_about(effect.ticket, place.conversation_id, body, place.message.number)


def _escalate(writes: Writes, place: Place, effect: EscalateTicket, body: bytes) -> None:
    why = "" if effect.asks == "answer" else f" ({effect.asks})"
    _history(writes, place, effect.ticket, "escalated", f"{effect.to}{why}", author="service")
    if effect.asks == "answer":
        writes.overdue.append({"the_ticket": effect.ticket, "the_time": place.message.received_at})
    writes.add_unit_letters(effect.to, body, place.message.number)


def _move(writes: Writes, place: Place, effect: MoveTicket, body: bytes) -> None:
    _history(writes, place, effect.ticket, "handed_over", f"{effect.was} > {effect.unit}")
    writes.add_unit_letters(effect.unit, body, place.message.number)


def _history(
    writes: Writes,
    place: Place,
    ticket: str,
    kind: str,
    text: str | None,
    author: str = "person",
) -> None:
    writes.ticket_changes.append(
        {
            "the_ticket": ticket,
            "the_conversation": place.conversation_id,
            "the_kind": kind,
            "the_author": author,
            "the_text": text,
            "the_time": place.message.received_at,
        }
    )


def _rate(writes: Writes, place: Place, effect: RecordRating, _body: bytes) -> None:
    writes.ratings.append(
        {
            "conversation_id": place.conversation_id,
            "the_conversation": place.conversation_id,
            "the_encounter": encounter_number(effect.encounter),
            "the_ticket": effect.ticket,
            "unit": effect.unit,
            "service": effect.service,
            "value": effect.value,
            "comment": effect.comment,
            "message_number": place.message.number,
            "rated_at": place.message.received_at,
        }
    )


def _comment(writes: Writes, place: Place, effect: CommentRating, _body: bytes) -> None:
    writes.comments.append(
        {
            "the_conversation": place.conversation_id,
            "the_message": effect.message,
            "the_comment": effect.comment,
        }
    )


def _decline(writes: Writes, place: Place, effect: DeclineRating, _body: bytes) -> None:
    encounter = encounter_number(effect.encounter)
    if encounter is not None:
        writes.declines.append(
            {
                "the_id": encounter,
                "the_conversation": place.conversation_id,
                "declined_at": place.message.received_at,
                "declined_reason": effect.reason,
            }
        )


def _set_timer(writes: Writes, place: Place, effect: SetTimer, _body: bytes) -> None:
    writes.timers[place.conversation_id, effect.key] = {
        "conversation_id": place.conversation_id,
        "key": effect.key,
        "name": effect.name,
        "data": msgspec.json.encode(effect.data),
        "due_at": effect.due_at,
    }


def _cancel_timer(writes: Writes, place: Place, effect: CancelTimer, _body: bytes) -> None:
    writes.timers[place.conversation_id, effect.key] = None


def _opt_out(writes: Writes, place: Place, _effect: OptOut, _body: bytes) -> None:
    writes.opted_out[place.conversation_id] = True
    writes.silence(place.conversation_id)


def _opt_in(writes: Writes, place: Place, _effect: OptIn, _body: bytes) -> None:
    writes.opted_out[place.conversation_id] = False


def _forget(writes: Writes, place: Place, _effect: Forget, _body: bytes) -> None:
    writes.forgotten.append(place.conversation_id)
    for (owner, key), timer in [*writes.timers.items()]:
        lasts = timer is None or timer["name"] == DEADLINE_TIMER
        if owner == place.conversation_id and not lasts:
            del writes.timers[owner, key]


def _note(writes: Writes, place: Place, effect: NoteUnanswered, _body: bytes) -> None:
    if effect.reason == "unclear":  # it takes the place of what was asked back
        writes.replaced.append(_asked_back(place, effect.text))
    writes.unanswered.append(
        {
            "conversation_id": place.conversation_id,
            "text": effect.text,
            "standard": effect.standard,
            "reason": effect.reason,
            "article": effect.article,
            "channel": place.channel,
            "edition": place.edition,
            "noted_at": place.message.received_at,
        }
    )


def _choose(writes: Writes, place: Place, effect: NoteChosen, _body: bytes) -> None:
    chosen = {"answered_by": effect.article, "closed_at": place.message.received_at}
    writes.chosen.append(_asked_back(place, effect.text) | chosen)


def _asked_back(place: Place, text: str) -> dict[str, Any]:
    """Which row is meant: of this conversation, with these words, from before this message."""
    return {"the_conversation": place.conversation_id, "the_text": text}


def _consent(writes: Writes, place: Place, effect: ChangeConsent, _body: bytes) -> None:
    number = reference_number("C", effect.consent)
    if number is None and effect.consent is not None:
        return  # no consent of ours
    writes.consent_changes.append(
        ConsentChange(
            conversation_id=place.conversation_id,
            consent=number,
            to=effect.to,
            at=place.message.received_at,
            number=place.message.number,
        )
    )


_KINDS: dict[type, Callable[[Writes, Place, Any, bytes], None]] = {
    OpenTicket: _open,
    AddToTicket: _add,
    WithdrawTicket: _withdraw,
    EscalateTicket: _escalate,
    MoveTicket: _move,
    RecordRating: _rate,
    CommentRating: _comment,
    DeclineRating: _decline,
    SetTimer: _set_timer,
    CancelTimer: _cancel_timer,
    OptOut: _opt_out,
    OptIn: _opt_in,
    Forget: _forget,
    NoteUnanswered: _note,
    NoteChosen: _choose,
    ChangeConsent: _consent,
}
