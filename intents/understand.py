"""One message, understood: the door of this room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from intents.answers import read_choice, read_rating, read_yes_no
from intents.commands import find_command, find_ticket
from intents.cues import Match
from intents.emergency import find_emergency
from intents.model import LanguageModel
from intents.normalise import tokenise
from intents.sensitive import mask
from intents.services import choose
from intents.tokens import MAX_UNDERSTOOD, Token, clean
from intents.understood import Entity, Kind, Rating, Sensitive, Understood
from intents.written_standard import find_standard


def understand(
    text: str,
    model: LanguageModel,
    *,
    expecting: Literal["rating", "choice"] | None = None,
    choices: Sequence[str] = (),
    known_standard: str | None = None,
) -> Understood:
    """Understand one message. Pure; never raises, whatever the text.

    `expecting` tells what the bot asked last, `choices` the titles it offered;
    `known_standard` is the person's written standard so far.
    """
    stored = mask(text)
    seen = clean(stored[:MAX_UNDERSTOOD])
    tokens = tokenise(seen, model.forms)
    standard = find_standard(
        seen, tokens, known_standard, model.default_standard, model.standard_weights
    )
    emergency = find_emergency(tokens, model.emergency.find(tokens))
    matches = model.cues.find(tokens)
    signs = {match.sign for match in matches}
    entities: list[Entity] = []
    rating: Rating | None = None
    choice: int | None = None
    kind: Kind | None = None
    intent, confidence = "nlu_fallback", 0.3
    command = find_command(seen)
    services = model.services.find(tokens)
    if emergency is not None:
        intent, confidence = "emergency", 0.95
    elif command is not None:
        intent, confidence = command[0], 0.99
        if command[1] is not None:
            entities.append(Entity("standard", command[1]))
    elif not any(token.text[0].isalnum() for token in tokens):
        if any(ord(character) > 0x2000 for character in seen):
            entities.append(Entity("emoji_only", True))
    else:
        yes_no = read_yes_no(tokens)
        if yes_no is not None:
            intent, confidence = yes_no, 0.97
        else:
            intent, kind, confidence = _by_cues(tokens, matches)
    if expecting == "rating" and emergency is None:
        answer = read_rating(seen, tokens)
        if answer is not None:
            if answer.value is not None:
                intent, confidence, kind = "rating", 0.98, None
                rating = Rating(answer.value, answer.comment)
            elif answer.half:
                intent, confidence, kind = "rating", 0.9, None
                entities.append(Entity("half_answer", list(answer.half)))
            else:
                intent, confidence, kind = "rating", 0.9, None
                entities.append(Entity("outside_scale", True))
    elif expecting == "choice" and emergency is None:
        chosen = read_choice(tokens, seen, choices)
        if chosen is not None and chosen >= 0:
            intent, confidence, choice, kind = "choice", 0.98, chosen, None
        elif chosen is not None:
            intent, confidence, kind = "deny", 0.98, None
            entities.append(Entity("none_of_these", True))
    ticket = find_ticket(seen)
    if ticket is not None:
        entities.append(Entity("ticket", *ticket))
        if intent in {"question", "nlu_fallback"}:
            intent, confidence, kind = "ticket_status", 0.9, None
    service = choose(services)
    if service is not None:
        entities.append(Entity("service", service))
    role = next((s[5:] for s in _ROLES if s in signs), None)
    about = next((s[6:] for s in _ABOUT if s in signs), None)
    return Understood(
        text=stored,
        standard=standard.standard,
        standard_sure=standard.sure,
        language=standard.language,
        intent=intent,
        confidence=confidence,
        kind=kind,
        role=role,  # type: ignore[arg-type]
        about=about,  # type: ignore[arg-type]
        service=service,
        unit=model.service_units.get(service) if service else None,
        sensitive=_sensitive(signs),
        emergency=emergency,
        rating=rating,
        choice=choice,
        entities=tuple(entities),
    )


_ROLES = ("role guardian", "role relative", "role employee", "role user", "role resident")
_ABOUT = ("about director", "about political", "about leader", "about employee", "about unit")


def _sensitive(signs: set[str]) -> Sensitive:
    if "sensitive threat" in signs:
        return "threat"
    if "sensitive child" in signs:
        return "child"
    return "health" if "sensitive health" in signs else "none"


def _by_cues(tokens: Sequence[Token], matches: Sequence[Match]) -> tuple[str, Kind | None, float]:
    counts: dict[str, int] = {}
    for match in matches:
        counts[match.sign] = counts.get(match.sign, 0) + 1
    first = tokens[0].folded
    asks = tokens[-1].text.startswith("?") or first in {"når", "hvor", "hvordan", "hva", "hvem"}
    order: tuple[Kind, ...] = (
        "concern", "appeal", "access", "deviation", "complaint", "suggestion", "praise",
    )  # fmt: skip
    best = max(order, key=lambda kind: (counts.get(kind, 0), -order.index(kind)))
    if asks or not counts.get(best):
        if counts.get("question"):
            return "question", "question", 0.7
        return ("nlu_fallback", None, 0.3) if not counts.get(best) else ("feedback", best, 0.6)
    return "feedback", best, 0.6
