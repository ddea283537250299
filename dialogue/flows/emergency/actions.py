"""The number to call."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from dialogue.turn import Events, FlowAction, Speaker, TurnContext

RESPONSES = {
    "110": "utter_emergency_110",
    "112": "utter_emergency_112",
    "113": "utter_emergency_113",
    "116006": "utter_emergency_116006",
    "116111": "utter_emergency_116111",
    "116117": "utter_emergency_116117",
    "116123": "utter_emergency_116123",
    "22591300": "utter_emergency_22591300",
}


class ActionEmergency(FlowAction):
    """Say the number that fits the danger; 113 where none was told."""

    def name(self) -> str:
        return "action_emergency"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        number = (turn.understood.emergency or "113").replace(" ", "")
        name = RESPONSES.get(number, "utter_emergency_113")
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
