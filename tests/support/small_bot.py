"""A small sound bot with one form, to be spoilt in one place, and what is then told of it."""

from __future__ import annotations

from pathlib import Path

from dialogue.bot_check import check_bot
from dialogue.domain import load_bot
from knowledge.problems import ContentError, Problem

DOMAIN = """
intents: [ask, tell, stop]
entities: [size]
slots:
  size: {type: categorical, values: [small, large], mappings: [{type: from_entity, entity: size}]}
  hidden: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
  standard: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms:
  size_form: {required_slots: [size]}
responses:
  utter_ask_size: [{text: "Stor eller liten?"}]
  utter_done: [{text: "Takk for {size}."}]
  utter_told: [{text: "Fint."}]
  utter_stopped: [{text: "Avbrutt."}]
"""
RULES = """
rules:
  - rule: begin
    steps: [{intent: ask}, {action: size_form}, {active_loop: size_form}]
  - rule: end
    condition: [{active_loop: size_form}]
    steps: [{action: size_form}, {active_loop: null}, {action: utter_done}]
  - rule: told
    steps: [{intent: tell}, {action: utter_told}]
  - rule: stop
    condition: [{active_loop: size_form}]
    steps: [{intent: stop}, {action: action_deactivate_loop}, {active_loop: null},
            {action: utter_stopped}]
"""


def problems(folder: Path, domain: str = DOMAIN, rules: str = RULES, **more: str) -> list[Problem]:
    folder.mkdir(exist_ok=True)
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    for name, text in more.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    try:
        return check_bot(load_bot(folder), [])
    except ContentError as error:
        return list(error.problems)


def codes(found: list[Problem]) -> set[str]:
    return {problem.code for problem in found}
