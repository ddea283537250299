"""Which open question a message answers.

The latest question comes first, but words win: «vurdering 4» reaches the rating even
when a menu was asked later. What answers no open question is heard as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dialogue.conversation import Conversation, Prompt
from intents.understood import Rating, Understood

CHOICE_OPEN_FOR = timedelta(hours=24)
RATING_OPEN_FOR = timedelta(days=14)
MOST_OPEN = 5
LOWEST_RATING, HIGHEST_RATING = 1, 6

# Said at any time, and never an answer to a question.
COMMANDS = frozenset({"emergency", "stop", "start", "help", "forget_me", "switch_standard"})

Understand = Callable[[str | None, Sequence[str]], Understood]
"""`understand` of one message, given what is expected and the offered choices."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An open question and what the message says to it.

    `payload` is a Rasa payload (``/affirm``); `data` is what a rating is about.
    """

    prompt: Prompt
    payload: str
    understood: Understood
    data: dict[str, Any] = {}


def still_open(conversation: Conversation, at: datetime) -> tuple[Prompt, ...]:
    """The questions that can still be answered at `at`, latest last."""
    open_for = {"choice": CHOICE_OPEN_FOR, "rating": RATING_OPEN_FOR, "form": CHOICE_OPEN_FOR}
    kept = [p for p in conversation.prompts if at - p.asked_at <= open_for[p.kind]]
    return tuple(kept[-MOST_OPEN:])


def by_button(prompts: Sequence[Prompt], payload: str, understood: Understood) -> Answer | None:
    """The answer that a pressed button gives, if its question is still open."""
    number, _, index = payload.removeprefix("p").partition(":")
    if not (number.isdecimal() and index.isdecimal()):
        return None
    prompt = next((p for p in prompts if p.number == int(number)), None)
    if prompt is None:
        return None
    if prompt.kind == "rating":
        value = int(index) + 1
        if not LOWEST_RATING <= value <= HIGHEST_RATING:
            return None
        pressed = msgspec.structs.replace(understood, rating=Rating(value=value))
        return Answer(prompt=prompt, payload="/rating", understood=pressed, data=prompt.data)
    if int(index) >= len(prompt.choices):
        return None
    return _chosen(prompt, int(index), understood)


def by_words(prompts: Sequence[Prompt], plain: Understood, understand: Understand) -> Answer | None:
    """The answer that typed words give, tried from the latest question to the oldest."""
    if plain.intent in COMMANDS:
        return None
    named = _named_rating(prompts, plain)
    if named is not None:
        return named
    for prompt in reversed(prompts):
        answer = _to_rating(prompt, understand) if prompt.kind == "rating" else None
        if answer is None and prompt.choices:
            answer = _to_choice(prompt, understand)
        if answer is not None:
            return answer
    return None


def _named_rating(prompts: Sequence[Prompt], plain: Understood) -> Answer | None:
    """«vurdering 4», «6 til helsestasjonen»: the rating that the words name."""
    if plain.intent != "rating" or plain.rating is None:
        return None
    ratings = [p for p in prompts if p.kind == "rating"]
    about = [
        p for p in ratings
        if (plain.service and p.data.get("service") == plain.service)
        or (plain.unit and p.data.get("unit") == plain.unit)
    ]  # fmt: skip
    prompt = next(iter([*reversed(about), *reversed(ratings)]), None)
    if prompt is None:
        return None
    return Answer(prompt=prompt, payload="/rating", understood=plain, data=prompt.data)


def _to_rating(prompt: Prompt, understand: Understand) -> Answer | None:
    heard = understand("rating", ())
    payload = {
        "rating": "/rating",
        "deny": "/rating_declined",
        "dont_know": "/rating_unknown",
    }.get(heard.intent)
    if payload is None:
        return None
    return Answer(prompt=prompt, payload=payload, understood=heard, data=prompt.data)


def _to_choice(prompt: Prompt, understand: Understand) -> Answer | None:
    heard = understand("choice", [choice.title for choice in prompt.choices])
    if heard.choice is not None and heard.choice < len(prompt.choices):
        return _chosen(prompt, heard.choice, heard)
    if any(entity.entity == "none_of_these" for entity in heard.entities):
        return _chosen(prompt, len(prompt.choices) - 1, heard)  # «noko anna» stands last
    return _to_yes_or_no(prompt, heard) if prompt.kind == "choice" else None


def _to_yes_or_no(prompt: Prompt, heard: Understood) -> Answer | None:
    """«ja takk», «gjer det», «helst ikkje» to a question that offers yes and no."""
    word = {"affirm": "ja", "deny": "nei"}.get(heard.intent)
    first_words = [choice.title.casefold().split(",")[0].split()[0] for choice in prompt.choices]
    return _chosen(prompt, first_words.index(word), heard) if word in first_words else None


def _chosen(prompt: Prompt, index: int, understood: Understood) -> Answer:
    payload = prompt.choices[index].payload
    return Answer(prompt=prompt, payload=payload, understood=understood, data=prompt.data)
