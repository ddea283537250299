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
_ASKING_VERBS = frozenset(
    {
        "kan",
        "er",
        "har",
        "må",
        "får",
        "skal",
        "finnes",
        "finst",
        "går",
        "kommer",
        "blir",
        "bli",
        "vet",
    }
)
_JOINING = frozenset({"og", "men", "samt", "eller", "pluss", "dessuten", "forresten"})
_LEFT_OUT = frozenset({"og", "men", "så", "eller", "samt", "også", "forresten", "pluss"})
_SENTENCE_ENDS = ".!?;\n"
_LIKELY, _FEEDBACK_LIKELY = 0.5, 0.6
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
        return probability >= _LIKELY or _asks(read)
    return label.startswith("feedback/") and probability >= _FEEDBACK_LIKELY


def _asks(read: Reading) -> bool:
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
        return _asks(second.reading)
    one, other = first.reading.service, second.reading.service
    if "question" in {first.label, second.label}:
        question = second if second.label == "question" else first
        told = first if question is second else second
        return _asks(question.reading) and (
            told.label == "feedback/praise" or one != other or told.probability >= 0.75
        )
    return one is not None and other is not None and one != other


def _weight(label: str, probability: float) -> tuple[int, float]:
    """What asks for something decides: praise and thanks come last."""
    order = ("concern", "appeal", "deviation", "complaint", "access", "suggestion", "praise")
    kind = label.partition("/")[2]
    return (-order.index(kind) if kind in order else -8, probability)


def _segments(reading: Reading) -> list[tuple[int, int]]:
    """Spans between sentence ends, and before «og», «men» where a new question begins."""
    tokens = reading.tokens
    cuts: list[int] = []
    for place in range(1, len(tokens)):
        before, token = tokens[place - 1], tokens[place]
        between = reading.text[before.end : token.start]
        ended = before.text[0] in _SENTENCE_ENDS or "\n" in between
        if (
            (ended and not (before.text == "." and before.start and _abbreviated(tokens, place)))
            or (token.folded in _JOINING and _begins_anew(tokens, place + 1, cuts))
            or (before.text == "," and _begins_anew(tokens, place, cuts, after_comma=True))
        ):
            cuts.append(place)
    edges = [0, *cuts, len(tokens)]
    return [
        (tokens[first].start, tokens[last - 1].end)
        for first, last in pairwise(edges)
        if last > first
    ]


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


def _begins_anew(
    tokens: Sequence[Token], place: int, cuts: Sequence[int], after_comma: bool = False
) -> bool:
    """Whether a new question begins at `place`, with at least two words before it."""
    if place >= len(tokens) or place - (cuts[-1] if cuts else 0) < 3:
        return False
    word = tokens[place].folded
    if word in _ASKING:
        return not after_comma or _has_asking(tokens[(cuts[-1] if cuts else 0) : place])
    follows = tokens[place + 1].folded if place + 1 < len(tokens) else ""
    return (
        not after_comma
        and word in _ASKING_VERBS
        and follows in {"jeg", "vi", "det", "dere", "du", "man", "noen", "han", "hun", "en", "de"}
        and tokens[-1].text.startswith("?")
    )


def _has_asking(tokens: Sequence[Token]) -> bool:
    return any(token.folded in _ASKING for token in tokens)
