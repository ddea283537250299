"""Our flows, broken as somebody might break them: what a golden transcript's `fault` names.

- fault: {raises: action_answer}                  # an action that raises
- fault: {silent: action_answer}                  # one that says nothing
- fault: {endless: action_answer}                 # one that is chosen again and again
- fault: {unwritten: action_answer}               # one that no module has
- fault: {renamed: feedback_form}                 # a form that has another name now
- fault: {without_rule: the rule's name}
- fault: {added_rule: {rule: …, steps: […]}}      # one rule more, as it stands in rules.yml
- fault: {without_variation: [utter_help, nn]}    # a response that has no words in nn
- fault: none                                     # mended again
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action
from rasa_sdk.events import FollowupAction

from dialogue.domain import Bot, load_bot
from dialogue.edition import FLOWS, Edition, load_flows
from dialogue.executor import Executor

RENAMED = "_of_another_version"
BEGINS = "Feedback opens the form"  # a rule of the file that gets one more


def broken(edition: Edition, fault: Any) -> Edition:
    """The edition with that fault in our flows, or with none."""
    bot, whole = load_flows()
    if fault == "none":
        return replace(edition, bot=bot, executor=whole)
    ((kind, what),) = fault.items()
    if kind in ("raises", "silent", "endless"):
        return with_action(edition, what, _runs(kind, what))
    if kind == "unwritten":
        actions = {name: action for name, action in whole.actions.items() if name != what}
        return replace(edition, executor=Executor(bot, actions))
    other = _rewritten(kind, json.dumps(what))
    return replace(edition, bot=other, executor=Executor(other, whole.actions))


def with_action(edition: Edition, name: str, run: Callable[..., Any]) -> Edition:
    """The edition with another action under that name."""
    action = type(name, (Action,), {"name": lambda self: name, "run": run})()
    actions = {**edition.executor.actions, name: action}
    return replace(edition, executor=Executor(edition.bot, actions))


def _runs(kind: str, name: str) -> Callable[..., list[Any]]:
    def run(*_: Any) -> list[Any]:
        if kind == "raises":
            raise RuntimeError("broken on purpose")
        return [FollowupAction(name)] if kind == "endless" else []

    return run


@cache
def _rewritten(kind: str, told: str) -> Bot:
    """The flows as files, changed and read anew. `told` is JSON."""
    what, actions = json.loads(told), load_flows()[1].actions
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "flows"
        shutil.copytree(FLOWS, house, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for file in house.glob("*/*.yml"):
            text = file.read_text(encoding="utf-8")
            if kind == "renamed":
                file.write_text(text.replace(what, what + RENAMED), encoding="utf-8")
                continue
            names = BEGINS if kind == "added_rule" else what if kind == "without_rule" else what[0]
            if names in text:
                data = yaml.safe_load(text)
                _change(data, kind, what)
                file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return load_bot(sorted(p.parent for p in house.glob("*/domain.yml")), actions, house)


def _change(data: dict[str, Any], kind: str, what: Any) -> None:
    rules = data.get("rules", [])
    if kind == "without_rule":
        rules[:] = [rule for rule in rules if rule["rule"] != what]
    elif kind == "added_rule":
        rules.append(what)
    elif kind == "without_variation":
        name, standard = what
        kept = data.get("responses", {}).get(name, [])
        kept[:] = [one for one in kept if one["condition"][0]["value"] != standard]
    else:
        raise ValueError(f"no such fault: {kind}")
