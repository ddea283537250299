"""Opting out and in, taking back what was just sent."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from rasa_sdk.interfaces import Tracker

from dialogue.effects import OptIn, OptOut, WithdrawTicket
from dialogue.flows.service_words.forgetting import ActionAskForget, ActionForget, ActionKeep
from dialogue.tickets import cancel_escalation
from dialogue.turn import PAID_CHANNEL, Events, FlowAction, Speaker, TurnContext

__all__ = ["ActionAskForget", "ActionForget", "ActionKeep"]  # found here, as the flow's own

TAKE_BACK_WITHIN = timedelta(minutes=10)
REGRETTED_WITHIN = timedelta(hours=24)  # until when «angre» is about what was sent


class ActionThank(FlowAction):
    """One short line; nothing by SMS, where it would cost money for no use."""

    def name(self) -> str:
        return "action_thank"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        if turn.conversation.channel != PAID_CHANNEL:
            say.response("utter_welcome")
        return []


class ActionOptOut(FlowAction):
    """STOPP beats everything, and is confirmed exactly once."""

    def name(self) -> str:
        return "action_opt_out"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        if turn.conversation.opted_out:
            return []
        say.effect(OptOut())
        say.purpose("opt_out")
        say.response("utter_opted_out", municipality=turn.edition.municipality.name)
        return []


class ActionOptIn(FlowAction):
    """START."""

    def name(self) -> str:
        return "action_opt_in"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        if not turn.conversation.opted_out:
            say.response("utter_greet")
            return []
        say.effect(OptIn())
        say.response("utter_opted_in", municipality=turn.edition.municipality.name)
        return []


class ActionWrongRecipient(FlowAction):
    """The number has another owner now: leave them in peace."""

    def name(self) -> str:
        return "action_wrong_recipient"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        if turn.conversation.opted_out:
            return []
        say.effect(OptOut())
        say.purpose("opt_out")
        say.response("utter_wrong_recipient", municipality=turn.edition.municipality.name)
        return []


class ActionTakeBack(FlowAction):
    """«angre» within some minutes: the ticket that was sent last is withdrawn."""

    def name(self) -> str:
        return "action_take_back"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = next(reversed(turn.conversation.tickets), None)
        if ticket is None or ticket.status != "open":
            say.response("utter_nothing_to_take_back")
            return []
        since = turn.at - ticket.opened_at
        if since > TAKE_BACK_WITHIN:
            late = since <= REGRETTED_WITHIN
            name = "utter_too_late_to_take_back" if late else "utter_nothing_to_take_back"
            say.response(name, ticket_id=ticket.id)
            return []
        say.effect(WithdrawTicket(ticket=ticket.id))
        cancel_escalation(say, ticket.id)
        say.own_ticket(msgspec.structs.replace(ticket, status="withdrawn"))
        say.response("utter_ticket_withdrawn", ticket_id=ticket.id)
        return []


class ActionStaySilent(FlowAction):
    """Nothing is said, on purpose."""

    def name(self) -> str:
        return "action_stay_silent"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        return []
