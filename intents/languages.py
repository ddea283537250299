"""Languages that are not Norwegian: by script, then by everyday words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from pathlib import Path

from knowledge.yaml_lines import read

LANGUAGES = Path(__file__).with_name("languages.yml")
# First code point, last, language (the commonest in Norway where several share a script).
_SCRIPTS = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "ru"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0750, 0x077F, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0E00, 0x0E7F, "th"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1200, 0x137F, "ti"),
    (0x1780, 0x17FF, "km"),
    (0x3040, 0x30FF, "ja"),
    (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)
# Letters that tell languages of one script apart.
_LETTERS = {
    "ru": (("uk", "іїєґ"), ("bg", "ъщ"), ("sr", "ђћљњџј")),
    "ar": (("ur", "ٹڈڑںےہ"), ("fa", "پچژگیک")),
    "ti": (("am", "ኣኡሆነውእኝ"),),
}
_NOT_LATIN = re.compile("[^\u0000-\u024f]")
_AMHARIC = ("ነው", "ሰላም", "እንዴት", "አለ", "የት", "መቼ")


# Letters that only one language of those that we know has among Latin ones.
_OWN_LETTERS = {
    "pl": frozenset("łńśźżćę"),
    "lt": frozenset("ėįųū"),
    "lv": frozenset("āēģķļņ"),
    "hu": frozenset("őű"),
    "ro": frozenset("țșă"),
    "tr": frozenset("ğış"),
    "et": frozenset("õ"),
}
# Somali writes long vowels double, often twice in a word.
_SOMALI = re.compile(r"(aa|ee|ii|oo|uu)\w*(aa|ee|ii|oo|uu)|x[aiu]|\w(ayaa|aysaa|ayo)$")
# Ukrainian words without a letter of its own.
_UKRAINIAN_WORDS = (
    "як де коли що доброго дня дитину дитини школи школу допомогу допомога допоможіть дякую"
    " будь ласка отримати подати треба потрібно можу можна чому скільки місце садок прошу"
)
_UKRAINIAN = frozenset(_UKRAINIAN_WORDS.split())
# What nynorsk or bokmål share with Swedish of words that else show them.
_ALSO_SWEDISH_WORDS = (
    "kostar bor kommer ett en dem hos heter vet mest svarar sommar morgon har alla"
)
_ALSO_SWEDISH = frozenset(_ALSO_SWEDISH_WORDS.split())
_APART = frozenset({"sure", "not"})  # lists that are no language


@cache
def _codes_by_word() -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code, words in read(LANGUAGES).data.items():
        if code not in _APART:
            for word in dict.fromkeys(str(words).split()):
                codes[word] = (*codes.get(word, ()), code)
    for code, words in read(LANGUAGES).data["sure"].items():
        for word in dict.fromkeys(str(words).split()):
            codes[word] = (*(c for c in codes.get(word, ()) if c != code), code, code)
    return codes


@cache
def _not_danish() -> frozenset[str]:
    """Words that Danish writes otherwise."""
    return frozenset(str(read(LANGUAGES).data["not"]["da"]).split())


def language_by_script(text: str) -> str | None:
    """The language of a text that is mostly not in Latin letters."""
    if not _NOT_LATIN.search(text):
        return None
    counts: dict[str, int] = {}
    latin = 0
    for character in text[:400]:
        point = ord(character)
        if point < 0x250:
            latin += character.isalpha()
            continue
        for first, last, language in _SCRIPTS:
            if first <= point <= last:
                counts[language] = counts.get(language, 0) + 1
                break
    if not counts:
        return None
    language = max(counts, key=lambda code: counts[code])
    if counts[language] < 2 or counts[language] < latin:
        return None
    if language == "zh" and counts.get("ja"):
        return "ja"
    return _told_apart(language, text)


def _told_apart(language: str, text: str) -> str:
    lowered = text.lower()
    if language == "ru" and not _UKRAINIAN.isdisjoint(re.findall(r"\w+", lowered)):
        return "uk"
    if language == "ti":
        return "am" if any(word in text for word in _AMHARIC) else "ti"
    for other, letters in _LETTERS.get(language, ()):
        found = sum(lowered.count(letter) for letter in letters)
        if found >= (2 if other == "bg" else 1):
            return other
    return language


@lru_cache(maxsize=8_192)
def _by_letters(word: str) -> tuple[str, ...]:
    """The languages that a word not known shows by its letters."""
    found = tuple(code for code, own in _OWN_LETTERS.items() if not own.isdisjoint(word))
    return found or (("so",) if len(word) > 3 and _SOMALI.search(word) else ())


def language_by_words(
    words: Sequence[str],
    telling: Collection[str],
    common: Collection[str],
    learnt: Collection[str] = (),
) -> str | None:
    """The language whose everyday words stand in the text, if more than Norwegian ones do.

    `telling` are words that only Norwegian has, `common` and `learnt` those that Danish and
    Swedish share. Where two languages tie, the text stays Norwegian.
    """
    codes = _codes_by_word()
    counts: dict[str, int] = {}
    for word in words:
        for code in codes.get(word) or _by_letters(word):
            counts[code] = counts.get(code, 0) + 1
    if not counts:
        return None
    sure = sum(word in telling for word in words)
    known = sure + sum(word in common or word in learnt for word in words if word not in telling)
    against_one = {
        "da": sum(word in _not_danish() for word in words),
        "sv": sum(word in telling and word not in _ALSO_SWEDISH for word in words),
    }
    best, margin, score = None, 0, 0
    for code, found in sorted(counts.items()):
        against = against_one.get(code, known)
        if found - against > margin:
            best, margin, score = code, found - against, found
    if best is not None and (score >= 2 or len(words) <= 3 or known == 0):
        return best if score >= len(words) * 0.2 else None
    return None
