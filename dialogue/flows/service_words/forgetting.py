"""«slett meg»: a code goes out, and only whoever can read it is forgotten."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from dialogue.asked_code import new_code, spent, tried
from dialogue.effects import Forget
from dialogue.turn import Events, FlowAction, Speaker, TurnContext


class ActionAskForget(FlowAction):
    """The question with its code; none so soon after three wrong ones."""

    def name(self) -> str:
        return "action_ask_forget"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        earlier = turn.conversation.asked_code
        if earlier is not None and earlier.is_locked(turn.at):
            say.response("utter_forget_locked")
            return []
        code, asked = new_code(turn.number, turn.secret, turn.at, earlier)
        say.asked_code(asked)
        say.response("utter_ask_forget", forget_code=code)
        return []


class ActionForget(FlowAction):
    """The code: right, wrong, or too late."""

    def name(self) -> str:
        return "action_forget"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        asked = turn.conversation.asked_code
        if asked is None or not asked.is_open(turn.at):
            locked = asked is not None and asked.is_locked(turn.at)
            say.response("utter_forget_locked" if locked else "utter_forget_too_late")
            return []
        left = tried(asked, str(turn.data.get("code", "")))
        if left is None:
            say.effect(Forget())
            say.purpose("opt_out")
            say.response("utter_forgotten")
            return []
        say.asked_code(left)
        if left.tries_left:
            say.response("utter_forget_wrong_code", forget_tries=str(left.tries_left))
        else:
            say.response("utter_forget_locked")
        return []


class ActionKeep(FlowAction):
    """No: the code is good for nothing more."""

    def name(self) -> str:
        return "action_keep"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        asked = turn.conversation.asked_code
        if asked is not None:
            say.asked_code(spent(asked))
        say.response("utter_not_forgotten")
        return []
