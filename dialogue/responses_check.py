"""Responses that would be silent, or say a placeholder's name aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dialogue.domain import Bot, Variation
from dialogue.forms import question_names
from dialogue.payload import parse
from dialogue.responses import chosen, filled
from knowledge.problems import Problem, Severity

STANDARD = "standard"
_NOT_SHOWN = ("attachment", "button_type", "elements", "image", "quick_replies")
_PLACEHOLDER = re.compile(r"(?<!{){([^\n{}]+?)}(?!})")


def response_problems(
    bot: Bot, standards: Sequence[str], channels: Sequence[str], sources: str
) -> Iterator[Problem]:
    """Every problem of the bot's responses; `sources` is the code of its actions."""
    direct = _said_by_rules(bot)
    for name, variations in bot.responses.items():
        yield from _silences(bot, name, variations, standards, channels)
        yield from _uneven(bot, name, variations, standards)
        yield from _ties(bot, name, variations)
        yield from _conditions(bot, name, variations)
        yield from _not_shown(bot, name, variations, channels)
        for variation in variations:
            yield from _placeholders(bot, name, variation, name in direct, sources)
            yield from _payloads(bot, name, variation)


def payload_intents(bot: Bot) -> set[str]:
    """The intents that buttons send."""
    intents = set()
    for variations in bot.responses.values():
        for variation in variations:
            for payload in _buttons(variation):
                parsed = parse(payload, bot.known_intents, bot.entities)
                intents.add(parsed["intent"]["name"])
    return intents


def _problem(
    bot: Bot, name: str, code: str, what: str, why: str, mend: str, severity: Severity = "error"
) -> Problem:
    place = bot.place("responses", name)
    return Problem(place.file, place.line, code, what, why, mend, severity)


def _said_by_rules(bot: Bot) -> set[str]:
    """Responses that are said as they are, without an action that gives values along."""
    named = {s.name for rule in bot.sources for s in rule.steps if s.kind == "action" and s.name}
    asked = {
        question
        for form in bot.forms.values()
        for slot in form.required_slots
        for question in question_names(form.name, slot)
    }
    return {name for name in named | asked if name in bot.responses}


def _silences(
    bot: Bot,
    name: str,
    variations: tuple[Variation, ...],
    standards: Sequence[str],
    channels: Sequence[str],
) -> Iterator[Problem]:
    looked_at = {slot for v in variations for slot, _ in v.condition or ()}
    for channel in channels:
        if STANDARD in looked_at:
            silent = [s for s in standards if chosen(variations, {STANDARD: s}, channel) is None]
            others = looked_at - {STANDARD}
            for standard in silent:
                if others and _ever_said(variations, standard, channel):
                    continue
                yield _problem(
                    bot,
                    name,
                    "responses.standard-missing",
                    f"«{name}» says nothing in {standard} on {channel}",
                    "Each response is needed in every written standard.",
                    f"write a variation with the condition {STANDARD}: {standard}.",
                )
        elif not looked_at and chosen(variations, {}, channel) is None:
            yield _problem(
                bot,
                name,
                "responses.channel-missing",
                f"«{name}» says nothing on {channel}",
                "Every variation is for another channel.",
                "write one without a channel.",
            )
    if looked_at - {STANDARD} and all(v.condition for v in variations):
        tied = [v for v in variations if {slot for slot, _ in v.condition or ()} == {STANDARD}]
        if not tied:
            yield _problem(
                bot,
                name,
                "responses.no-default",
                f"«{name}» says nothing when none of its conditions holds",
                "Then it is silent, and the next action runs.",
                "write a variation without a condition.",
                "warning",
            )


def _uneven(
    bot: Bot, name: str, variations: tuple[Variation, ...], standards: Sequence[str]
) -> Iterator[Problem]:
    """Words of a channel's own that are there in one written standard, and not in another."""
    for channel in dict.fromkeys(v.channel for v in variations if v.channel is not None):
        conditions = [dict(v.condition or ()) for v in variations if v.channel == channel]
        if any(set(condition) != {STANDARD} for condition in conditions):
            continue
        there = {condition[STANDARD] for condition in conditions}
        for standard in (s for s in standards if there & set(standards) and s not in there):
            yield _problem(
                bot,
                name,
                "responses.channel-uneven",
                f"«{name}» has words of its own for {channel}, and none in {standard}",
                "There it says what was written for every channel.",
                f"write the variation for {channel} and {standard} too, or take the others away.",
                "warning",
            )


def _ever_said(variations: tuple[Variation, ...], standard: str, channel: str) -> bool:
    return any(
        variation.channel in (None, channel)
        and dict(variation.condition or ()).get(STANDARD) == standard
        for variation in variations
    )


def _ties(bot: Bot, name: str, variations: tuple[Variation, ...]) -> Iterator[Problem]:
    seen = set()
    for variation in variations:
        key = (variation.channel, repr(sorted(variation.condition or (), key=repr)))
        if key in seen:
            yield _problem(
                bot,
                name,
                "responses.tie",
                f"«{name}» has two variations for the same case",
                "Rasa draws lots between them; like cases shall be answered alike.",
                "delete one, or give it a channel or a condition.",
            )
            return
        seen.add(key)


def _conditions(bot: Bot, name: str, variations: tuple[Variation, ...]) -> Iterator[Problem]:
    for slot in sorted({s for v in variations for s, _ in v.condition or ()} - set(bot.slots)):
        yield _problem(
            bot,
            name,
            "responses.unknown-slot",
            f"«{name}» looks at the slot «{slot}», which is not in the domain",
            "The condition can never hold.",
            "declare the slot, or correct the name.",
        )


def _not_shown(
    bot: Bot, name: str, variations: tuple[Variation, ...], channels: Sequence[str]
) -> Iterator[Problem]:
    there = {part for v in variations for part in _NOT_SHOWN if v.content.get(part)}
    for part in sorted(there) if channels else ():
        yield _problem(
            bot, name, "responses.not-shown",
            f"«{part}» of «{name}» is shown on none of {', '.join(channels)}",
            "Rasa hands it to its channel; ours show text and buttons.",
            "say it in the text, with a link.", "warning",
        )  # fmt: skip


def _placeholders(
    bot: Bot, name: str, variation: Variation, direct: bool, sources: str
) -> Iterator[Problem]:
    for text in _texts(variation.content):
        names = set(_PLACEHOLDER.findall(text)) if "{" in text else set()
        if not names:
            continue
        known = {n for n in names if n in bot.slots or (not direct and _given(n, sources))}
        unknown = names - known
        if unknown and not known and not text.startswith("/"):
            yield from _unknown(bot, name, unknown)
        elif unknown or filled(text, dict.fromkeys(names, "x")) == text:
            if text.startswith("/") and not known:
                continue  # JSON alone
            if unknown and not text.startswith("/"):
                yield from _unknown(bot, name, unknown)
                continue
            yield _problem(
                bot,
                name,
                "responses.braces",
                f"«{name}» has a placeholder beside other braces",
                "Then the whole text is left as it is, with the braces.",
                "let an action write the text, or take the other braces away.",
            )


def _unknown(bot: Bot, name: str, unknown: set[str]) -> Iterator[Problem]:
    listed = ", ".join(sorted(unknown))
    yield _problem(
        bot,
        name,
        "responses.placeholder",
        f"nobody fills {{{listed}}} in «{name}»",
        "Then the whole text is left as it is, with the braces.",
        "use the name of a slot, or give the value in the action that says it.",
    )


def _given(name: str, sources: str) -> bool:
    return not sources or re.search(rf"\b{re.escape(name)}\b", sources) is not None


def _payloads(bot: Bot, name: str, variation: Variation) -> Iterator[Problem]:
    for payload in _buttons(variation):
        parsed = parse(payload, bot.known_intents, bot.entities)
        entities = re.findall(r'"(\w+)"\s*:', payload)
        lost = [e for e in entities if e not in {p["entity"] for p in parsed["entities"]}]
        if parsed["intent"]["name"] is None or lost:
            what = f"entity «{lost[0]}»" if lost and parsed["intent"]["name"] else "intent"
            yield _problem(
                bot,
                name,
                "responses.payload",
                f"a button of «{name}» sends «{payload}», whose {what} is not in the domain",
                "Pressed, it would not be understood.",
                "declare it, or correct the payload.",
            )


def _buttons(variation: Variation) -> list[str]:
    buttons = variation.content.get("buttons") or ()
    payloads = [str(b.get("payload", "")) for b in buttons if isinstance(b, dict)]
    return [payload for payload in payloads if payload.startswith("/")]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
