"""What actions may return. The slot `what` says which of several."""

from datetime import UTC, datetime

from rasa_sdk import Action
from rasa_sdk.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    FollowupAction,
    ReminderCancelled,
    ReminderScheduled,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa_sdk.interfaces import ActionExecutionRejection

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def action(name, events, say=None):
    """An action class that says one thing and returns these events."""

    def run(self, dispatcher, tracker, domain):
        if say:
            dispatcher.utter_message(text=say)
        return events(tracker)

    title = "".join(word.title() for word in name.split("_"))
    return type(title, (Action,), {"name": lambda self: name, "run": run, "__module__": __name__})


def _refuse(tracker):
    if tracker.get_slot("what") == "event":
        return [SlotSet("a", 1), ActionExecutionRejected("action_refuse")]
    raise ActionExecutionRejection("action_refuse")


def _fail(tracker):
    raise RuntimeError("broken on purpose")


Go = action("action_go", lambda t: [FollowupAction(t.get_slot("what") or "utter_next")], "gå")
Undo = action("action_undo", lambda t: [UserUtteranceReverted(), SlotSet("a", "etter")], "angre")
Pause = action("action_pause", lambda t: [ConversationPaused()], "pause")
Resume = action("action_resume", lambda t: [ConversationResumed()])
Fail = action("action_fail", _fail, "dette sies ikke")
Loop = action("action_loop", lambda t: [FollowupAction("action_loop")], "igjen")
Open = action("action_open", lambda t: [ActiveLoop("small_form"), SlotSet("requested_slot", "a")])
Remind = action(
    "action_remind",
    lambda t: [ReminderScheduled("hello", LATER, name="r"), ReminderCancelled(name="r")],
)
Inject = action(
    "action_inject",
    lambda t: [
        ActionExecuted("action_listen"),
        UserUttered("lagt inn", {"intent": {"name": "show"}, "entities": [
            {"entity": "what", "value": "inni"}]}),
    ],
)  # fmt: skip
Reset = action("action_reset", lambda t: [AllSlotsReset()])
Refuse = action("action_refuse", _refuse, "avviser")
