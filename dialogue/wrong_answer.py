"""«Feil svar», «det var ikkje det eg spurde om», 👎: a person says that an answer was wrong.

Only where the bot has just answered: «det er feil» is otherwise about something else.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

_I = r"(?:jeg|eg|æ|e|ej|i)"
_NOT = r"(?:ikke|ikkje|ikkj|itj|itje|ikje|kje|inte)"
_IS = r"(?:er|e|var|va|ble|blei|vart|blir)"
_ASKED = r"(?:spurte|spurde|spurt|spør|lurte|lurer|lurde|mente|meinte|meine|tenkte|tenkjer|tenkte)"
_WRONG = r"(?:feil|galt|gale|gali|gæli|gæle|tull|tøv)"
_MUCH = r"(?:helt |heilt |heilt så |ganske |visst |vel |jo |bare |berre |no |nå )*"
_THIS = r"(?:det|dette|detta|d|da|det der|svaret|svare|svaret ditt|svaret mitt)"
_QUESTION = rf"(?:spørsmålet mitt|mitt spørsmål|spørsmålet|spørsmål|det {_I} {_ASKED}(?: om| på)?)"
_REPORT = re.compile(
    rf"(?:nei|neinei|men|hei|beklager|sorry)?[\s,.!]*(?:"
    rf"(?:{_THIS} {_IS} )?{_MUCH}{_WRONG}(?: svar| svaret)?(?: på spørsmålet(?: mitt)?)?"
    rf"|{_THIS} {_IS} {_MUCH}{_NOT} (?:rett|riktig|korrekt|sant)(?: svar)?"
    rf"|{_THIS} stemmer {_MUCH}{_NOT}"
    rf"|(?:{_THIS} )?(?:{_IS} )?{_NOT} (?:det|hva|kva|ka|ke) {_I} {_ASKED}(?: om| på)?"
    rf"|(?:{_THIS} )?(?:{_IS} )?{_NOT} (?:noe |noko |nokon |et |eit )?svar(?:et)? på {_QUESTION}"
    rf"|(?:du|de|dere|{_THIS}) (?:svarer|svarar|svare|svarte|svara|svarer jo) {_MUCH}{_NOT}"
    rf"(?: på)? {_QUESTION}"
    rf"|du (?:svarte|svara|svarer|svarar) {_MUCH}{_WRONG}"
    r"|du (?:misforstod|misforsto|misforstår|misforstår meg|misforsto meg|misforstod meg)"
    r"|du (?:tar|tek|tok|skjønte meg|skjøna meg|forstod meg|forsto meg|skjønner meg) feil"
    rf"|(?:{_THIS} )?(?:hjalp|hjelper|hjelpte|hjelp) (?:meg )?{_MUCH}{_NOT}(?: meg)?"
    r"|(?:til |var til |det var til )(?:liten|lita|lite|ingen|inga) (?:hjelp|nytte)"
    r")",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    rf"[\s,.:;!–-]*(?:(?:men|for|{_I})[\s,]+)*(?:{_ASKED}(?: om| på)?[\s,:]+)?(?P<rest>.*)",
    re.S | re.I,
)
_THUMBS_DOWN = "\N{THUMBS DOWN SIGN}"
# what an iPhone sends as an SMS when its owner holds a finger on a message
_TAPPED = re.compile(r"(?:disliked|mislikte|likte ikke|likte ikkje) ?[“\"«„]", re.IGNORECASE)
_ENDS = re.compile(r"[\s,.:;!?–-]|$")
LONGEST = 300  # characters: more than a report holds a story of its own
FEWEST_WORDS = 2  # of a question that is asked anew in the same message


class Report(msgspec.Struct, frozen=True):
    """A report of a wrong answer, and what is asked anew in the same message."""

    again: str | None = None


def reported_wrong(text: str) -> Report | None:
    """The report that a message is, or None.

    >>> reported_wrong("Feil svar!")
    Report(again=None)
    >>> reported_wrong("nei det var ikkje det eg spurde om. eg meinte hyttebosset")
    Report(again='hyttebosset')
    >>> reported_wrong("det er feil på gatelyset") is None
    True
    """
    plain = text.strip()
    if len(plain) > LONGEST:
        return None
    if _is_thumb(plain) or _TAPPED.match(plain):
        return Report()
    match = _REPORT.match(plain)
    if match is None or not match[0].strip():
        return None
    rest = plain[match.end() :]
    if not _ENDS.match(rest):
        return None
    if not any(character.isalnum() for character in rest):
        return Report()
    if rest[0].isspace():  # «det er feil på gatelyset» is about the lamp
        return None
    again = _AGAIN.match(rest)
    words = again["rest"].strip(" .!") if again else ""
    return Report(
        words if words and (len(words.split()) >= FEWEST_WORDS or len(words) > 5) else None
    )


def _is_thumb(text: str) -> bool:
    """Thumbs down, in any colour, as often as one likes, and nothing else."""
    if _THUMBS_DOWN not in text:
        return False
    bare = {c for c in text if unicodedata.category(c) not in ("Sk", "Mn", "Cf", "Zs")}
    return bare == {_THUMBS_DOWN}
