"""An honest answer in the person's own language, or in English."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from dialogue.turn import Events, FlowAction, Speaker, TurnContext

WITH_TEXT = ("en", "pl", "uk", "de")


class ActionOtherLanguage(FlowAction):
    """Say that the bot reads Norwegian only."""

    def name(self) -> str:
        return "action_other_language"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        language = turn.understood.language
        say.response(f"utter_other_language_{language if language in WITH_TEXT else 'en'}")
        return []
