"""Opening a bot for its builder: one folder in Rasa's layout, a folder of flows, or our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dialogue.actions_import import actions_of
from dialogue.bot_check import check_bot
from dialogue.domain import Bot, load_bot
from dialogue.edition import load_flows
from knowledge.problems import ContentError, Problem


def flow_folders(folder: Path) -> list[Path]:
    """The folders that make up the bot at `folder`: itself, or those in it with a domain."""
    if _has_domain(folder):
        return [folder]
    return sorted(path for path in folder.iterdir() if path.is_dir() and _has_domain(path))


def _has_domain(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("domain.yml", "domain.yaml", "domain"))


def open_folder(folder: Path | None) -> tuple[Bot, dict[str, Any]]:
    """The bot at `folder` (our flows if None) and its actions; they are imported.

    Raises ContentError with every fault, also where the actions cannot be imported.
    """
    if folder is None:
        bot, executor = load_flows()
        return bot, executor.actions
    problems: list[Problem] = []
    actions: dict[str, Any] = {}
    folders = flow_folders(folder) or [folder]
    for one in folders:
        try:
            actions |= actions_of(one)
        except ContentError as error:
            problems += error.problems
    try:
        bot = load_bot(folders, actions, root=folder)
    except ContentError as error:
        raise ContentError([*problems, *error.problems]) from error
    if problems:
        raise ContentError(problems)
    return bot, actions


def problems_of(folder: Path | None) -> list[Problem]:
    """Everything that is wrong with the bot at `folder`, also where it cannot be loaded."""
    try:
        bot, actions = open_folder(folder)
    except ContentError as error:
        return list(error.problems)
    return check_bot(bot, actions)
