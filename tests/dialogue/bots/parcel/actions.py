from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet


class ValidateParcelForm(FormValidationAction):
    def name(self):
        return "validate_parcel_form"

    async def required_slots(self, domain_slots, dispatcher, tracker, domain):
        if tracker.get_slot("size") != "large":
            return domain_slots
        return [*domain_slots[:-1], "note", domain_slots[-1]]

    def validate_size(self, value, dispatcher, tracker, domain):
        return {"size": value}

    def validate_origin(self, value, dispatcher, tracker, domain):
        return {"origin": str(value).title()}

    def validate_target(self, value, dispatcher, tracker, domain):
        if value == tracker.get_slot("origin"):
            dispatcher.utter_message(text="Det er samme sted.")
            return {"target": None}
        return {"target": value}

    def validate_weight(self, value, dispatcher, tracker, domain):
        if float(value) == 0:
            return {"weight": None, "requested_slot": None}
        if float(value) > 35:
            dispatcher.utter_message(response="utter_too_heavy", most=35)
            return {"weight": None}
        return {"weight": value}

    def validate_note(self, value, dispatcher, tracker, domain):
        if value == "feil":
            raise ValueError("broken on purpose")
        if value == "slutt":
            return {"note": None, "requested_slot": None}
        return {"note": value}

    def extract_note(self, dispatcher, tracker, domain):
        return {}

    def validate_confirmed(self, value, dispatcher, tracker, domain):
        return {"confirmed": value} if value else {"confirmed": None, "weight": None}


class AskConfirmed(Action):
    def name(self):
        return "action_ask_confirmed"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(
            text=f"Stemmer {tracker.get_slot('weight')} kg?",
            buttons=[{"title": "Ja", "payload": "/affirm"}],
        )
        dispatcher.utter_message(json_message={"asked": tracker.get_slot("requested_slot")})
        return [SlotSet("letters", None)]


class CountLetters(Action):
    def name(self):
        return "action_count_letters"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("letters", len(tracker.get_slot("note") or ""))]


class AskAffirmation(Action):
    def name(self):
        return "action_default_ask_affirmation"

    def run(self, dispatcher, tracker, domain):
        ranking = [c["name"] for c in tracker.latest_message.get("intent_ranking", [])]
        dispatcher.utter_message(text="Mente du " + " eller ".join(ranking[1:]) + "?")
        return []
