from rasa_sdk import Action, ValidationAction
from rasa_sdk.events import (
    ActionExecuted,
    AllSlotsReset,
    ConversationPaused,
    FollowupAction,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)


class Count(Action):
    def name(self):
        return "action_count"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("any", (tracker.get_slot("any") or 0) + 1)]


class Flag(Action):
    def name(self):
        return "action_flag"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("flag", not tracker.get_slot("flag"))]


class Mood(Action):
    def name(self):
        return "action_mood"

    def run(self, dispatcher, tracker, domain):
        n = tracker.get_slot("n")
        if n is None:
            return []
        if n == 0:
            return [SlotSet("mood", None)]
        return [SlotSet("mood", "good" if isinstance(n, int | float) and n > 2 else "BAD")]


class Clear(Action):
    def name(self):
        return "action_clear"

    def run(self, dispatcher, tracker, domain):
        n = tracker.get_slot("n")
        if n is True:
            return [UserUtteranceReverted()]
        if n == 3:
            return [Restarted()]
        if n == 0:
            return [AllSlotsReset(), SlotSet("mood", "good")]
        if n == "2":
            return [SlotSet("n", None), FollowupAction("small_form")]
        if n == "Sand":
            hello = {"intent": {"name": "hello", "confidence": 1.0}, "entities": []}
            return [ActionExecuted("action_listen"), UserUttered("/hello", parse_data=hello)]
        return [AllSlotsReset()]


class Boom(Action):
    def name(self):
        return "action_boom"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="lost")
        if tracker.get_slot("n"):
            return [SlotSet("mood", "bad")]
        raise RuntimeError("boom")


class ValidateMappings(ValidationAction):
    def validate_n(self, value, dispatcher, tracker, domain):
        if value == "x":
            return {"n": None}
        if value == 1.5:
            dispatcher.utter_message(text="one and a half")
            return {"n": 1.5, "mood": "good"}
        return {"n": value}


class Hush(Action):
    def name(self):
        return "action_hush"

    def run(self, dispatcher, tracker, domain):
        if tracker.get_slot("flag"):
            return [ConversationPaused()]
        go = {"title": "t", "payload": "/go"}
        dispatcher.utter_message(response="utter_three", n="N", buttons=[go])
        dispatcher.utter_message(text="own {n}", json_message={"a": "{n}"}, image="http://x/i.png")
        dispatcher.utter_message(response="utter_missing")
        return [FollowupAction("action_listen")]
