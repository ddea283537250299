"""Words by which a person says that somebody is partial (forvaltningsloven §§ 6 and 8)."""

from __future__ import annotations

import re

_PARTIAL = re.compile(
    r"\b(?:inhabil\w*|ugild\w*|partisk\w*|(?:ikke|ikkje|kje)\s+(?:habil\w*|gild\w*))\b"
)
_ASKED = re.compile(r"^\s*(?:når|kva|hva|kven|hvem|korleis|hvordan|er|kan)\b|\?\s*$")


def names_partiality(text: str) -> bool:
    """Whether a message holds somebody to be partial; a question about the rules does not.

    >>> names_partiality("eg meiner ho er inhabil"), names_partiality("når er ein inhabil?")
    (True, False)
    """
    plain = text.lower()
    return _PARTIAL.search(plain) is not None and _ASKED.search(plain) is None
