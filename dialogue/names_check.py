"""What the code of the actions names: responses and slots that are not there, or for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.domain import Bot
from dialogue.slots import REQUESTED_SLOT, Slot
from knowledge.problems import Problem

_SAID = re.compile(r"[\"'](utter_\w+)[\"']")
_HELD = re.compile(r"(?:SlotSet|get_slot)\(\s*[\"'](\w+)[\"']")
_BUILT = re.compile(r"\bf[\"'](utter_\w*{[^\"']*)[\"']")
_WORD = re.compile(r"[\"'](\w+)[\"']")
_OF_SLOT = re.compile(r"\b(?:validate|extract)_(\w+)")
_PLACEHOLDER = re.compile(r"{(\w+)}")
# Said by Rasa if the bot has it; the last is no response but a key of Rasa's events.
_IF_THERE = {"utter_back", "utter_restart", "utter_ask_rephrase", "utter_action"}


def name_problems(bot: Bot, sources: str, own: str) -> Iterator[Problem]:
    """`sources` is the code of the actions and what it uses, `own` the actions' alone."""
    yield from _not_there(bot, sources)
    yield from _built(own)
    if sources:
        yield from _idle_slots(bot, sources)


def _not_there(bot: Bot, sources: str) -> Iterator[Problem]:
    """Responses and slots that the code names, and the domain has not."""
    for kind, names, known in (
        ("response", _SAID, {*bot.actions, *_IF_THERE}),
        ("slot", _HELD, {*bot.slots, REQUESTED_SLOT}),
    ):
        for name in sorted(set(names.findall(sources)) - known):
            yield Problem(
                "domain.yml",
                0,
                "actions.unknown-name",
                f"the code of the actions names the {kind} «{name}», which is not in the domain",
                "Rasa says nothing then, or keeps nothing, without a word.",
                f"write the {kind}, or correct the name.",
            )


def _built(own: str) -> Iterator[Problem]:
    """Names of responses that are put together: whether they are there, nobody can see."""
    for name in dict.fromkeys(_BUILT.findall(own)):
        yield Problem(
            "domain.yml",
            0,
            "actions.name-built",
            f"the code of the actions puts the name of a response together: «{name}»",
            "Whether the domain has each of them cannot be told; one that it has not is silence.",
            "write the names out, one for each value, in a mapping.",
            "warning",
        )


def _idle_slots(bot: Bot, sources: str) -> Iterator[Problem]:
    """Slots that nothing fills, and those that nothing reads."""
    named = set(_WORD.findall(sources)) | set(_OF_SLOT.findall(sources))
    read = _read_by_bot(bot)
    for slot in bot.slots.values():
        if slot.name in named or slot.name == REQUESTED_SLOT:
            continue
        if slot.initial is None and not any(m.kind != "custom" or m.action for m in slot.mappings):
            yield _idle(
                bot, slot, "slots.never-set", "fills",
                "No mapping, and the code does not name it. A value that an action gives with a "
                "response needs no slot.",
            )  # fmt: skip
        elif slot.name not in read:
            yield _idle(bot, slot, "slots.never-read", "reads", "No rule, form, text or action.")


def _read_by_bot(bot: Bot) -> set[str]:
    """The slots that rules, forms and responses look at."""
    steps = [step for rule in bot.sources for step in (*rule.conditions, *rule.steps)]
    variations = [variation for each in bot.responses.values() for variation in each]
    return {
        *(name for step in steps for name, _ in step.slots),
        *(name for form in bot.forms.values() for name in form.required_slots),
        *(name for variation in variations for name, _ in variation.condition or ()),
        *(name for v in variations for name in _PLACEHOLDER.findall(repr(dict(v.content)))),
    }


def _idle(bot: Bot, slot: Slot, code: str, what: str, why: str) -> Problem:
    place = bot.place("slots", slot.name)
    return Problem(
        place.file,
        place.line,
        code,
        f"nothing {what} the slot «{slot.name}»",
        why,
        "take it away, or correct the name.",
        "warning",
    )
