"""Which intent and kind a message has: sure rules first, then the learnt model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from intents.choice_answers import read_choice
from intents.commands import find_command, find_ticket
from intents.model import LanguageModel
from intents.normalise import Forms
from intents.parts import Part, asks
from intents.people import is_of_grown_up
from intents.rating_answers import RatingAnswer, read_rating
from intents.reading import Reading, best_label, rank, weigh_labels
from intents.understood import Entity, Kind, Ranked, Rating
from intents.yes_no_answers import read_yes_no

# Below this the model does not know; the flow asks.
FALLBACK = 0.3
# What worry about a grown-up is taken for: a question or feedback on a service.
_OF_GROWN_UPS = frozenset({"question", "feedback/complaint", "feedback/deviation"})
_SURE, _RULE = 0.99, 0.97
# What a person asks for decides, thanks and praise come last.
_WEIGHT: tuple[str, ...] = (
    "concern",
    "appeal",
    "deviation",
    "complaint",
    "access",
    "question",
    "suggestion",
    "praise",
)
_RATED = re.compile(
    r"^\W*(?:(?:min |mi )?(?:vurdering|vurderinga|vurderingen|karakter|karakteren|terningkast|"
    r"terningskast|rating|poeng|score|skår)(?: er| blir| på)?\s*[:=]?\s*(\S+)|"
    r"(?:jeg |eg |æ |vi |me )?(?:gir|gjev|gje|gi)(?: dere| dykk| dokker| dem| de| .{3,30}?)? "
    r"(?:en |ein |et |eit )?(\S+))",
    re.IGNORECASE,
)
_RATED_FOR = re.compile(
    r"^\W*(?:en |ein |ei )?(\S+?)(?: av 6|/6| poeng| stjerner)? (?:til|for|på|åt) [^\W\d]{3,}",
    re.IGNORECASE,
)
_STATUS = frozenset({"status", "sak", "saken", "saka", "svar", "svart", "går", "skjer", "ferdig"})


@dataclass(slots=True)
class Decision:
    """What was decided, and by what (`reason`, for people who ask why)."""

    intent: str
    confidence: float
    kind: Kind | None = None
    rating: Rating | None = None
    choice: int | None = None
    ranking: tuple[Ranked, ...] = ()
    entities: list[Entity] = field(default_factory=list)
    reason: str = "model"


def decide_intent(
    reading: Reading,
    model: LanguageModel,
    *,
    emergency: str | None,
    expecting: Literal["rating", "choice"] | None,
    choices: Sequence[str],
    parts: Sequence[Part],
) -> Decision:
    """The intent of a message."""
    if emergency is None:
        expected = decide_expected(reading, expecting, choices, model.forms)
        if expected is not None:
            return expected
    return decide_unasked(reading, model, emergency=emergency, parts=parts)


def decide_unasked(
    reading: Reading, model: LanguageModel, *, emergency: str | None, parts: Sequence[Part]
) -> Decision:
    """The intent of a message that answers no question."""
    if emergency is not None:
        return Decision("emergency", _RULE, reason="emergency")
    command = find_command(reading.text)
    if command is not None:
        entities = [Entity("standard", command[1])] if command[1] is not None else []
        return Decision(command[0], _SURE, entities=entities, reason="command")
    if not reading.words:
        return _without_words(reading)
    yes_no = read_yes_no(reading.tokens)
    if yes_no is not None:
        return Decision(yes_no, _RULE, reason="yes or no")
    unasked = _unasked_rating(reading)
    if unasked is not None:
        return unasked
    return _learnt(reading, model, parts)


def decide_expected(
    reading: Reading,
    expecting: Literal["rating", "choice"] | None,
    choices: Sequence[str],
    forms: Forms,
) -> Decision | None:
    """The intent of a message that answers what the bot had asked; None when it does not."""
    if expecting == "rating":
        answer = read_rating(reading.text, reading.tokens)
        return _rated(answer) if answer is not None else None
    if expecting == "choice":
        chosen = read_choice(reading.tokens, reading.text, choices, forms)
        if chosen is None:
            return None
        if chosen < 0:
            entities = [Entity("none_of_these", True)]
            return Decision("deny", _SURE, entities=entities, reason="none of the choices")
        return Decision("choice", _SURE, choice=chosen, reason="choice")
    return None


def _rated(answer: RatingAnswer) -> Decision:
    if answer.value is not None:
        rating = Rating(answer.value, answer.comment)
        return Decision("rating", _SURE, rating=rating, reason="rating")
    if answer.half:
        entity = Entity("half_answer", list(answer.half))
    else:
        entity = Entity("outside_scale", True)
    return Decision("rating", 0.9, entities=[entity], reason="rating, not clear")


def _unasked_rating(reading: Reading) -> Decision | None:
    """«vurdering 4», «4 til helsestasjonen, ho var så snill»."""
    for pattern in (_RATED, _RATED_FOR):
        match = pattern.match(reading.text)
        if match is None:
            continue
        start = next(start for group in (1, 2) if group <= pattern.groups
                     for start in [match.start(group)] if start >= 0)  # fmt: skip
        tokens = [token for token in reading.tokens if token.start >= start]
        answer = read_rating(reading.text, tokens) if tokens else None
        if answer is None or answer.value is None:
            continue
        if pattern is _RATED_FOR and (reading.service is None or "?" in reading.text):
            continue
        comment = answer.comment
        if pattern is _RATED_FOR and comment is not None:
            comment = _after_name(reading, comment)
        decision = _rated(answer._replace(comment=comment))
        decision.confidence = 0.95
        return decision
    return None


def _after_name(reading: Reading, comment: str) -> str | None:
    """The comment after the name of what is rated."""
    last = max((named.after for named in reading.services), default=0)
    rest = reading.text[reading.tokens[last - 1].end :].strip(" ,.:;-–!)")
    return rest or None if rest in comment else comment


def _without_words(reading: Reading) -> Decision:
    text = reading.text
    if "👍" in text or "👌" in text or "✅" in text:
        return Decision("affirm", 0.8, entities=[Entity("emoji_only", True)], reason="emoji")
    if "👎" in text or "❌" in text:
        return Decision("deny", 0.8, entities=[Entity("emoji_only", True)], reason="emoji")
    emoji = any(ord(character) >= 0x203C and not character.isspace() for character in text)
    entities = [Entity("emoji_only", True)] if emoji else []
    return Decision("nlu_fallback", 0.0, entities=entities, reason="no words")


def _learnt(reading: Reading, model: LanguageModel, parts: Sequence[Part]) -> Decision:
    labels, probabilities = model.classifier.labels, weigh_labels(reading, model)
    ranking = rank(labels, probabilities)
    probability = max(probabilities)
    label = labels[probabilities.index(probability)]
    if parts:
        label, probability = _weightiest(parts)
    elif label in {"thank", "feedback/praise", "affirm", "deny", "greet"}:
        label, probability = _after_but(reading, model) or (label, probability)
    if label == "feedback/concern" and is_of_grown_up(reading):
        chance = dict(zip(labels, probabilities, strict=True))
        label = max(sorted(_OF_GROWN_UPS), key=chance.__getitem__)
    intent, _, kind = label.partition("/")
    if intent == "feedback" and not parts:
        probability = next(ranked.confidence for ranked in ranking if ranked.name == "feedback")
    if find_ticket(reading.text) and intent in {"question", "nlu_fallback", "help", "correct"}:
        return Decision("ticket_status", 0.9, ranking=ranking, reason="ticket reference")
    if probability < FALLBACK:
        return Decision("nlu_fallback", round(1 - probability, 4), ranking=ranking)
    return Decision(
        intent,
        round(min(probability, 0.99), 4),
        kind=cast("Kind | None", "question" if intent == "question" else kind or None),
        ranking=ranking,
    )


def _weightiest(parts: Sequence[Part]) -> tuple[str, float]:
    def weight(part: Part) -> int:
        return _WEIGHT.index(part.label.partition("/")[2] or "question")

    best = min(parts, key=weight)
    return best.label, best.probability


def _after_but(reading: Reading, model: LanguageModel) -> tuple[str, float] | None:
    """What follows «men», or yes, no, thanks and a comma, when it has its own meaning."""
    for place, token in enumerate(reading.tokens[:-2]):
        if token.folded in {"men", ",", ".", "!", ";"} or (place == 0 and token.folded in _YES_NO):
            rest = reading.part(reading.tokens[place + 1].start, len(reading.text), model)
            if len(rest.words) < 3:
                return None
            label, probability = best_label(rest, model)
            told = label.startswith("feedback/") and label != "feedback/praise"
            if label == "question" and token.folded != "men" and not asks(rest):
                continue  # «Takk for god brøyting, hilsen Eli på Sørsida»
            if (told or label in {"question", "correct", "cancel"}) and probability >= 0.45:
                return label, probability
            if token.folded == "men":
                return None
    return None


_YES_NO = frozenset({"ja", "nei", "takk", "hei", "ok"})
