"""Forms that nobody can fill, finish or begin, and slots whose mappings lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dialogue.domain import Bot, Form
from dialogue.forms import question_names
from dialogue.slots import NOT_SET, Mapping, Slot
from knowledge.problems import Problem, Severity


def _problem(
    bot: Bot, kind: str, name: str, code: str, what: str, why: str = "", mend: str = "",
    severity: Severity = "error",
) -> Problem:  # fmt: skip
    place = bot.place(kind, name)
    return Problem(place.file, place.line, code, what, why, mend, severity)


def form_problems(bot: Bot, sources: str) -> Iterator[Problem]:
    """What is wrong with the forms; `sources` is the code of the actions."""
    for form in bot.forms.values():
        for slot in form.required_slots:
            names = question_names(form.name, slot)
            if not bot.actions.intersection(names):
                yield _problem(
                    bot, "forms", form.name, "forms.no-question",
                    f"nothing asks for «{slot}» of «{form.name}»",
                    "The form would wait in silence.",
                    f"write the response {names[1]}.",
                )  # fmt: skip
            if f"validate_{form.name}" not in bot.user_actions and not _fillable(bot.slots[slot]):
                yield _problem(
                    bot, "forms", form.name, "forms.unfillable",
                    f"nothing can fill «{slot}» of «{form.name}»",
                    "Its mappings are custom without an action, and the form has no validator.",
                    f"give the slot a mapping, or write validate_{form.name}.",
                )  # fmt: skip
        yield from _ends_of_form(bot, form, sources)


def _fillable(slot: Slot) -> bool:
    return any(mapping.kind != "custom" or mapping.action for mapping in slot.mappings)


def _ends_of_form(bot: Bot, form: Form, sources: str) -> Iterator[Problem]:
    latest = [m.states[-1] for m in bot.rules.moments if m.action is not None]
    if not any(state.action == form.name and state.loop == NOT_SET for state in latest):
        yield _problem(
            bot, "forms", form.name, "forms.no-end",
            f"no rule says what follows when «{form.name}» is complete",
            "A fallback would then undo the whole form.",
            f"write a rule with the condition «active_loop: {form.name}» and the steps "
            f"«action: {form.name}», «active_loop: null» and what is said.",
        )  # fmt: skip
    begun = any(s.name == form.name for r in bot.sources for s in r.steps if s.kind == "loop")
    if not begun and not _begun_by_action(form, sources):
        yield _problem(
            bot, "forms", form.name, "forms.never-begun",
            f"no rule and no action begins «{form.name}»",
            mend="write the rule, or take the form away.",
            severity="warning",
        )  # fmt: skip


def _begun_by_action(form: Form, sources: str) -> bool:
    """Whether an action's code sends the conversation into the form."""
    begins = rf"(FollowupAction|ActiveLoop)\(\s*[\"']{re.escape(form.name)}[\"']"
    return re.search(begins, sources) is not None


def slot_problems(bot: Bot) -> Iterator[Problem]:
    """What is wrong with the slots' mappings."""
    for slot in bot.slots.values():
        for mapping in slot.mappings:
            if mapping.kind == "from_entity" and mapping.entity not in bot.entities:
                yield _problem(
                    bot, "slots", slot.name, "slots.unknown-entity",
                    f"a mapping of «{slot.name}» names the entity «{mapping.entity}», which is "
                    "not in the domain",
                    "A payload with it would be read without it.",
                    "declare the entity, or correct the name.",
                )  # fmt: skip
            for label in _unknown_labels(bot, mapping):
                yield _problem(
                    bot, "slots", slot.name, "slots.unknown-entity",
                    f"a mapping of «{slot.name}» names «{label}» of the entity "
                    f"«{mapping.entity}», which is not in the domain",
                    "No message would ever have it.",
                    "declare it among the entity's roles or groups, or correct the name.",
                )  # fmt: skip
            for intent in (*mapping.intents, *mapping.not_intents):
                if intent not in bot.known_intents:
                    yield _problem(
                        bot, "slots", slot.name, "slots.unknown-intent",
                        f"a mapping of «{slot.name}» names the intent «{intent}», which is not "
                        "in the domain",
                        mend="declare the intent, or correct the name.",
                    )  # fmt: skip
            if mapping.kind == "from_text" and not (
                mapping.intents or mapping.not_intents or _ignores(bot, mapping)
            ):
                yield _problem(
                    bot, "slots", slot.name, "slots.greedy",
                    f"«{slot.name}» takes any text, whatever it means",
                    "A question, or a wish to stop, becomes the value, and no rule answers it.",
                    "name in not_intent what shall not fill it.",
                    "warning",
                )  # fmt: skip


def _unknown_labels(bot: Bot, mapping: Mapping) -> list[str]:
    """The role and group of a mapping, as far as the entity does not have them."""
    written: Any = next(
        (e[mapping.entity] for e in bot.plain["entities"]
         if isinstance(e, dict) and mapping.entity in e), {},
    )  # fmt: skip
    named = (("roles", mapping.role), ("groups", mapping.group))
    return [name for key, name in named if name and name not in (written.get(key) or ())]


def _ignores(bot: Bot, mapping: Mapping) -> bool:
    loops = {condition.active_loop for condition in mapping.conditions}
    return any(form.ignored_intents for form in bot.forms.values() if form.name in loops)
