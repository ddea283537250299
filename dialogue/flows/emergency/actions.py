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


class ActionPossibleEmergency(FlowAction):
    """Name a number beside the ordinary answer, where a danger is possible but not likely."""

    def name(self) -> str:
        return "action_possible_emergency"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        lonely = (turn.understood.possible_emergency or "").startswith("116 1")
        say.response("utter_possible_despair" if lonely else "utter_possible_emergency")
        return []
