"""Which open question a message answers.

The latest question comes first, but words win: «vurdering 4» reaches the rating even
when a menu was asked later. What answers no open question is heard as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dialogue.conversation import Conversation, Prompt
from dialogue.replies import Choice
from intents.remarks import is_typed_smile
from intents.understood import Rating, Understood

CHOICE_OPEN_FOR = timedelta(hours=24)
RATING_OPEN_FOR = timedelta(days=14)
_OPEN_FOR = {"choice": CHOICE_OPEN_FOR, "rating": RATING_OPEN_FOR, "form": CHOICE_OPEN_FOR}
MOST_OPEN = 5
LOWEST_RATING, HIGHEST_RATING = 1, 6

# Said at any time, and never an answer to a question.
COMMANDS = frozenset({"emergency", "stop", "start", "help", "forget_me", "switch_standard"})

WHICH_ONE = "/which_one"  # «ja» to a menu: asked again which one
WHICH_QUESTION = "/which_question"  # a number that may be meant for two questions
NONE_OF_THEM = "/none_of_them"  # «nei» to cases or questions to choose from
DIGIT = re.compile(r"\s*([1-9])\s*[.)!]?\s*")
LISTED_CASE = re.compile(r"S(\d+)\b")
NAMES_CASE = re.compile(r"\s*sak(?:en|a)?\s*(?:nr\.?|nummer)?\s*s?(\d+)\b", re.IGNORECASE)
BARE_REPLIES = frozenset({"affirm", "deny", "dont_know"})  # that name no question
YES, NO = frozenset({"ja", "send"}), frozenset({"nei"})
OTHER = ("noe annet", "noko anna")  # the last choice of a menu

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
    kept = [p for p in conversation.prompts if at - p.asked_at <= _OPEN_FOR[p.kind]]
    return tuple(kept[-MOST_OPEN:])


def without_rating(prompts: Sequence[Prompt], about: dict[str, Any]) -> tuple[Prompt, ...]:
    """The open questions without the rating about an encounter or ticket."""
    return tuple(
        p for p in prompts
        if p.kind != "rating" or any(p.data.get(k) != v for k, v in about.items())
    )  # fmt: skip


def reminded(prompts: Sequence[Prompt], encounter: str, at: datetime) -> tuple[Prompt, ...]:
    """The open questions, the rating about an encounter brought to mind; their order stays."""
    return tuple(
        msgspec.structs.replace(p, reminded_at=at)
        if p.kind == "rating" and p.data.get("encounter") == encounter else p
        for p in prompts
    )  # fmt: skip


def numbered(number: int, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices with payloads that name their question, so that an old button finds it."""
    return tuple(
        Choice(title=choice.title, payload=f"p{number}:{index}")
        for index, choice in enumerate(choices)
    )


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
        return _rated(prompt, value, understood) if value <= HIGHEST_RATING else None
    if int(index) >= len(prompt.choices):
        return None
    return _chosen(prompts, prompt, int(index), understood)


def by_words(
    prompts: Sequence[Prompt], plain: Understood, remark: str | None, understand: Understand
) -> Answer | None:
    """The answer that typed words give, tried from the latest question to the oldest.

    `remark` is what `find_remark` said of the message. «ja», «nei» and «veit ikkje» are said to
    the latest question only; a reminder is asked about before they, or a number, are taken.
    """
    if plain.intent in COMMANDS or not prompts or is_typed_smile(plain.text):
        return None
    if plain.intent == "rating" and plain.rating is not None:
        return _named_rating(prompts, plain)
    if (case := NAMES_CASE.match(plain.text)) is not None:
        return _named_case(prompts, int(case[1]), plain)
    if (digit := DIGIT.fullmatch(plain.text)) is not None:
        doubtful = _doubtful(prompts, int(digit[1]), plain)
        if doubtful is not None:
            return doubtful
    rated = understand("rating", ()) if any(p.kind == "rating" for p in prompts) else None
    for prompt in reversed(prompts):
        is_latest = prompt.number == prompts[-1].number
        answer = None
        if rated is not None and prompt.kind == "rating":
            answer = _to_rating(prompt, rated)
        elif prompt.choices:
            answer = _to_choice(prompts, prompt, plain, remark, understand)
        if answer is not None and not is_latest and answer.understood.intent in BARE_REPLIES:
            answer = None
        if answer is not None:
            return answer
    return None


def _rated(prompt: Prompt, value: int, understood: Understood) -> Answer:
    pressed = msgspec.structs.replace(understood, rating=Rating(value=value))
    return Answer(prompt=prompt, payload="/rating", understood=pressed, data=prompt.data)


def _named_rating(prompts: Sequence[Prompt], plain: Understood) -> Answer | None:
    """«vurdering 4», «6 til helsestasjonen»: the rating that the words name, and no other."""
    ratings = [p for p in prompts if p.kind == "rating"]
    if plain.service or plain.unit:
        ratings = [
            p for p in ratings
            if (plain.service and p.data.get("service") == plain.service)
            or (plain.unit and p.data.get("unit") == plain.unit)
        ]  # fmt: skip
    if not ratings:
        return None
    older = _reminded_since(ratings[:-1], ratings[-1])
    if older is not None and plain.rating is not None:
        return _asked_about(older, ratings[-1], plain.rating.value, plain)
    return Answer(prompt=ratings[-1], payload="/rating", understood=plain, data=ratings[-1].data)


def _named_case(prompts: Sequence[Prompt], number: int, plain: Understood) -> Answer | None:
    """«sak 12»: the case of that number where one is to be chosen; else the line of that number.
    No other question is meant."""
    for prompt in reversed(prompts):
        cases = [LISTED_CASE.match(choice.title) for choice in prompt.choices]
        if not any(cases):
            continue
        meant = [place for place, case in enumerate(cases) if case and case[1] == str(number)]
        if meant:
            return _chosen(prompts, prompt, meant[0], plain)
        if number <= len(cases):
            return _chosen(prompts, prompt, number - 1, plain)
    return None


def _doubtful(prompts: Sequence[Prompt], digit: int, plain: Understood) -> Answer | None:
    """A bare number after a reminder: for the rating, or for what was asked in between?"""
    latest = prompts[-1]
    most = HIGHEST_RATING if latest.kind == "rating" else len(latest.choices)
    if not 1 <= digit <= min(HIGHEST_RATING, most):
        return None
    older = _reminded_since(prompts[:-1], latest)
    return None if older is None else _asked_about(older, latest, digit, plain)


def _reminded_since(prompts: Sequence[Prompt], latest: Prompt) -> Prompt | None:
    """The rating that was brought to mind after the latest question was asked."""
    since = max(latest.asked_at, latest.reminded_at or latest.asked_at)
    brought = [p for p in prompts if p.reminded_at is not None and p.reminded_at > since]
    return brought[-1] if brought else None


def _asked_about(rating: Prompt, other: Prompt, digit: int, plain: Understood) -> Answer:
    data = {"rating": rating.number, "other": other.number, "digit": digit}
    return Answer(prompt=other, payload=WHICH_QUESTION, understood=plain, data=data)


def _to_rating(prompt: Prompt, heard: Understood) -> Answer | None:
    payload = {
        "rating": "/rating",
        "deny": "/rating_declined",
        "dont_know": "/rating_unknown",
    }.get(heard.intent)
    if payload is None:
        return None
    if heard.rating is not None and heard.rating.comment is None and prompt.data.get("said"):
        commented = Rating(value=heard.rating.value, comment=str(prompt.data["said"]))
        heard = msgspec.structs.replace(heard, rating=commented)
    return Answer(prompt=prompt, payload=payload, understood=heard, data=prompt.data)


def _to_choice(
    prompts: Sequence[Prompt],
    prompt: Prompt,
    plain: Understood,
    remark: str | None,
    understand: Understand,
) -> Answer | None:
    titles = [choice.title.casefold() for choice in prompt.choices]
    said = plain.text.casefold().strip(" .!")
    if said in titles:
        return _chosen(prompts, prompt, titles.index(said), plain)
    first = [title.split(",")[0].split()[0] for title in titles]
    if remark == "send":
        meant = next((place for place, word in enumerate(first) if word in YES), None)
        return None if meant is None else _chosen(prompts, prompt, meant, plain)
    if remark == "both" and titles[-1].startswith(OTHER) and prompt.kind == "form":
        return _chosen(prompts, prompt, len(titles) - 1, plain)
    heard = understand("choice", [choice.title for choice in prompt.choices])
    if heard.choice is not None and heard.choice < len(prompt.choices):
        return _chosen(prompts, prompt, heard.choice, heard)
    if any(entity.entity == "none_of_these" for entity in heard.entities):
        other = titles[-1].startswith(OTHER)  # «noko anna» stands last
        return _chosen(prompts, prompt, len(titles) - 1, heard) if other else None
    return _to_yes_or_no(prompts, prompt, heard, first)


def _to_yes_or_no(
    prompts: Sequence[Prompt], prompt: Prompt, heard: Understood, first: list[str]
) -> Answer | None:
    """«ja takk», «gjer det», «helst ikkje» to a question that offers yes and no; to a menu
    yes says too little, and no is none of these."""
    words = {"affirm": YES, "deny": NO}.get(heard.intent)
    if words is None:
        return None
    offered = [place for place, word in enumerate(first) if word in words]
    if prompt.kind == "choice" and offered:
        return _chosen(prompts, prompt, offered[0], heard)
    if prompt.number != prompts[-1].number or any(word in YES | NO for word in first):
        return None  # an open form takes its own yes and no
    if heard.intent == "affirm":
        return Answer(prompt=prompt, payload=WHICH_ONE, understood=heard, data=prompt.data)
    if prompt.choices[-1].title.casefold().startswith(OTHER):
        return _chosen(prompts, prompt, len(prompt.choices) - 1, heard)
    if prompt.kind == "choice":
        return Answer(prompt=prompt, payload=NONE_OF_THEM, understood=heard, data=prompt.data)
    return None


def _chosen(
    prompts: Sequence[Prompt], prompt: Prompt, index: int, understood: Understood
) -> Answer | None:
    """A choice; one that asked which question was meant leads on to that question."""
    payload = prompt.choices[index].payload
    if not payload.startswith("/"):
        return by_button(prompts, payload, understood)
    return Answer(prompt=prompt, payload=payload, understood=understood, data=prompt.data)
