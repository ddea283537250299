"""What was told besides, while a form was open, is begun when the form is done."""

from __future__ import annotations

import msgspec

from dialogue.play import Play
from dialogue.replies import Reply
from intents.understand import hear, understand_heard

WAITING = "feedback_next"  # the slot of the feedback form that keeps its words
NO_KIND_OF_ITS_OWN = (None, "question", "concern")


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
