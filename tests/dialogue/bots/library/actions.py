from rasa_sdk import Action
from rasa_sdk.events import SlotSet


class Join(Action):
    def name(self):
        return "action_join"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("is_member", True)]


class Leave(Action):
    def name(self):
        return "action_leave"

    async def run(self, dispatcher, tracker, domain):
        return [SlotSet("is_member", False)]


class Renew(Action):
    def name(self):
        return "action_renew"

    def run(self, dispatcher, tracker, domain):
        title = tracker.get_slot("title")
        if title is None:
            return []
        return [SlotSet("renewal", "refused" if title == "Sult" else "done")]
