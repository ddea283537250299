"""The one command, `samsvar`. Each of its commands is a module in `commands/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from connectors.commands.ask import ask_command
from connectors.commands.backup import backup_command, restore_command
from connectors.commands.chat import chat_command
from connectors.commands.check import check_command
from connectors.commands.conform import conform
from connectors.commands.consent import consent_command, consent_group
from connectors.commands.dead_letters import dead_letters_command, dead_letters_group
from connectors.commands.demo import demo_command
from connectors.commands.dialogue import dialogue_command, dialogue_group
from connectors.commands.doctor import doctor_command
from connectors.commands.encounter import encounter_command
from connectors.commands.evaluate import evaluate_command
from connectors.commands.explain import explain_command
from connectors.commands.fairness import fairness_command
from connectors.commands.gaps import gaps_command, gaps_group
from connectors.commands.hand_over import hand_over_command
from connectors.commands.importing import import_command, release_command
from connectors.commands.init import init_command
from connectors.commands.migrate import migrate_command
from connectors.commands.new import new_command, new_group
from connectors.commands.person import person_command, person_group
from connectors.commands.preview import preview_command
from connectors.commands.reload import reload_command
from connectors.commands.rotate_keys import rotate_keys_command
from connectors.commands.route import route_command
from connectors.commands.rules import rules_command, rules_group
from connectors.commands.serve import (
    sender_command,
    serve_command,
    web_command,
    worker_command,
)
from connectors.commands.simulate import simulate_command
from connectors.commands.texts import texts_command
from connectors.commands.tickets import close_command, reply_command, tickets_command
from connectors.commands.ties import ties_command
from connectors.commands.train import train_command
from connectors.commands.understand import understand_command

COMMANDS: dict[str, Callable[..., Any]] = {
    "demo": demo_command,
    "chat": chat_command,
    "serve": serve_command,
    "web": web_command,
    "worker": worker_command,
    "sender": sender_command,
    "reload": reload_command,
    "init": init_command,
    "new": new_command,
    "preview": preview_command,
    "texts": texts_command,
    "import": import_command,
    "release": release_command,
    "check": check_command,
    "understand": understand_command,
    "ask": ask_command,
    "route": route_command,
    "rules": rules_command,
    "simulate": simulate_command,
    "ties": ties_command,
    "fairness": fairness_command,
    "train": train_command,
    "explain": explain_command,
    "gaps": gaps_command,
    "evaluate": evaluate_command,
    "encounter": encounter_command,
    "tickets": tickets_command,
    "reply": reply_command,
    "close": close_command,
    "hand-over": hand_over_command,
    "consent": consent_command,
    "person": person_command,
    "dead-letters": dead_letters_command,
    "migrate": migrate_command,
    "backup": backup_command,
    "restore": restore_command,
    "rotate-keys": rotate_keys_command,
    "doctor": doctor_command,
    "conform": conform,
    "dialogue": dialogue_command,
}
GROUPS = {
    "gaps": gaps_group,
    "new": new_group,
    "rules": rules_group,
    "dialogue": dialogue_group,
    "consent": consent_group,
    "person": person_group,
    "dead-letters": dead_letters_group,
}
"""Commands that have commands of their own."""

app = typer.Typer(
    name="samsvar",
    help="A dialogue bot for Norwegian municipalities.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, command in COMMANDS.items():
    if name in GROUPS:
        app.add_typer(GROUPS[name], name=name)
    else:
        app.command(name)(command)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
