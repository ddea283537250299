"""What every message is answered with, whoever writes it: few messages, one question, last.

Point 9 of how the bot talks, said once for the random conversations and for the transcripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_MESSAGES = 2
MOST_SEGMENTS = 2  # of one message
QUOTED = re.compile(r'"[^"]*"')  # the person's own words, and titles


def asked(text: str) -> int:
    """How many questions a text asks, what it quotes left out.

    >>> asked('Klage: "Kvifor? Når?" Skal eg sende det?')
    1
    """
    return QUOTED.sub("", text).count("?")


def faults(said: Sequence[tuple[str, bool, int | None]]) -> list[str]:
    """What is wrong with what one message was answered with.

    Each reply is its text as sent, whether it waits for an answer, and its SMS segments
    (None where nobody pays for them).
    """
    found = []
    if len(said) > MOST_MESSAGES:
        found.append(f"{len(said)} messages")
    for place, (text, waits, segments) in enumerate(said):
        last = place == len(said) - 1
        if segments is not None and segments > MOST_SEGMENTS:
            found.append(f"{segments} segments: {text}")
        if waits and not last:
            found.append(f"waits for an answer before the end: {text}")
        if asked(text) > (1 if last else 0):
            found.append(f"asks {asked(text)} questions, {'last' if last else 'first'}: {text}")
    return found
