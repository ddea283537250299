"""What was told besides, in the first message or while a form was open, is begun when the
form is done."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dialogue.play import Play
from dialogue.replies import Reply
from intents.understand import hear, understand_heard
from intents.understood import Understood

WAITING = "feedback_next"  # the slot of the feedback form that keeps its words
NO_KIND_OF_ITS_OWN = (None, "question", "concern")
NOT_APART = ("concern", "appeal", "access")


def told_apart(plain: Understood, told: Sequence[Understood]) -> tuple[Understood, str] | None:
    """The first matter of a message, and the words of a second one, of another unit.

    None where all is one matter, or where it is not clear whose a part is.
    """
    if any(part.intent != "feedback" or part.kind in NOT_APART or not part.unit for part in told):
        return None
    first = told[0]
    other = next((part for part in told if part.unit != first.unit), None)
    begins = plain.text.find(other.text) if other is not None else -1
    if begins <= 0:
        return None
    text = plain.text[:begins].strip()
    return msgspec.structs.replace(first, text=text), plain.text[begins:].strip()


def begin_next_matter(play: Play) -> None:
    """Open the form for what waits, if nothing is open now."""
    text = play.conversation.tracker.slots.get(WAITING)
    if not text or play.form_is_open:
        return
    language = play.edition.language
    heard = understand_heard(hear(str(text), language, known_standard=play.standard), language)
    kind = "complaint" if heard.kind in NO_KIND_OF_ITS_OWN else heard.kind
    play.replies.append(Reply(text=play.text_of("utter_next_matter"), purpose=play.purpose))
    play.run("feedback", msgspec.structs.replace(heard, intent="feedback", kind=kind))
