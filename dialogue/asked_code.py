"""A code that shows that the sender can read what we answer: whoever writes under another's
number can't. Asked for before somebody is forgotten. Pure.

The code is six digits of a keyed hash of the message's number (`Numbered.secret`): the same
if the message is decided again, unknown to all but the store. The conversation keeps a slow
hash of it, as for a consent.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

import msgspec

from dialogue.consents import TRIES, code_of, digest_of, is_right

VALID_FOR = timedelta(minutes=30)
TOLD_LATE = timedelta(days=2)  # so long a code that came too late is told from a mere number
_CODE = re.compile(
    r"\W*(?:(?:ja|jo|ok|slett(?:\s+meg)?|her er|svar)\W+)?(?:med\s+)?(?:kode[nr]?(?:\s+er)?\W*)?"
    r"(\d{3} ?\d{3})\W*",
    re.IGNORECASE,
)


class AskedCode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The code that was asked for last. `digest` is empty once it is good for nothing more.

    It is kept when it is over, for its tries: asking anew gives no more of them.
    """

    id: str
    asked_at: datetime
    answer_by: datetime
    salt: str = ""
    digest: str = ""
    tries_left: int = TRIES

    def is_open(self, at: datetime) -> bool:
        """Whether it can be answered at that time."""
        return bool(self.digest) and self.tries_left > 0 and at <= self.answer_by

    def is_locked(self, at: datetime) -> bool:
        """Whether no further code is given yet, after too many wrong ones."""
        return self.tries_left < 1 and at <= self.answer_by


def new_code(
    number: int, secret: str, at: datetime, earlier: AskedCode | None
) -> tuple[str, AskedCode]:
    """A code, and what the conversation remembers of it."""
    drawn = hashlib.sha256(f"code:{secret}:{number}".encode()).digest()
    code = code_of(int.from_bytes(drawn))
    salt = hashlib.sha256(f"salt:{secret}:{number}".encode()).hexdigest()[:16]
    lasts = earlier is not None and at <= earlier.answer_by
    asked = AskedCode(
        id=f"F{number}",
        asked_at=at,
        answer_by=at + VALID_FOR,
        salt=salt,
        digest=digest_of(code, f"F{number}", salt),
        tries_left=earlier.tries_left if earlier is not None and lasts else TRIES,
    )
    return code, asked


def tried(asked: AskedCode, code: str) -> AskedCode | None:
    """What is left after a wrong code; None: it is right."""
    if is_right(code, asked):
        return None
    left = asked.tries_left - 1
    return msgspec.structs.replace(asked, tries_left=left) if left else spent(asked, tries_left=0)


def spent(asked: AskedCode, tries_left: int | None = None) -> AskedCode:
    """The same, good for nothing more."""
    left = asked.tries_left if tries_left is None else tries_left
    return msgspec.structs.replace(asked, salt="", digest="", tries_left=left)


def code_in(text: str) -> str | None:
    """The six digits of a message that is a code and nothing else."""
    found = _CODE.fullmatch(text)
    return found[1].replace(" ", "") if found else None
