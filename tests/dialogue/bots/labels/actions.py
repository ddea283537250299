from rasa_sdk import Action
from rasa_sdk.events import AllSlotsReset


class Reset(Action):
    def name(self):
        return "action_reset"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=str(tracker.get_slot("place")))
        return [AllSlotsReset()]
