"""An honest answer in the person's own language, or in English."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from dialogue.turn import Events, FlowAction, Speaker, TurnContext

RESPONSES = {
    "en": "utter_other_language_en",
    "pl": "utter_other_language_pl",
    "uk": "utter_other_language_uk",
    "de": "utter_other_language_de",
}


class ActionOtherLanguage(FlowAction):
    """Say that the bot reads Norwegian only."""

    def name(self) -> str:
        return "action_other_language"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        say.response(RESPONSES.get(turn.understood.language or "en", RESPONSES["en"]))
        return []
