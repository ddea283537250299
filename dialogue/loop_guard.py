"""Two machines that answer each other are stopped: the bot falls silent.

An autoresponder that is not recognised as one answers each of our answers. Nobody needs
the same answer more than a few times in ten minutes, so it is not sent again until ten
minutes have passed without it. Only answers are counted; what a unit or the service says
of its own accord can't make a loop.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from dialogue.conversation import Said
from dialogue.replies import Reply

WITHIN = timedelta(minutes=10)
MOST_SAME = 5  # of one text
MOST_URGENT = 20  # of one text that tells whom to call in an emergency
MOST_IN_ALL = 60  # one in ten seconds, over ten minutes: no person reads so fast
REMEMBERED = 8  # texts
ALL = 0  # the mark of all texts together


class Guarded(msgspec.Struct, frozen=True):
    """What may be said, what has been said lately, and how many replies were held back."""

    replies: tuple[Reply, ...]
    said: tuple[Said, ...]
    stopped: int = 0


def guard(
    said: Sequence[Said], replies: Sequence[Reply], at: datetime, *, urgent: bool = False
) -> Guarded:
    """Hold back what has been said too often to this person by `at`."""
    if not any(reply.purpose == "answer" for reply in replies):
        return Guarded(tuple(replies), tuple(said))
    begun = at - WITHIN
    lately = {one.mark: one for one in said if one.last_at > begun}
    kept: list[Reply] = []
    for reply in replies:
        if reply.purpose != "answer":
            kept.append(reply)
            continue
        this = _counted(lately, _mark(reply.text), at)
        all_texts = _counted(lately, ALL, at)
        most = MOST_URGENT if urgent else MOST_SAME
        if this.count <= most and all_texts.count <= MOST_IN_ALL:
            kept.append(reply)
    remembered = tuple(lately.values())[-REMEMBERED:]
    return Guarded(tuple(kept), remembered, len(replies) - len(kept))


def _counted(lately: dict[int, Said], mark: int, at: datetime) -> Said:
    """One more of it, as the latest that was said.

    A run of the same begins anew ten minutes after it began, if it is no loop.
    """
    before = lately.pop(mark, None)
    limit = MOST_IN_ALL if mark == ALL else MOST_SAME
    if before is None or (before.count <= limit and at - before.since >= WITHIN):
        now = Said(mark=mark, count=1, since=at, last_at=at)
    else:
        last_at = max(at, before.last_at)
        now = Said(mark=mark, count=before.count + 1, since=before.since, last_at=last_at)
    lately[mark] = now
    return now


def _mark(text: str) -> int:
    """What a text is recognised by; never `ALL`."""
    return zlib.crc32(text.encode()) or 1
