"""The number to call."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from dialogue.turn import Events, FlowAction, Speaker, TurnContext


class ActionEmergency(FlowAction):
    """Say the number that fits the danger; 113 where none was told."""

    def name(self) -> str:
        return "action_emergency"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        number = (turn.understood.emergency or "113").replace(" ", "")
        name = f"utter_emergency_{number}"
        say.response(name if name in turn.edition.bot.responses else "utter_emergency_113")
        return []
