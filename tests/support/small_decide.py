"""A decision of the tests' own: it does what the message says, and remembers what it heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from dialogue.conversation import Conversation, Prompt
from dialogue.decision import Decision
from dialogue.effects import (
    AddToTicket,
    CancelTimer,
    CommentRating,
    DeclineRating,
    Effect,
    EscalateTicket,
    Forget,
    NoteChosen,
    NoteUnanswered,
    OpenTicket,
    OptIn,
    OptOut,
    RecordRating,
    RuleReference,
    SetTimer,
    WithdrawTicket,
)
from dialogue.messages import Incoming, Numbered, PersonMessage, ServiceEvent
from dialogue.replies import Reply

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
RULE = RuleReference("unit", "U7", "2026-1")


def incoming(
    text: str, message_id: str, address: str = "+4790000001", channel: str = "sms"
) -> Incoming:
    return Incoming(
        channel=channel, address=address, message_id=message_id, body=PersonMessage(text=text)
    )


def ticket(identifier: str, **changes: Any) -> OpenTicket:
    whole = OpenTicket(
        id=identifier,
        unit="barnehage",
        kind="complaint",
        service="barnehageplass",
        text="Det var kaldt på avdelinga.",
        standard="nn",
        due_at=None,
        visibility="staff",
        acknowledgement="receipt",
        escalation="none",
        rules=(RULE,),
        facts={"kind": "complaint"},
    )
    return msgspec.structs.replace(whole, **changes)


def decide(conversation: Conversation, message: Numbered) -> Decision:
    """Answer with the count and the words; some words are orders."""
    seen = [*heard(conversation), _words(message)]
    effects, replies = _obey(_words(message), message)
    memory = Prompt(number=1, kind="form", asked_at=LONG_AGO, data={"seen": seen})
    state = msgspec.structs.replace(conversation, prompts=(memory,))
    for effect in effects:
        if isinstance(effect, OptOut | OptIn):
            state = msgspec.structs.replace(state, opted_out=isinstance(effect, OptOut))
        if isinstance(effect, Forget):
            state = Conversation(channel=conversation.channel)
    if not replies:
        replies = [Reply(text=f"{len(seen)}: {_words(message)}")]
    return Decision(
        conversation=state, replies=tuple(replies), effects=tuple(effects), edition="test"
    )


def on_failure(conversation: Conversation, message: Numbered) -> Decision:
    return Decision(
        conversation=conversation, replies=(Reply(text="Noko gjekk gale."),), edition="test"
    )


def heard(conversation: Conversation) -> list[str]:
    """What the person has said so far, as the state remembers it."""
    return [word for prompt in conversation.prompts for word in prompt.data["seen"]]


def _words(message: Numbered) -> str:
    if isinstance(message.body, ServiceEvent):
        data = message.body.data
        return f"{message.body.name} {data.get('encounter') or data.get('text') or ''}".strip()
    return message.body.text


def _obey(words: str, message: Numbered) -> tuple[list[Effect], list[Reply]]:
    order, _, rest = words.partition(" ")
    later = message.received_at + timedelta(hours=1)
    effects: dict[str, list[Effect]] = {
        "ticket": [ticket(f"S{message.number}")],
        "anonymous": [ticket(f"S{message.number}", anonymous=True)],
        "same": [ticket("S-same")],
        "add": [AddToTicket(ticket=rest.split(" ")[0], text=rest)],
        "withdraw": [WithdrawTicket(ticket=rest)],
        "interim": [EscalateTicket(ticket=rest, to="barnehage.lead", asks="interim")],
        "escalate": [EscalateTicket(ticket=rest, to="kdir", rules=(RULE,))],
        "unanswered": [NoteUnanswered(text=rest, standard="nb", reason="handover")],
        "asked": [NoteUnanswered(text=rest, standard="nn", reason="asked_back", article="a")],
        "none": [NoteUnanswered(text=rest, standard="nn", reason="unclear")],
        "chose": [NoteChosen(text=rest, article="b")],
        "timer": [SetTimer(key=rest, name="rating_reminder", due_at=later, data={"text": rest})],
        "untimer": [CancelTimer(key=rest)],
        "stop": [OptOut()],
        "start": [OptIn()],
        "forget": [Forget()],
        "deadline": [
            SetTimer(
                key=rest,
                name="ticket_overdue",
                due_at=later,
                data={"ticket": rest, "to": "kdir", "asks": "answer"},
            )
        ],
        "decline": [DeclineRating(encounter=rest, reason="unknown")],
    }
    if order == "boom":
        raise ValueError(words)
    if order == "rate":
        value, encounter = rest.split(" ")
        named = None if encounter == "-" else encounter
        return [RecordRating(value=int(value), comment="fint", unit="helse", encounter=named)], []
    if order == "because":
        about, _, comment = rest.partition(" ")
        return [CommentRating(message=int(about), comment=comment)], []
    replies = {
        "stop": [Reply(text="Du får ikkje fleire meldingar.", purpose="opt_out")],
        "rating_request": [Reply(text="Kor nøgd?", purpose="rating_request")],
        "remind": [Reply(text="Minner om", purpose="reminder")],
        "two": [Reply(text="one"), Reply(text="two")],
        "ticket_reply": [Reply(text=rest, purpose="ticket")],
    }
    return effects.get(order, []), replies.get(order, [])
