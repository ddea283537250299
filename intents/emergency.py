"""Danger now: which number to call. Looked for before everything else.

Sources: 110, 112, 113, 116 117 (helsenorge.no), 116 111 (116111.no), 116 006
(krisesenter.com), 116 123 (mentalhelse.no), 22 59 13 00 (helsenorge.no, Giftinformasjonen).
Missing one is worse than one false alarm, yet a false alarm teaches people to
disregard the bot: past, figurative and «what if» wordings are taken back.
"""

from __future__ import annotations

from collections.abc import Sequence

from intents.cues import Match
from intents.tokens import Token

# Who to call first when several fit.
NUMBERS = ("113", "110", "112", "22 59 13 00", "116 123", "116 111", "116 006", "116 117")
_LIFE = frozenset({"113 medical", "113 suicide now"})


def find_emergency(tokens: Sequence[Token], matches: Sequence[Match]) -> str | None:
    """The number to call, or None. `matches` are those of `cues/emergency.yml`."""
    if not matches:
        return None
    signs = {match.sign for match in matches}
    if "unless_any" in signs:
        return None
    found = {sign for sign in signs if not sign.startswith("unless_")}
    found = {
        sign for sign in found if f"unless_{sign.split(maxsplit=1)[-1].split()[-1]}" not in signs
    }
    if _is_past(tokens, signs):
        found -= {sign for sign in found if not sign.startswith("116")}
    if not found:
        return None
    numbers = {_number(sign) for sign in found}
    if "22 59 13 00" in numbers and "113" in numbers and found & _LIFE == {"113 suicide now"}:
        return "113"
    return min(numbers, key=NUMBERS.index)


def _number(sign: str) -> str:
    return "".join(part + " " for part in sign.split() if part.isdecimal()).strip()


def _is_past(tokens: Sequence[Token], signs: set[str]) -> bool:
    if "unless_past" in signs:
        return True
    return any(
        len(token.text) == 4 and token.text.isdecimal() and token.text[:2] in {"18", "19", "20"}
        for token in tokens
    )
