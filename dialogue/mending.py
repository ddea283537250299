"""Where Rasa's rules would leave a person without an answer, and the shape of what is said.

The executor does as Rasa does; here, above it, silence is mended. Each mend is listed
with its transcript in `docs/rasa.md`.
"""

from __future__ import annotations

import itertools
import re

import msgspec

from dialogue.play import Play, numbered
from dialogue.replies import Reply
from intents.understood import Understood
from knowledge.articles import short_link
from knowledge.gsm import segments, to_gsm7

# Silence that is meant: thanks and «ok» by SMS, an autoresponder, a second STOPP.
SILENT = frozenset(
    {"reaction", "thank", "acknowledged", "autoreply", "stop", "wrong_recipient", "goodbye"}
)
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
    """The replies as they go out: at most two, the bot presents itself once."""
    introduce = bool(play.replies) and introduce and not play.conversation.introduced
    room = MOST_REPLIES - introduce
    _ask_one_thing(play)
    replies = pack(play, room)
    if play.preface is not None and replies:
        before = Reply(text=play.preface, purpose=play.purpose)
        fits = _fit_together(before, replies[0])
        if fits or len(replies) < room:
            replies = _joined([before, *replies], 1 if fits and len(replies) == 1 else room)
    if introduce:
        play.change(introduced=True)
        replies.insert(0, Reply(text=play.text_of("utter_introduction"), purpose=play.purpose))
    return tuple(replies)


def _ask_one_thing(play: Play) -> None:
    """Where an aside asks something and the form asks again, the form's question waits: it is
    asked when the aside is done. It stays open, but the aside's is the latest."""
    nothing = play.text_of("utter_nothing_open")
    if play.form_is_open and len(play.replies) > 1:  # the form waits for something after all
        play.replies[:] = [reply for reply in play.replies if reply.text != nothing]
    asking = [index for index, reply in enumerate(play.replies) if reply.choices]
    form = [p for p in play.conversation.prompts if p.kind == "form"]
    if not (form and asking) or form[-1].number != play.conversation.prompts[-1].number:
        return
    asides = [p for p in play.conversation.prompts if p.kind == "choice"]
    if not asides or asides[-1].asked_at != form[-1].asked_at or len(play.replies) < 2:
        return
    if play.replies[-1].text != form[-1].text or play.replies[-1].purpose != "answer":
        return
    play.replies.pop()
    others = [p for p in play.conversation.prompts if p.number != asides[-1].number]
    play.change(prompts=(*others, asides[-1]))


def pack(play: Play, room: int) -> list[Reply]:
    """As few messages as there is room for: articles give way to their first sentence and
    link, then to their title and link."""
    replies = list(play.replies)
    for shorter in (None, _first_sentence, _only_link):
        if shorter is not None:
            replies = [
                msgspec.structs.replace(reply, text=shorter(play, play.articles[index]))
                if index in play.articles else reply
                for index, reply in enumerate(play.replies)
            ]  # fmt: skip
        joined = _joined(replies, room)
        if len(joined) <= room:
            return joined
    return joined


def _first_sentence(play: Play, article: str) -> str:
    text = play.edition.content.article(article, play.standard)
    first = re.split(r"(?<=[^\d.][.!?])\s+(?=[A-ZÆØÅ])", " ".join(text.sms.split()))[0]
    return f"{first} {short_link(text.link)}" if text.link else first


def _only_link(play: Play, article: str) -> str:
    text = play.edition.content.article(article, play.standard)
    return to_gsm7(f"{text.title}: {short_link(text.link)}" if text.link else text.title)


def _joined(replies: list[Reply], most: int = MOST_REPLIES) -> list[Reply]:
    """At most so many messages, where the texts are short enough for it."""
    joined = list(replies)
    while len(joined) > most:
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
