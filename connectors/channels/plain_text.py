"""Text as people's phones send it, made safe to store."""

from __future__ import annotations

import re

# C0 and C1 controls but tab and line break: PostgreSQL refuses NUL, terminals obey others.
# Bidirectional overrides (U+202A-202E, U+2066-2069) let a text show another than it holds;
# Arabic and Hebrew need none of them.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """The text without control characters, NULs, overrides and broken surrogates.

    >>> clean("hei\\x00 på\\r\\ndeg")
    'hei på\\ndeg'
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNWANTED.sub("", whole.replace("\r\n", "\n").replace("\r", "\n")).strip()


def shorten(text: str, most: int, end: str = "...") -> str:
    """The text in at most `most` characters, cut between words where there are some."""
    if len(text) <= most:
        return text
    kept = text[: most - len(end)]
    words, space, _ = kept.rpartition(" ")
    return (words if space and len(words) > most // 2 else kept).rstrip() + end
