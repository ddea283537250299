from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet


class ValidateComplainForm(FormValidationAction):
    def name(self):
        return "validate_complain_form"

    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        return ["kind", "what"] if tracker.get_slot("kind") == "short" else domain_slots

    def validate_kind(self, value, dispatcher, tracker, domain):
        if value == "bad":
            dispatcher.utter_message(text="bad kind")
            return {"kind": None}
        if value == "end":
            return {"kind": value, "requested_slot": None}
        if value == "jump":
            return {"kind": value, "requested_slot": "name"}
        return {} if value == "Sand" else {"kind": value}

    def validate_what(self, value, dispatcher, tracker, domain):
        if value and len(str(value)) < 3:
            return {"what": None, "name": None}
        if value == "jeg heter Kari":
            return {"what": value, "name": "Kari"}
        return {"what": value}


class AskWhat(Action):
    def name(self):
        return "action_ask_complain_form_what"

    def run(self, dispatcher, tracker, domain):
        kind, asked = tracker.get_slot("kind"), tracker.get_slot("requested_slot")
        form = tracker.active_loop.get("name")
        dispatcher.utter_message(text=f"What about {kind}? {asked} {form}")
        return [SlotSet("outside", "asked")]


class Skip(Action):
    def name(self):
        return "action_skip"

    def run(self, dispatcher, tracker, domain):
        where = (tracker.active_loop or {}).get("name")
        asked = tracker.get_slot("requested_slot")
        if where and asked:
            return [SlotSet(asked, "skipped"), FollowupAction(where)]
        return [ActiveLoop("book_form"), FollowupAction("book_form")]
