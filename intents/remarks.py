"""What people say about the conversation itself: «vent litt», «kva meiner du?», a joke, grief.

Such a remark is no question about a service and is never looked up. The lists are data
(`remarks.yml`). Only short messages are looked through; a feeling is looked for in all.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from intents.alternatives import in_order_of_beginning
from knowledge.yaml_lines import read

_DATA = read(Path(__file__).with_name("remarks.yml")).data
_WHOLE: dict[str, str] = {
    str(form): str(name) for name, forms in _DATA["whole"].items() for form in forms
}
_PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(in_order_of_beginning(them)) for name, them in _DATA["patterns"].items()
}
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_BETWEEN = re.compile(r"[\s,.!;:]+")
_FIRST_WORD = re.compile(r"\W*(ja|jo|jau|gjerne|nei)\b")
_POLITE = re.compile(r"^(?:hei|hallo|unnskyld|orsak|sorry|beklager|nei|men|ja|å|eh|øh) +")

_PLEASED = frozenset("👍👌✅❤\ufe0f🧡💛💚💙💜🙂😊😀😃😄😁☺🙏🎉🥰😍👏💪🤗🏻🏼🏽🏾🏿")
_TYPED_SMILES = frozenset({"<3", ":)", ":-)", ":D", ":-D", ";)", ";-)", "=)", "(:", "^^"})
MOST_CHARACTERS = 160  # of a remark
# Looked for by name, in messages of any length.
FEELINGS = (
    "grief", "lonely", "young", "calm", "own_child", "small_child", "own_matter", "not_at_home",
)  # fmt: skip
_REMARKS: tuple[str, ...] = tuple(name for name in _PATTERNS if name not in FEELINGS)
_ANY_REMARK = re.compile(in_order_of_beginning(_PATTERNS[name].pattern for name in _REMARKS))
_SHOUTED = 12  # letters from which capitals are loud


def find_remark(text: str) -> str | None:
    """The remark that a message as a whole is, or None.

    >>> find_remark("Vent litt!"), find_remark("Kva meiner du?"), find_remark("når er det ope?")
    ('wait', 'unclear', None)
    """
    if len(text) > MOST_CHARACTERS:
        return None
    plain = " ".join(_BETWEEN.sub(" ", _ENDS.sub("", text.lower())).split())
    if not plain:
        return ("unclear" if "?" in text else "here") if text.strip() and text.isascii() else None
    whole = _WHOLE.get(plain) or _WHOLE.get(_POLITE.sub("", plain))
    if whole is not None:
        return whole
    if _ANY_REMARK.search(plain) is None:
        return None
    return next(name for name in _REMARKS if _PATTERNS[name].search(plain))


def find_answer(text: str) -> Literal["affirm", "deny"] | None:
    """The «ja» or «nei» that a longer message begins with.

    >>> find_answer("Ja, dei kom for seint"), find_answer("nei det går bra"), find_answer("Jada")
    ('affirm', 'deny', None)
    """
    first = _FIRST_WORD.match(text.lower())
    return None if first is None else "affirm" if first[1] != "nei" else "deny"


def is_typed_smile(text: str) -> bool:
    """Whether a message is «<3» or «:)», in which no number is meant."""
    return text.strip() in _TYPED_SMILES


def is_pleased(text: str) -> bool:
    """Whether a message is only a thumb up, a heart or a smile."""
    if is_typed_smile(text):
        return True
    signs = set("".join(text.split()))
    return bool(signs) and signs <= _PLEASED


def has_remark(text: str, name: str) -> bool:
    """Whether a message holds the remark or feeling `name`, whatever else it says."""
    return _PATTERNS[name].search(text.lower()) is not None


def is_upset(text: str) -> bool:
    """Whether somebody swears or shouts. It changes the tone of the answer, nothing else.

    >>> is_upset("NO ER DET NOK, INGEN SVARAR"), is_upset("Takk!"), is_upset("faen, att?")
    (True, False, True)
    """
    letters = sum(map(str.isalpha, text))
    loud = letters >= _SHOUTED and sum(map(str.isupper, text)) > 0.8 * letters
    return loud or (letters > 0 and "!!!" in text) or has_remark(text, "calm")
