"""Several things in one message: where one ends and the next begins.

Split only where each part asks or tells something of its own; «brød og melk» belongs
together, and so does a complaint told in three sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from intents.model import LanguageModel
from intents.reading import Reading, best_label
from intents.tokens import Token

_ASKING = frozenset({"når", "hvor", "hvordan", "hva", "hvem", "hvilken", "hvorfor"})
# What a question without such a word begins with, and what follows it there. After «er» and
# «har» only a pronoun: «og har feber» asks nothing.
_MODALS = frozenset({"kan", "må", "får", "skal", "koster", "finnes", "finst", "blir", "bli"})
_ASKING_VERBS = _MODALS | {"er", "har", "går", "kommer", "vet", "trenger"}
_PRONOUNS = frozenset(
    {"jeg", "vi", "det", "d", "dere", "du", "man", "noen", "han", "hun", "en", "de", "an"}
)
_ASKED_OF = _PRONOUNS | {"begge", "alle", "barn", "mor", "far", "foreldre", "sfo", "noe"}
# «å» is how dialect writes «og».
_JOINING = frozenset({"og", "å", "men", "samt", "eller", "pluss", "dessuten", "forresten"})
_LEFT_OUT = frozenset({"og", "å", "men", "så", "eller", "samt", "også", "forresten", "pluss"})
_LEFT_OUT |= {"hei", "takk", ",", "-", "i", "tillegg"}
# A clause that may tell of another thing begins with one of these after «og»; and what comes on
# top of the rest is another thing.
_TELLING = frozenset({"det", "vi", "jeg", "hun", "han", "dere", "mor", "far", "d"})
_ADDING = frozenset({"tillegg", "dessuten", "dessutan", "forresten", "også", "attpåtil"})
_SIGNED = frozenset({"complaint", "deviation", "appeal", "suggestion", "concern", "access"})
_SENTENCE_ENDS = ".!?;\n"
_LIKELY, _FEEDBACK_LIKELY, _SURE = 0.5, 0.6, 0.75
_MOST = 6


class Part(NamedTuple):
    """A part with its own meaning: its reading, its best label and probability."""

    reading: Reading
    start: int
    end: int
    label: str
    probability: float


def find_parts(reading: Reading, model: LanguageModel) -> list[Part]:
    """The parts that carry a question or feedback of their own; empty when fewer than two."""
    spans = _segments(reading)
    if len(spans) < 2:
        return []
    parts: list[Part] = []
    for start, end in spans:
        read = reading.part(start, end, model)
        if len(read.words) < 2:
            continue
        label, probability = best_label(read, model)
        if _carries(read, label, probability):
            parts.append(Part(read, start, end, label, probability))
    parts = _joined(reading, parts, model)[:_MOST]
    return parts if len(parts) >= 2 else []


def _carries(read: Reading, label: str, probability: float) -> bool:
    if label == "question":
        return probability >= _LIKELY or asks(read)
    return label.startswith("feedback/") and probability >= _FEEDBACK_LIKELY


def asks(read: Reading) -> bool:
    """Whether a piece has the shape of a question, and is not only words of a service."""
    words = [word for word in read.words if word not in _LEFT_OUT]
    return bool(words) and (words[0] in _ASKING or read.tokens[-1].text.startswith("?"))


def _joined(reading: Reading, parts: Sequence[Part], model: LanguageModel) -> list[Part]:
    """Neighbours that tell of the same thing become one part again."""
    joined: list[Part] = []
    for part in parts:
        if joined and not _apart(joined[-1], part):
            before = joined[-1]
            read = reading.part(before.start, part.end, model)
            label, probability = max(
                ((p.label, p.probability) for p in (before, part)), key=lambda pair: _weight(*pair)
            )
            joined[-1] = Part(read, before.start, part.end, label, probability)
        else:
            joined.append(part)
    return joined


def _apart(first: Part, second: Part) -> bool:
    if first.label == second.label == "question":
        return asks(second.reading)
    one, other = first.reading.service, second.reading.service
    if "question" in {first.label, second.label}:
        question = second if second.label == "question" else first
        told = first if question is second else second
        return (
            asks(question.reading)
            and _tells(told)
            and (told.label == "feedback/praise" or one != other or told.probability >= _SURE)
        )
    if one is not None and other is not None and one != other:
        return True
    if (first.label == "feedback/praise") is not (second.label == "feedback/praise"):
        return "men" in second.reading.words[:1]
    return not _ADDING.isdisjoint(second.reading.words[:5])


def _tells(told: Part) -> bool:
    """Whether it is feedback, or tells only what the question needs: «Mor er 87 og bor alene.»"""
    kind = told.label.partition("/")[2]
    added = not _ADDING.isdisjoint(told.reading.words[:5])
    return kind == "praise" or added or not _SIGNED.isdisjoint(told.reading.signs)


def _weight(label: str, probability: float) -> tuple[int, float]:
    """What asks for something decides: praise and thanks come last."""
    order = ("concern", "appeal", "deviation", "complaint", "access", "suggestion", "praise")
    kind = label.partition("/")[2]
    return (-order.index(kind) if kind in order else -8, probability)


def _segments(reading: Reading) -> list[tuple[int, int]]:
    """Spans between sentence ends, and before «og», «men» where something new begins."""
    tokens = reading.tokens
    cuts: list[int] = []
    numbered = len(tokens) > 2 and tokens[0].text == "1" and tokens[1].text in ".)"
    for place in range(1, len(tokens)):
        before, token = tokens[place - 1], tokens[place]
        between = reading.text[before.end : token.start]
        ended = before.text[0] in _SENTENCE_ENDS or "\n" in between
        if (
            (ended and not (before.text == "." and before.start and _abbreviated(tokens, place)))
            or (token.folded in _JOINING and _begins_anew(tokens, place, cuts))
            or (before.text == "," and _begins_anew(tokens, place - 1, cuts))
            or (numbered and token.text.isdecimal() and _is_dot(tokens, place + 1))
        ):
            cuts.append(place)
    edges = [0, *cuts, len(tokens)]
    return [
        (tokens[first].start, tokens[last - 1].end)
        for first, last in pairwise(edges)
        if last > first
    ]


def _is_dot(tokens: Sequence[Token], place: int) -> bool:
    return place < len(tokens) and tokens[place].text in ".)"


def _abbreviated(tokens: Sequence[Token], place: int) -> bool:
    text = tokens[place - 2].text if place >= 2 else ""
    return text in {
        "kl",
        "nr",
        "ca",
        "f.eks",
        "bl.a",
        "tlf",
        "mob",
        "evt",
        "jf",
        "st",
        "kr",
        "pr",
    } or (text.isdecimal() and len(text) <= 2)


def _begins_anew(tokens: Sequence[Token], joint: int, cuts: Sequence[int]) -> bool:
    """Whether something new begins after the «og» or comma at `joint`, two words being before."""
    began = cuts[-1] if cuts else 0
    if joint + 2 >= len(tokens) or joint - began < 2:
        return False
    before = [token.folded for token in tokens[began:joint]]
    join, word, follows = (token.folded for token in tokens[joint : joint + 3])
    asked = not _ASKING.isdisjoint(before) or _is_question(before)
    if word in _ASKING:
        return join != "," or asked
    if word in _ASKING_VERBS and follows in (_ASKED_OF if word in _MODALS else _PRONOUNS):
        return asked or (join != "," and tokens[-1].text.startswith("?"))
    if join == "men":
        return not asked
    return join == "og" and not asked and word in _TELLING and joint - began > 3


def _is_question(words: Sequence[str]) -> bool:
    """Whether it begins as a question: «har de ope», «må eg søkje»."""
    asking = [word for word in words if word not in _LEFT_OUT][:2]
    return len(asking) == 2 and asking[0] in _ASKING_VERBS and asking[1] in _ASKED_OF
