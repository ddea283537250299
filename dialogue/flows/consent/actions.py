"""Asking a user, hearing the answer, taking it back; what the relative is told, and no more."""

from __future__ import annotations

from datetime import datetime

import msgspec
from rasa_sdk.interfaces import Tracker

from dialogue.consents import (
    CODE_MARK,
    AskedConsent,
    Status,
    is_right,
    open_request,
    settled,
)
from dialogue.effects import AddToTicket, CancelTimer, ChangeConsent, SetTimer
from dialogue.flows.ticket.actions import own_ticket
from dialogue.tickets import unit_name
from dialogue.turn import Events, FlowAction, Speaker, TurnContext
from dialogue.wording import spoken_date

QUESTIONS = {"user": "utter_ask_consent_user", "guardian": "utter_ask_consent_guardian"}
NEWS = {"answer": "utter_consent_news_answer", "general": "utter_consent_news_general"}
WITHOUT_CONSENT = "none"  # the fact when a ticket told nothing of one


class ActionAskConsent(FlowAction):
    """The question, with a code. Whoever wants to be left in peace is not asked."""

    def name(self) -> str:
        return "action_ask_consent"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        data = turn.data
        asked = AskedConsent(
            id=str(data["consent"]),
            unit=str(data["unit"]),
            relative=str(data["relative"]),
            whom="guardian" if data.get("whom") == "guardian" else "user",
            asked_at=turn.at,
            answer_by=datetime.fromisoformat(str(data["answer_by"])),
            until=datetime.fromisoformat(str(data["until"])),
            salt=str(data["salt"]),
            digest=str(data["digest"]),
        )
        if turn.conversation.opted_out:
            say.effect(ChangeConsent(consent=asked.id, to="unanswered"))
            return []
        say.consent(asked)
        due = asked.answer_by
        key = _timer(asked, "expired")
        say.effect(
            SetTimer(key=key, name="consent_expired", due_at=due, data={"consent": asked.id})
        )
        say.purpose("consent_request")
        _tell(turn, say, QUESTIONS[asked.whom], asked, consent_code=CODE_MARK)
        return []


class ActionTakeConsent(FlowAction):
    """JA and a code: right, wrong, too late, said before, or meant for another phone."""

    def name(self) -> str:
        return "action_take_consent"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        known = turn.conversation.consents
        asked = open_request(known, turn.at)
        if asked is None:
            given = [each for each in known if each.holds(turn.at)]
            late = bool(known) and known[-1].status in ("asked", "unanswered")
            if given:
                _tell(turn, say, "utter_consent_already_given", given[-1])
            else:
                say.response("utter_consent_too_late" if late else "utter_consent_no_request")
        elif is_right(str(turn.data.get("code", "")), asked):
            self._take(turn, say, asked)
        else:
            self._count(turn, say, asked)
        return []

    def _take(self, turn: TurnContext, say: Speaker, asked: AskedConsent) -> None:
        _settle(say, asked, "given")
        key, data = _timer(asked, "ended"), {"consent": asked.id}
        say.effect(SetTimer(key=key, name="consent_ended", due_at=asked.until, data=data))
        _tell(turn, say, "utter_consent_given", asked)

    def _count(self, turn: TurnContext, say: Speaker, asked: AskedConsent) -> None:
        left = asked.tries_left - 1
        if left < 1:
            _settle(say, asked, "closed")
            say.response("utter_consent_closed")
            return
        say.consent(msgspec.structs.replace(asked, tries_left=left))
        say.response("utter_consent_wrong_code", consent_tries=str(left))


class ActionRefuseConsent(FlowAction):
    """NEI needs no code and no reason."""

    def name(self) -> str:
        return "action_refuse_consent"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        asked = open_request(turn.conversation.consents, turn.at)
        if asked is None:
            say.response("utter_nothing_open")
            return []
        _settle(say, asked, "refused")
        say.response("utter_consent_refused")
        return []


class ActionWithdrawConsent(FlowAction):
    """Taken back at any time: all that was given here, whatever this conversation remembers."""

    def name(self) -> str:
        return "action_withdraw_consent"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        say.effect(ChangeConsent(consent=None, to="withdrawn"))
        held = False
        for each in turn.conversation.consents:
            if each.status == "given":
                held = True
                say.effect(CancelTimer(key=_timer(each, "ended")))
                say.consent(settled(each, "withdrawn"))
            elif each.status == "asked":
                say.effect(CancelTimer(key=_timer(each, "expired")))
                say.consent(settled(each, "refused"))
        asked = open_request(turn.conversation.consents, turn.at)
        refused = "utter_consent_refused" if asked else "utter_consent_none"
        say.response("utter_consent_withdrawn" if held else refused)
        return []


class ActionTellConsents(FlowAction):
    """What one has said yes to, and how to take it back."""

    def name(self) -> str:
        return "action_tell_consents"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        known = turn.conversation.consents
        held = [each for each in known if each.holds(turn.at)]
        if held:
            _tell(turn, say, "utter_consent_holds", held[-1])
        elif open_request(known, turn.at):
            say.response("utter_consent_needs_code")
        else:
            say.response("utter_consent_none")
        return []


class ActionSendConsentWish(FlowAction):
    """A relative asks that the user be asked: the unit decides, for it knows the user."""

    def name(self) -> str:
        return "action_send_consent_wish"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = turn.conversation.open_case
        if ticket is None:
            say.response("utter_no_tickets")
            return []
        say.effect(AddToTicket(ticket=ticket.id, text=turn.understood.text))
        say.response(
            "utter_consent_wish_sent",
            ticket_id=ticket.id,
            ticket_unit=unit_name(turn, ticket.unit),
        )
        return []


class ActionExpireConsent(FlowAction):
    """No answer in time counts as none."""

    def name(self) -> str:
        return "action_expire_consent"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        asked = _named(turn)
        say.effect(ChangeConsent(consent=str(turn.data["consent"]), to="unanswered"))
        if asked is not None and asked.status == "asked":
            say.consent(settled(asked, "unanswered"))
        return []


class ActionEndConsent(FlowAction):
    """The consent has had its time."""

    def name(self) -> str:
        return "action_end_consent"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        given = _named(turn)
        say.effect(ChangeConsent(consent=str(turn.data["consent"]), to="ended"))
        if given is not None and given.status == "given":
            say.consent(settled(given, "ended"))
        return []


class ActionTellConsentWithdrawn(FlowAction):
    """The unit has taken its question, or the consent, back."""

    def name(self) -> str:
        return "action_tell_consent_withdrawn"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        known = _named(turn)
        if known is None or known.status not in ("asked", "given"):
            return []
        say.purpose("ticket")
        given = known.status == "given"
        told = "utter_consent_ended_by_unit_given" if given else "utter_consent_ended_by_unit_asked"
        for which in ("ended", "expired"):
            say.effect(CancelTimer(key=_timer(known, which)))
        say.consent(settled(known, "withdrawn"))
        _tell(turn, say, told, known)
        return []


class ActionTellConsentNews(FlowAction):
    """The relative is told what may be said from now on, never what somebody answered."""

    def name(self) -> str:
        return "action_tell_consent_news"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        ticket = own_ticket(turn, str(turn.data["ticket"]))
        if ticket is None:
            return []
        may = "answer" if turn.data["may"] == "answer" else "general"
        consent = "documented" if may == "answer" else WITHOUT_CONSENT
        facts = {**ticket.facts, "consent": consent}
        say.own_ticket(msgspec.structs.replace(ticket, facts=facts))
        if ticket.wants_contact and ticket.is_open:
            say.purpose("ticket")
            say.response(
                NEWS[may],
                ticket_id=ticket.id,
                ticket_unit=unit_name(turn, ticket.unit),
            )
        return []


def _timer(asked: AskedConsent, which: str) -> str:
    return f"consent_{which}:{asked.id}"


def _settle(say: Speaker, asked: AskedConsent, status: Status) -> None:
    say.effect(ChangeConsent(consent=asked.id, to=status))
    say.effect(CancelTimer(key=_timer(asked, "expired")))
    say.consent(settled(asked, status))


def _named(turn: TurnContext) -> AskedConsent | None:
    wanted = turn.data.get("consent")
    return next((each for each in turn.conversation.consents if each.id == wanted), None)


def _tell(turn: TurnContext, say: Speaker, response: str, asked: AskedConsent, **more: str) -> None:
    zone = turn.edition.timezone
    until, answer_by = asked.until.astimezone(zone), asked.answer_by.astimezone(zone)
    year = f" {until.year}" if until.year != turn.at.astimezone(zone).year else ""
    say.response(
        response,
        consent_unit=unit_name(turn, asked.unit),
        consent_relative=asked.relative,
        consent_until=spoken_date(until.date(), turn.standard) + year,
        consent_answer_by=f"{spoken_date(answer_by.date(), turn.standard)} kl. {answer_by:%H.%M}",
        **more,
    )
