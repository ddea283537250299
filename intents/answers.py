"""Answers to what the bot has just asked: a rating, one of several choices, yes or no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from intents.tokens import Token

NUMBER_WORDS = {
    "null": 0,
    "ein": 1, "en": 1, "ett": 1, "eitt": 1, "eit": 1, "éin": 1, "èn": 1, "én": 1, "ener": 1,
    "einar": 1, "enar": 1, "einer": 1, "eittal": 1, "ettall": 1, "entall": 1, "enner": 1,
    "to": 2, "tvo": 2, "toer": 2, "toar": 2, "toartal": 2, "tovå": 2,
    "tre": 3, "trear": 3, "treer": 3, "trer": 3, "trar": 3, "tri": 3,
    "fire": 4, "fira": 4, "firer": 4, "firar": 4, "fyra": 4,
    "fem": 5, "femmer": 5, "femmar": 5, "femmern": 5, "fæm": 5,
    "seks": 6, "sekser": 6, "seksar": 6, "sæks": 6, "seksern": 6, "sjeks": 6,
    "sju": 7, "syv": 7, "sjuar": 7, "åtte": 8, "ni": 9, "ti": 10, "tiar": 10, "tier": 10,
}  # fmt: skip
ORDINALS = {
    "første": 1, "fyrste": 1, "først": 1, "fyste": 1, "fysste": 1, "føste": 1, "øverste": 1,
    "øvste": 1, "andre": 2, "annen": 2, "tredje": 3, "treje": 3, "fjerde": 4, "femte": 5,
    "sjette": 6,
}  # fmt: skip
_YES = frozenset(
    "ja jada jepp jau jo joda jøss gjerne gjerna ok okei okey oki greit greitt stemmer stemmar "
    "yes yess yep jaja javisst selvfølgelig sjølvsagt selvsagt selvfølgeleg riktig rett korrekt "
    "absolutt klart naturligvis naturlegvis ja-takk jatakk enig einig samtykker samtykkjer "
    "godtar godtek bekrefter stadfestar bekreft stadfest jaa jaaa ya ja! jess jah sant "
    "nettopp mhm aye jamen definitivt fint flott perfekt supert topp "
    "👍 👌 ✅ ✔ j y ikkesant".split()
)
_NO = frozenset(
    "nei neida neitakk niks nix nope neei nein nop nei! næ nææ naj nai nehei nehe ikke ikkje "
    "aldri slettikke ne nah no 👎 ❌ n".split()
)
_FILLER = frozenset(
    "takk det vil jeg gjør gjerne ja nei er du så kan dere den helt det fint bra jada veldig "
    "gjerne, svært som tusen mange hjertelig nok vi med på meg eg gjer "
    "veldig ikke ønsker trenger nødvendig behov for ikkje sikkert få bli - , . ! ? helst "
    "absolutt selvfølgelig klart takk! 🙂 😊 🙏 ❤ 😀 👍 tror tru trur kjør på send".split()
)
_DONT_KNOW = frozenset(
    "vet aner veit usikker sikker peiling huske husker uviss anelse aning".split()
)
_NEGATION = frozenset({"ikke", "ingen", "uten"})
_STARS = "⭐★🌟✨⭐️"
_SCALE_WORDS = frozenset({"av", "/", "på", "poeng", "stjerner", "stjerne", "stjernar", "ut"})
_TOP = frozenset({"toppkarakter", "toppscore", "toppskår", "maks", "topp", "høyeste", "beste"})
_BOTTOM = frozenset({"bunnkarakter", "bånn", "strykkarakter", "dårligst", "lavest", "stryk"})
_LEAD = frozenset(
    "jeg gir gjev gje gi vil skal det var blir bli en et ei eit en/ei nr nummer terningkast "
    "terningskast karakter karakteren vurdering vurderinga vurderingen score skår poeng tallet "
    "talet svar er må på ca ca. sikkert vel tror nok kanskje få får helt klart soleklar ein "
    "solid sterk svak god : - # = ( ok ja hei de dere svaret mitt min stemmer "
    "omtrent rundt cirka nok, en. han hun henne".split()
)
_SEPARATORS = frozenset(
    {"-", "–", "—", ",", ".", ":", ";", "!", "(", "/", "men", "fordi", "for", "og"}
)


class RatingAnswer(NamedTuple):
    """How a message answers a rating question.

    `value` 1 to 6 or None; `half` are the values of an answer like «4 eller 5»;
    `outside` tells of a number that is not on the scale.
    """

    value: int | None
    comment: str | None = None
    half: tuple[int, ...] = ()
    outside: bool = False


def read_rating(text: str, tokens: Sequence[Token]) -> RatingAnswer | None:
    """The rating in an answer to a rating question; None if it holds none."""
    stars = sum(text.count(star) for star in set(_STARS) - {"️"})
    if stars:
        comment = re.sub("[" + _STARS + "]", "", text).strip(" \t\n-–,.:;️")
        if not any(character.isdecimal() for character in comment):
            return _on_scale(stars, comment or None)
    place = 0
    while place < len(tokens) and tokens[place].folded in _LEAD and _number(tokens[place]) != 1:
        place += 1
    if place < len(tokens) and tokens[place].text == "en" and place + 1 == len(tokens):
        return RatingAnswer(1)
    place = _skip_article(tokens, place)
    if place >= len(tokens):
        return None
    token = tokens[place]
    if token.folded in _TOP and _alone(tokens, place):
        return RatingAnswer(6, _comment(text, token.end))
    if token.folded in _BOTTOM and _alone(tokens, place):
        return RatingAnswer(1, _comment(text, token.end))
    value = _number(token)
    if value is None:
        return None
    if place and tokens[place - 1].text == "-" and place == 1 and text.lstrip()[0] == "-":
        return RatingAnswer(None, outside=True)
    return _with_rest(text, tokens, place, value)


def _skip_article(tokens: Sequence[Token], place: int) -> int:
    following = place + 1
    if (
        following < len(tokens)
        and tokens[place].folded == "en"
        and (_number(tokens[following]) is not None or tokens[following].folded in _LEAD)
    ):
        return _skip_article(tokens, following)
    if following < len(tokens) and tokens[place].folded in _LEAD and _number(tokens[place]) == 1:
        return following
    return place


def _alone(tokens: Sequence[Token], place: int) -> bool:
    return place + 1 == len(tokens) or tokens[place + 1].text in _SEPARATORS


def _with_rest(text: str, tokens: Sequence[Token], place: int, value: int) -> RatingAnswer | None:
    rest = tokens[place + 1 :]
    end = tokens[place].end
    if rest and rest[0].text in {"eller", "/", "-", "til", "–", "el"} and len(rest) > 1:
        other = _number(rest[1])
        if rest[0].text == "/" and other == 6:
            return _on_scale(value, _comment(text, rest[1].end))
        if other is not None and (len(rest) == 2 or rest[0].text in {"eller", "el", "/"}):
            if {value, other} <= set(range(1, 7)) and other != value:
                return RatingAnswer(None, half=(value, other))
            return RatingAnswer(None, outside=True)
    if len(rest) > 1 and rest[0].folded == "av" and _number(rest[1]) is not None:
        scale = _number(rest[1])
        comment = _comment(text, rest[1].end)
        return _on_scale(value, comment) if scale == 6 else RatingAnswer(None, outside=True)
    if rest and rest[0].folded in {"stjerner", "stjerne", "stjernar", "poeng"}:
        end = rest[0].end
    elif rest and rest[0].text == "%":
        return RatingAnswer(None, outside=True)
    return _on_scale(value, _comment(text, end))


def _number(token: Token) -> int | None:
    if token.text.isdecimal() and len(token.text) <= 6:
        return int(token.text)
    if "," in token.text or "." in token.text:
        whole, _, part = token.text.replace(".", ",").partition(",")
        return 99 if whole.isdecimal() and part else None
    return NUMBER_WORDS.get(token.text)


def _on_scale(value: int, comment: str | None) -> RatingAnswer:
    if 1 <= value <= 6:
        return RatingAnswer(value, comment)
    return RatingAnswer(None, comment, outside=True)


def _comment(text: str, end: int) -> str | None:
    rest = text[end:].strip(" \t\n\r-–—,.:;/)️")
    return rest if any(character.isalnum() for character in rest) else rest.strip("!?") or None


def read_choice(tokens: Sequence[Token], text: str, choices: Sequence[str]) -> int | None:
    """The index of the offered choice that is meant; -1 for none of them; None: no choice."""
    words = [token.folded for token in tokens if token.text.isalnum() or "-" in token.text]
    if not words or not choices:
        return None
    if _is_none_of_them(words):
        return -1
    number = _chosen_number(tokens, words, len(choices))
    if number is not None:
        return number - 1 if 1 <= number <= len(choices) else None
    if len(words) > 8:
        return None
    found = process.extractOne(
        text.lower().strip(" .!?"), [choice.lower() for choice in choices], scorer=fuzz.WRatio
    )
    exact = [
        place
        for place, choice in enumerate(choices)
        if text.lower().strip(" .!?") in choice.lower()
    ]
    if len(exact) == 1 and len(text.strip()) >= 3:
        return exact[0]
    if found is not None and found[1] >= 86 and _stands_out(text, choices):
        return int(found[2])
    return None


def _stands_out(text: str, choices: Sequence[str]) -> bool:
    scores = sorted((fuzz.WRatio(text.lower(), choice.lower()) for choice in choices), reverse=True)
    return len(scores) == 1 or scores[0] - scores[1] >= 5


def _is_none_of_them(words: list[str]) -> bool:
    joined = " ".join(words)
    return joined in {
        "ingen", "ingen av de", "ingen av delene", "ingen av disse", "ingen av dem",
        "ikke noe av det", "ikke noen av de", "ikke noen", "ingen av delane", "ingen av alternativene",
        "ingen av alternativa", "ingen av disse passer", "ingen av de passer", "ingen passer",
        "ingen passar", "ingen av de passar", "noe annet", "nei ingen av de", "nei noe annet",
        "ikke noen av disse", "ikke noe av dette", "ingen av desse", "ikke noen av desse",
        "nei ingen", "nei ingen av disse", "nei ingen av desse", "annet",
    }  # fmt: skip


_CHOICE_LEAD = frozenset(
    "nr nummer alternativ valg val tal tall talet tallet den det jeg velger vel vil ha tar mente "
    "mener tror på ja takk svar svaret mitt er var alternativet svaralternativ ok gjerne om "
    "helst kanskje tar tek".split()
)


def _chosen_number(tokens: Sequence[Token], words: list[str], count: int) -> int | None:
    rest = [token for token in tokens if token.text.isalnum() and token.folded not in _CHOICE_LEAD]
    rest = rest[: len(rest)]
    if len(rest) != 1:
        return None
    word, folded = rest[0].text, rest[0].folded
    if word.isdecimal() and len(word) <= 2:
        return int(word)
    if word in {"siste", "sist", "nederste", "nedste", "sisste"}:
        return count
    if word in {"midterste", "midtre", "midterste", "midtarste"} and count == 3:
        return 2
    if word in ORDINALS or folded in ORDINALS:
        return ORDINALS.get(word) or ORDINALS[folded]
    return NUMBER_WORDS.get(word) if len(words) <= 4 else None


def read_yes_no(tokens: Sequence[Token]) -> str | None:
    """`affirm`, `deny` or `dont_know` when the message begins with, and mostly is, one."""
    words = [t.folded for t in tokens if t.text.isalnum() or t.text in _YES | _NO]
    if not words or len(words) > 8:
        return None
    if words[0] in _YES or tokens[0].text in _YES:
        return "affirm" if all(w in _FILLER or w in _YES for w in words[1:]) else None
    if any(w in _DONT_KNOW for w in words) and any(
        w in _NEGATION or w.startswith("usikker") for w in words
    ):
        return "dont_know" if len(words) <= 7 else None
    if words[0] in _NO or tokens[0].text in _NO:
        return "deny" if all(w in _FILLER or w in _NO for w in words[1:]) else None
    return None
