"""What Rasa would train without a word, and a person would meet as silence.

`load_bot` refuses what Rasa refuses; here stand the traps that are left. Each problem names
file, line and mend; an error is something that a person will notice.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import Any

from dialogue.domain import DEFAULT_FALLBACK, DEFAULT_INTENTS, VALIDATE_MAPPINGS, Bot
from dialogue.forms_check import form_problems, slot_problems
from dialogue.moments import moments_of
from dialogue.names_check import name_problems
from dialogue.responses_check import payload_intents, response_problems
from dialogue.rules import LISTEN, RuleSource
from dialogue.slots import REQUESTED_SLOT, Slot
from knowledge.problems import Problem, Severity

_FOLLOWED = re.compile(r"FollowupAction\(\s*[\"'](\w+)[\"']")


def check_bot(
    bot: Bot,
    actions: MappingType[str, Any] | Collection[str] = (),
    standards: Sequence[str] = ("nb", "nn"),
    channels: Sequence[str] = ("sms", "telegram"),
) -> list[Problem]:
    """Every problem of a bot that is loaded, worst first in each file.

    `actions` are the actions that are written, by name. `standards` are the values that the
    slot `standard` takes; a response that looks at it must have a variation for each, on
    each of `channels`.
    """
    written = list(actions.values()) if isinstance(actions, MappingType) else []
    sources, own = _sources(written), _sources(written, own=True)
    found = [
        *bot.warnings,
        *_rule_problems(bot),
        *form_problems(bot, sources),
        *slot_problems(bot),
        *_action_problems(bot, frozenset(actions)),
        *_lost_followups(bot, sources),
        *name_problems(bot, sources, own),
        *_intent_problems(bot),
        *response_problems(bot, standards, channels, sources),
    ]
    return sorted(dict.fromkeys(found), key=lambda p: (p.file, p.severity, p.line, p.code, p.what))


def _sources(actions: Iterable[Any], *, own: bool = False) -> str:
    """The code of the actions: beside them, and (unless `own`) in the packages above and used.

    The packages above are read from their folders, so that what is told does not hang on what
    happens to be imported.
    """
    files: set[Path] = set()
    for module in {type(action).__module__ for action in actions}:
        path = getattr(sys.modules.get(module), "__file__", None)
        if path is None:
            continue
        above = list(Path(path).parents)[: max(module.count("."), 1)]
        for folder in above[:1] if own else above:
            files |= set(folder.glob("*.py"))
        top = module.partition(".")[0] + "."
        used = [m for name, m in sys.modules.items() if name.startswith(top) and m is not None]
        found = () if own else used
        files |= {Path(inspect.getfile(m)) for m in found if getattr(m, "__file__", None)}
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(files))


def _problem(
    bot: Bot, kind: str, name: str, code: str, what: str, why: str = "", mend: str = "",
    severity: Severity = "error",
) -> Problem:  # fmt: skip
    place = bot.place(kind, name)
    return Problem(place.file, place.line, code, what, why, mend, severity)


def _of_rule(
    rule: RuleSource, code: str, what: str, why: str, mend: str, severity: Severity = "error"
) -> Problem:
    return Problem(rule.place.file, rule.place.line, code, what, why, mend, severity)


# -- rules


def _rule_problems(bot: Bot) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], RuleSource] = {}
    for rule in bot.sources:
        moments = moments_of(rule, bot.slots, bot.rules.entities_of)
        yield from _lost_form(rule, bot)
        yield from _ignored_conditions(rule, bot)
        yield from _unknown_entities(rule, bot)
        if not rule.waits:
            yield from _nothing_follows(rule, bot)
        key = tuple((repr(m.states), m.action) for m in moments)
        other = seen.setdefault(key, rule)
        if other.place != rule.place:
            yield _of_rule(
                rule,
                "rules.dead",
                f"the rule «{rule.name}» says the same as «{other.name}»",
                f"{other.place.file}:{other.place.line} answers each case of it.",
                "delete one of them.",
                "warning",
            )


def _lost_form(rule: RuleSource, bot: Bot) -> Iterator[Problem]:
    """A rule in a form that neither goes back to it nor ends it."""
    loop: str | None = None
    action: str | None = None
    for step in (*rule.conditions, *rule.steps):
        if step.kind == "loop":
            loop = step.name
        elif step.kind == "action" and step.name != LISTEN:
            action = step.name
    asks = any(step.kind == "intent" for step in rule.steps)
    if loop in bot.forms and asks and rule.waits and action != loop:
        yield _of_rule(
            rule,
            "rules.form-lost",
            f"the rule «{rule.name}» ends in neither «{loop}» nor action_deactivate_loop",
            "The form stays open, and what is answered after the rule is lost.",
            f"end it with «- action: {loop}» and «- active_loop: {loop}», or deactivate the form.",
        )


def _ignored_conditions(rule: RuleSource, bot: Bot) -> Iterator[Problem]:
    for step in (*rule.conditions, *rule.steps):
        for name, value in step.slots:
            slot = bot.slots.get(name)
            if slot is None or (name == REQUESTED_SLOT and value is None):
                continue
            if not slot.influence:
                yield _of_rule(
                    rule,
                    "rules.slot-ignored",
                    f"the rule «{rule.name}» looks at «{name}», which rules do not see",
                    "A slot without influence_conversation, and requested_slot unless it is "
                    "declared as categorical, changes no rule.",
                    "give the slot influence_conversation: true, or take the condition away.",
                )
            elif slot.type == "categorical" and not _has_value(slot, value):
                yield _of_rule(
                    rule,
                    "rules.slot-value-unknown",
                    f"the rule «{rule.name}» wants «{value}» of «{name}», which is none of its "
                    "values",
                    f"Its values are {', '.join(slot.values)}.",
                    "correct the value, or add it to the slot.",
                )


def _unknown_entities(rule: RuleSource, bot: Bot) -> Iterator[Problem]:
    names = {e["entity"] for s in rule.steps for e in s.entities} - set(bot.entities)
    for name in sorted(names):
        yield _of_rule(
            rule,
            "rules.unknown-name",
            f"the rule «{rule.name}» names the entity «{name}», which is not in the domain",
            "A payload with it is read without it: the rule could never win.",
            "declare the entity, or correct the name.",
        )


def _has_value(slot: Slot, value: Any) -> bool:
    return value is None or str(value).lower() in slot.values


def _nothing_follows(rule: RuleSource, bot: Bot) -> Iterator[Problem]:
    last = next((s.name for s in reversed(rule.steps) if s.kind == "action"), None)
    starts = {r.steps[0].name for r in bot.sources if r.steps[0].kind == "action"}
    if last not in starts:
        yield _of_rule(
            rule,
            "rules.nothing-follows",
            f"the rule «{rule.name}» does not wait, and no rule begins with «{last}»",
            "Nothing fits then: a fallback takes the turn back.",
            "take wait_for_user_input away, or write the rule that goes on.",
        )


# -- actions and intents


def _action_problems(bot: Bot, actions: frozenset[str]) -> Iterator[Problem]:
    if bot.fallback not in (None, DEFAULT_FALLBACK):
        yield Problem(
            "config.yml",
            0,
            "config.fallback",
            f"the fallback «{bot.fallback}» would repeat itself",
            "Nothing follows it, so it is chosen until the limit, and then nothing is answered.",
            f"use {DEFAULT_FALLBACK}, and write utter_default.",
        )
    called = {m.action for s in bot.slots.values() for m in s.mappings if m.action}
    for name in (*bot.user_actions, *sorted(called - set(bot.user_actions))):
        if name not in actions and not name.startswith("utter_"):
            yield _problem(
                bot, "actions", name, "actions.unwritten",
                f"the action «{name}» is not written",
                "It would say nothing, and what it should do would not happen.",
                "write it, or take it out of the domain.",
            )  # fmt: skip
    validators = {f"validate_{form}" for form in bot.forms}
    for name in sorted(actions - set(bot.user_actions)):
        needed = name in validators or name == VALIDATE_MAPPINGS
        yield Problem(
            "domain.yml",
            0,
            "actions.undeclared",
            f"the action «{name}» is written, but not in the domain",
            "It is never run." if needed else "No rule can name it.",
            "add it to «actions».",
            "error" if needed else "warning",
        )


def _lost_followups(bot: Bot, sources: str) -> Iterator[Problem]:
    """Actions that another action sends the conversation to, and after which nothing comes."""
    begun = {r.steps[0].name for r in bot.sources if r.steps[0].kind == "action"}
    going_on = begun | set(bot.forms) | {LISTEN}
    for name in dict.fromkeys(_FOLLOWED.findall(sources)):
        if name in bot.actions - going_on:
            yield _problem(
                bot, "responses" if name in bot.responses else "actions", name,
                "actions.followup-lost",
                f"FollowupAction sends the conversation to «{name}», and no rule goes on after it",
                "A fallback then takes the whole turn back.",
                f"write a rule that begins with «action: {name}», or follow up with a form or "
                "action_listen.",
                "warning",
            )  # fmt: skip


def _intent_problems(bot: Bot) -> Iterator[Problem]:
    answered = {s.name for rule in bot.sources for s in rule.steps if s.kind == "intent"}
    filling = {i for slot in bot.slots.values() for m in slot.mappings for i in m.intents}
    for intent in bot.intents:
        if intent in answered | filling | payload_intents(bot) | set(DEFAULT_INTENTS):
            continue
        yield _problem(
            bot, "intents", intent, "intents.unanswered",
            f"no rule answers the intent «{intent}», and it fills no slot",
            "The fallback answers it.",
            "write a rule, or take the intent away.",
            "warning",
        )  # fmt: skip
