"""Where Rasa's rules would leave a person without an answer.

The executor does as Rasa does; here, above it, silence is mended. Each mend is listed
with its transcript in `docs/rasa.md`.
"""

from __future__ import annotations

from dialogue.play import Play
from dialogue.replies import Reply
from intents.understood import Understood

# Silence that is meant: thanks and «ok» by SMS, an autoresponder, a second STOPP.
SILENT = frozenset(
    {"reaction", "thank", "acknowledged", "autoreply", "stop", "wrong_recipient", "goodbye"}
)


def mend_silence(play: Play, heard: Understood) -> None:
    """Ask what was asked last again, or say that we did not understand."""
    if play.replies or play.effects or heard.intent in SILENT:
        return
    asked = next((p for p in reversed(play.conversation.prompts) if p.kind != "rating"), None)
    if asked is not None:
        how = play.text_of("utter_choose_by_number") if heard.intent == "number" else ""
        play.ask_again(asked, f"{how}\n{asked.text}".strip() if asked.choices else None)
        return
    if play.failed_action is None:
        play.failed_action = "silence"


def answer_failure(play: Play) -> None:
    """An action that fails says nothing in Rasa; a person is told that something went wrong."""
    if play.failed_action is not None and not play.replies:
        play.replies.append(Reply(text=play.text_of("utter_default")))
