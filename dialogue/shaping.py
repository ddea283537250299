"""The shape of what one message is answered with: two messages at most, one question, last.

All that is said to a person passes here, whatever flows and asides have said it. Texts are
joined where they fit into one SMS, articles give way to their first sentence or their link,
and what still has no room goes, the least first.
"""

from __future__ import annotations

import itertools
import re

import msgspec

from dialogue.play import Play
from dialogue.replies import Reply
from knowledge.articles import short_link
from knowledge.gsm import segments, to_gsm7

MOST_REPLIES = 2
MOST_SEGMENTS = 2
# What a person can best be without, the first to go.
LESSER = ("utter_text_only_was_read", "utter_other_person", "utter_started_over")
_SENTENCE = re.compile(r"[^.!?]*[.!?]+\s*")


def shape(play: Play, *, introduce: bool) -> tuple[Reply, ...]:
    """The replies as they go out: at most two, the bot presents itself once."""
    introduce = bool(play.replies) and introduce and not play.conversation.introduced
    room = MOST_REPLIES - introduce
    if len(play.replies) > 1:
        _ask_one_thing(play)
    replies = pack(play, room)
    if play.preface is not None and replies:
        before = Reply(text=play.preface, purpose=play.purpose)
        fits = _fit_together(before, replies[0])
        if fits or len(replies) < room:
            replies = _joined([before, *replies], 1 if fits and len(replies) == 1 else room)
    replies = _without_lesser(play, replies, room)
    if introduce:
        play.change(introduced=True)
        replies.insert(0, Reply(text=play.text_of("utter_introduction"), purpose=play.purpose))
    return tuple(replies)


def _ask_one_thing(play: Play) -> None:
    """Leave one question, and let it stand last."""
    _let_form_wait(play)
    asking = [
        place for place, reply in enumerate(play.replies)
        if place not in play.articles and reply.purpose != "ticket"
        and (reply.choices or _statement(reply.text) != reply.text)
    ]  # fmt: skip
    for place in asking[:-1]:
        reply = play.replies[place]
        told = _statement(reply.text)
        if reply.choices:
            _close_question(play, reply)
            told = "" if told == reply.text else told  # «Meinte du:» alone says nothing
        play.replies[place] = msgspec.structs.replace(reply, text=told, choices=())
    if asking:
        others = [p for p in range(len(play.replies)) if p != asking[-1] and play.replies[p].text]
        _keep(play, [*others, asking[-1]])


def _statement(text: str) -> str:
    """A text without its questions: «Hei. Kva lurer du på?» before a question of a form.

    What is quoted in it is left alone.
    """
    if '"' in text or "?" not in text:
        return text
    sentences = _SENTENCE.findall(text)
    if "".join(sentences) != text:
        return text
    return "".join(one for one in sentences if "?" not in one).strip()


def _close_question(play: Play, reply: Reply) -> None:
    """A question that a later one takes the place of."""
    number = reply.choices[0].payload.removeprefix("p").partition(":")[0]
    play.close(*(p for p in play.conversation.prompts if str(p.number) == number))


def _keep(play: Play, places: list[int]) -> None:
    """Say these, in this order; the articles among them are known in their new places."""
    play.articles = {
        new: play.articles[old] for new, old in enumerate(places) if old in play.articles
    }
    play.replies[:] = [play.replies[place] for place in places]


def _without_lesser(play: Play, replies: list[Reply], room: int) -> list[Reply]:
    """What there is room for, where it could not be made short enough: the lesser goes."""
    kept = list(replies)
    lesser = [play.text_of(name) for name in LESSER] if len(kept) > room else []
    while len(kept) > room:
        ranked = [
            (lesser.index(reply.text) if reply.text in lesser else len(lesser), place)
            for place, reply in enumerate(kept[:-1])
        ]
        del kept[min(ranked)[1]]
    return kept


def _let_form_wait(play: Play) -> None:
    """Where an aside asks something and the form asks again, the form's question waits: it is
    asked when the aside is done. It stays open, but the aside's is the latest."""
    if play.form_is_open and len(play.replies) > 1:  # the form waits for something after all
        nothing = play.text_of("utter_nothing_open")
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
    if len(replies) <= 1:
        return replies
    for shorter in (None, _first_sentence, _only_link):
        if shorter is not None:
            replies = [
                msgspec.structs.replace(reply, text=shorter(play, play.articles[index]))
                if index in play.articles else reply
                for index, reply in enumerate(play.replies)
            ]  # fmt: skip
        joined = _joined(replies, room)
        if len(joined) <= room:
            break
    return _in_one_segment(joined)


def _in_one_segment(replies: list[Reply]) -> list[Reply]:
    """«Hei.» and a question are one message where they cost one."""
    joined: list[Reply] = []
    for reply in replies:
        before = joined[-1] if joined else None
        if before is not None and not before.choices and _fit_together(before, reply, 1):
            joined[-1] = _together(before, reply)
        else:
            joined.append(reply)
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
        joined[index : index + 2] = [_together(joined[index], joined[index + 1])]
    return joined


def _together(first: Reply, second: Reply) -> Reply:
    return msgspec.structs.replace(second, text=f"{first.text}\n{second.text}")


def _fit_together(first: Reply, second: Reply, most: int = MOST_SEGMENTS) -> bool:
    """Whether the two are one message by SMS, with the choices as numbered lines."""
    if first.purpose != second.purpose or first.purpose == "ticket":  # a unit speaks for itself
        return False
    listed = second.choices if second.listed else ()
    lines = [first.text, second.text, *(f"{n} {c.title}" for n, c in enumerate(listed, start=1))]
    return segments(to_gsm7("\n".join(lines))) <= most
