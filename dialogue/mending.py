"""Where Rasa's rules would leave a person without an answer, and the shape of what is said.

The executor does as Rasa does; here, above it, silence is mended. Each mend is listed
with its transcript in `docs/rasa.md`.
"""

from __future__ import annotations

import itertools

import msgspec

from dialogue.play import Play, numbered
from dialogue.replies import Reply
from intents.understood import Understood
from knowledge.gsm import segments, to_gsm7

# Silence that is meant: thanks by SMS, an autoresponder, a second STOPP.
SILENT = frozenset({"reaction", "thank", "autoreply", "stop", "wrong_recipient", "goodbye"})
MOST_REPLIES = 2
MOST_SEGMENTS = 2


def mend_silence(play: Play, heard: Understood) -> None:
    """Ask an open form's question again, or say that we did not understand."""
    if play.replies or play.effects or heard.intent in SILENT:
        return
    asked = next((p for p in reversed(play.conversation.prompts) if p.kind == "form"), None)
    if asked is not None:
        choices = numbered(asked.number, asked.choices)
        play.replies.append(Reply(text=asked.text, choices=choices))
        return
    if play.failed_action is None:
        play.failed_action = "silence"


def answer_failure(play: Play) -> None:
    """An action that fails says nothing in Rasa; a person is told that something went wrong."""
    if play.failed_action is not None and not play.replies:
        play.replies.append(Reply(text=play.text_of("utter_default")))


def shape(play: Play, *, introduce: bool) -> tuple[Reply, ...]:
    """The replies as they go out: the bot presents itself once, and short texts are joined."""
    replies = _joined(play.replies)
    if replies and introduce and not play.conversation.introduced:
        play.change(introduced=True)
        replies.insert(0, Reply(text=play.text_of("utter_introduction"), purpose=play.purpose))
    return tuple(replies)


def _joined(replies: list[Reply]) -> list[Reply]:
    """At most two messages where the texts are short enough for it."""
    joined = list(replies)
    while len(joined) > MOST_REPLIES:
        fitting = [
            (len(first.text) + len(second.text), index)
            for index, (first, second) in enumerate(itertools.pairwise(joined))
            if not first.choices and _fit_together(first, second)
        ]
        if not fitting:
            break
        _, index = min(fitting)
        text = f"{joined[index].text}\n{joined[index + 1].text}"
        joined[index : index + 2] = [msgspec.structs.replace(joined[index + 1], text=text)]
    return joined


def _fit_together(first: Reply, second: Reply) -> bool:
    """Whether the two are one message by SMS, with the choices as numbered lines."""
    listed = second.choices if second.listed else ()
    lines = [first.text, second.text, *(f"{n} {c.title}" for n, c in enumerate(listed, start=1))]
    return segments(to_gsm7("\n".join(lines))) <= MOST_SEGMENTS
