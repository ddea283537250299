"""What is filed when somebody writes something and takes the first of each choice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dialogue.conversation import begin
from dialogue.decide import decide
from dialogue.edition import Edition
from dialogue.effects import OpenTicket, RuleReference
from dialogue.messages import Numbered, PersonMessage

BEGIN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MOST_QUESTIONS = 8


class Filed(NamedTuple):
    """A ticket without its number and words."""

    unit: str
    kind: str
    service: str | None
    due_at: datetime | None
    visibility: str
    recused: tuple[str, ...]
    escalation: str
    rules: tuple[RuleReference, ...]

    @property
    def treatment(self) -> tuple[object, ...]:
        """Who has it, by when, who may see it, who is out, who is told when it is late."""
        return self.unit, self.kind, self.due_at, self.visibility, self.recused, self.escalation


def filed(edition: Edition, channel: str, text: str, standard: str | None = None) -> list[Filed]:
    """What is filed when somebody writes this and always takes the first choice."""
    conversation = begin(channel, standard)  # type: ignore[arg-type]
    body = PersonMessage(text=text)
    decided: list[Filed] = []
    for number in range(1, MOST_QUESTIONS):
        at = BEGIN + timedelta(minutes=number)
        decision = decide(edition, conversation, Numbered(number=number, received_at=at, body=body))
        conversation = decision.conversation
        decided += [
            Filed(
                *(getattr(one, name) for name in Filed._fields[:-1]),
                tuple(rule for rule in one.rules if rule.table != "acknowledgement"),
            )
            for one in decision.effects
            if isinstance(one, OpenTicket)
        ]
        if conversation.tracker.active_loop is None and not conversation.prompts:
            break
        offered = [reply.choices for reply in decision.replies if reply.choices]
        if channel == "telegram" and offered:
            body = PersonMessage(kind="button", text="", payload=offered[-1][0].payload)
        else:
            body = PersonMessage(text="1" if offered else "veit ikkje")
    return decided
