"""Rules held against the domain and against each other: what Rasa refuses to train."""

from __future__ import annotations

from collections.abc import Iterable

from dialogue.domain import Bot
from dialogue.moments import moments_of
from dialogue.rules import LISTEN, Moment, RuleSource, State, Step
from dialogue.slots import NOT_SET
from knowledge.problems import Problem


def rule_problems(bot: Bot, _actions: frozenset[str]) -> list[Problem]:
    """Every fault of the bot's rules, forms and slots for which it is refused."""
    found = [problem for rule in bot.sources for problem in _unknown_names(bot, rule)]
    found += _form_problems(bot)
    if not found:
        found += _contradictions(bot)
        found += _incomplete(bot)
    return list(dict.fromkeys(found))


def _unknown_names(bot: Bot, rule: RuleSource) -> Iterable[Problem]:
    for step in (*rule.conditions, *rule.steps):
        for kind, name in _names(step):
            known = {
                "intent": bot.known_intents,
                "action": bot.actions,
                "form": frozenset((*bot.forms, *_LOOPS)),
                "slot": frozenset((*bot.slots, "requested_slot")),
            }[kind]
            if name not in known:
                yield Problem(
                    rule.place.file,
                    step.line,
                    "rules.unknown-name",
                    f"the rule «{rule.name}» names the {kind} «{name}», which is not in the domain",
                    mend=f"declare the {kind} in the domain, or correct the name.",
                )


_LOOPS = ("action_two_stage_fallback",)


def _names(step: Step) -> Iterable[tuple[str, str]]:
    if step.kind == "slots":
        for name, _ in step.slots:
            yield "slot", name
    elif step.name is not None:
        yield {"loop": "form"}.get(step.kind, step.kind), step.name


def _form_problems(bot: Bot) -> Iterable[Problem]:
    for form in bot.forms.values():
        place = bot.place("forms", form.name)
        for name in form.required_slots:
            if name not in bot.slots:
                yield Problem(
                    place.file,
                    place.line,
                    "forms.unknown-slot",
                    f"the form «{form.name}» requires the slot «{name}», "
                    "which is not in the domain",
                    mend="declare the slot, or correct the name.",
                )
        for name in form.ignored_intents:
            if name not in bot.known_intents:
                yield Problem(
                    place.file, place.line, "forms.unknown-intent",
                    f"the form «{form.name}» ignores the intent «{name}», "
                    "which is not in the domain",
                    "Rasa takes it without a word.",
                    "declare the intent, or correct the name.",
                )  # fmt: skip
    for slot in bot.slots.values():
        place = bot.place("slots", slot.name)
        for mapping in slot.mappings:
            for condition in mapping.conditions:
                form_named = bot.forms.get(condition.active_loop or "")
                asked = condition.requested_slot
                if form_named is not None and asked is not None and asked not in bot.slots:
                    yield Problem(
                        place.file, place.line, "slots.mapping-condition",
                        f"a mapping of «{slot.name}» waits for the requested_slot «{asked}», "
                        "which is not in the domain",
                        "It could never hold.",
                        "correct the name.",
                    )  # fmt: skip
                if condition.active_loop is not None and condition.active_loop not in bot.forms:
                    yield Problem(
                        place.file,
                        place.line,
                        "slots.unknown-form",
                        f"a mapping of «{slot.name}» names the form «{condition.active_loop}», "
                        "which is not in the domain",
                        mend="declare the form, or correct the name.",
                    )


def _contradictions(bot: Bot) -> Iterable[Problem]:
    """Moments at which another rule wins than the one that was written for them."""
    every = [moment for rule in bot.sources for moment in _moments(bot, rule)]
    for moment in every:
        loop = moment.states[-1].loop
        loop = None if loop == NOT_SET else loop
        if _runs_by_itself(moment, loop):
            continue
        chosen = bot.rules.next((*_before(moment.rule), *moment.states), loop)
        wanted = moment.action
        if wanted is None:  # another rule shall go on; any may
            continue
        if chosen.action != wanted and not (chosen.action == loop and wanted == LISTEN):
            place = moment.rule.place
            yield Problem(
                place.file,
                place.line,
                "rules.contradiction",
                f"the rule «{moment.rule.name}» wants «{wanted}» where «{chosen.by}» "
                f"wants «{chosen.action}»",
                "Both fit the same moment, and neither says more than the other. Slots without "
                "influence and the values of texts and lists do not tell rules apart.",
                "add a condition that tells them apart, or make them one rule.",
            )


def _before(rule: RuleSource) -> tuple[State, ...]:
    """What may have been before the rule: anything, unless it begins the conversation."""
    return () if rule.at_start else (State("...", None, (), {}, None),)


def _moments(bot: Bot, rule: RuleSource) -> list[Moment]:
    return moments_of(rule, bot.slots, bot.rules.entities_of)


def _runs_by_itself(moment: Moment, loop: str | None) -> bool:
    """Whether the form itself says what comes next, before any rule is asked."""
    return loop is not None and moment.states[-1].action == loop and moment.action == LISTEN


def _incomplete(bot: Bot) -> Iterable[Problem]:
    """Actions after which one rule names a slot or a form's state, and another does not."""
    slots_after: dict[str, set[str]] = {}
    loops_after: dict[str, set[str]] = {}
    for rule in bot.sources:
        latest: str | None = None
        for step in rule.steps:
            if step.kind == "intent":
                latest = None
            elif step.kind == "action":
                latest = step.name
            elif latest is not None and step.kind == "slots":
                names = {n for n, _ in step.slots if n in bot.slots and bot.slots[n].influence}
                slots_after.setdefault(latest, set()).update(names)
            elif latest is not None and step.kind == "loop":
                loops_after.setdefault(latest, set()).add(step.name or NOT_SET)
    for rule in bot.sources:
        for moment in _moments(bot, rule):
            state = moment.states[-1]
            if moment.action is None or state.action is None:
                continue
            missing = slots_after.get(state.action, set()) - {*state.slots, *bot.initial_features}
            loops = loops_after.get(state.action)
            if loops is not None and state.loop not in loops:
                missing |= {"active_loop"}
            if missing:
                told = ", ".join(sorted(missing))
                yield Problem(
                    rule.place.file,
                    rule.place.line,
                    "rules.incomplete",
                    f"the rule «{rule.name}» does not say what «{state.action}» does to {told}",
                    "Another rule says it after the same action, so this one could never go on.",
                    f"write what becomes of {told} after the action, or take it out of the other.",
                )
