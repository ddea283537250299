"""Saying more of what was said, saying it again, or nothing."""

from __future__ import annotations

from rasa_sdk.interfaces import Tracker

from dialogue.flows.question.actions import say_article
from dialogue.follow_up import beginning, recent_article
from dialogue.turn import PAID_CHANNEL, Events, FlowAction, Speaker, TurnContext


class ActionAcknowledge(FlowAction):
    """«ok»: nothing by SMS once we have talked; it would cost money for no use."""

    def name(self) -> str:
        return "action_acknowledge"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        if not turn.conversation.introduced:
            say.response("utter_greet")
        elif turn.conversation.channel != PAID_CHANNEL:
            say.response("utter_acknowledged")
        return []


class ActionSayMore(FlowAction):
    """The fuller text of the article that was said last; without one, what can be asked."""

    def name(self) -> str:
        return "action_say_more"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        article = recent_article(turn.conversation, turn.at)
        if article is None:
            say.response("utter_help")
        else:
            say.text(beginning(turn.edition.content.article(article, turn.standard)))
        return []


class ActionSayAgain(FlowAction):
    """The article that was said last, in the standard that is wished now."""

    def name(self) -> str:
        return "action_say_again"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        article = recent_article(turn.conversation, turn.at)
        if article is None:
            say.response("utter_help")
            return []
        last = turn.conversation.article
        return say_article(turn, say, article, last.question if last else "")
