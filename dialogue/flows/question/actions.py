"""Answering, asking back, and handing over to people."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.interfaces import Tracker

from dialogue.conversation import Answered
from dialogue.effects import NoteChosen, NoteUnanswered
from dialogue.follow_up import asked_words, own_words, passage, recent_article, refers_back
from dialogue.tickets import file_ticket
from dialogue.turn import Events, FlowAction, Speaker, TurnContext
from dialogue.wrong_answer import reported_wrong
from intents.remarks import has_remark
from knowledge.articles import render_sms
from knowledge.search import Found, search

MISUNDERSTOOD_BEFORE_OFFER = 1  # ask once for more words, then offer a person
FEW_WORDS = 2
AFTER_A_DEATH = "dødsfall i familien"  # looked up where the news itself finds no answer


class ActionAnswer(FlowAction):
    """Answer, ask which article was meant, or offer to send the question. Never guess."""

    def name(self) -> str:
        return "action_answer"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        text = turn.understood.text
        last = recent_article(turn.conversation, turn.at)
        if last is not None and refers_back(turn.understood):
            return _follow_up(turn, say, last)
        found = search(turn.edition.index, text, turn.standard)
        if last is not None and turn.understood.intent == "correct" and found.outcome != "answer":
            found = _corrected(turn) or found
        if found.outcome != "answer" and has_remark(text, "grief"):
            found = search(turn.edition.index, AFTER_A_DEATH, turn.standard)
        if found.outcome == "answer" and found.article:
            return say_article(turn, say, found.article, text)
        if tracker.active_loop and _says_nothing(turn):
            say.response("utter_not_understood_in_form")  # and the form asks again
            return []
        if found.outcome == "clarify":
            note_unanswered(turn, say, text, "asked_back", found.alternatives[0])
            say.offer("utter_did_you_mean", _article_buttons(turn, found))
            return [SlotSet("pending_question", text), *_not_answered(tracker)]
        if _too_little(turn):
            say.response("utter_not_understood")
            return []
        note_unanswered(turn, say, text, "handover")
        say.response("utter_offer_to_send")
        return [SlotSet("pending_question", text), *_not_answered(tracker)]


def _follow_up(turn: TurnContext, say: Speaker, last: str) -> Events:
    """«og kva kostar det?»: from the last article, or one that is near to it; else not at all."""
    text = turn.understood.text
    article = turn.edition.content.article(last, turn.standard)
    said = passage(article, text)
    if said is not None:
        say.text(said)
        say.answered(Answered(number=turn.number, article=last, question=text))
        return [SlotSet("answered_article", last)]
    found = search(turn.edition.index, f"{article.title} {text}", turn.standard)
    if found.outcome == "answer" and found.article and found.article != last:
        other = turn.edition.content.article(found.article, turn.standard)
        if other.unit == article.unit:
            return say_article(turn, say, found.article, text)
    question = f"{article.title}: {text}"
    note_unanswered(turn, say, question, "handover", last)
    say.response("utter_not_in_article", article_title=article.title)
    return [SlotSet("pending_question", question)]


def _corrected(turn: TurnContext) -> Found | None:
    """«nei, eg meinte barnehagen»: what was asked before, of what is named now."""
    before = turn.conversation.article
    asked = asked_words(before.question) if before is not None else ""
    if not asked:
        return None
    named = " ".join(own_words(turn.understood.text))
    found = search(turn.edition.index, f"{asked} {named}", turn.standard)
    return found if found.outcome == "answer" else None


def say_article(turn: TurnContext, say: Speaker, article_id: str, question: str) -> Events:
    """Say the short answer of an article in the person's standard."""
    article = turn.edition.content.article(article_id, turn.standard)
    say.text(render_sms(article))
    say.answered(Answered(number=turn.number, article=article.id, question=question))
    return [SlotSet("answered_article", article.id), SlotSet("pending_question", None)]


def note_unanswered(
    turn: TurnContext, say: Speaker, text: str, reason: str, article: str | None = None
) -> None:
    """Put a question where editors find it."""
    standard = turn.standard
    say.effect(NoteUnanswered(text=text, standard=standard, reason=reason, article=article))


def _not_answered(tracker: Tracker) -> Events:
    """What was answered before is no longer what «feil svar» is about."""
    known = tracker.get_slot("answered_article")
    return [] if known is None else [SlotSet("answered_article", None)]


def _article_buttons(turn: TurnContext, found: Found) -> list[dict[str, str]]:
    titles = [turn.edition.content.article(id_, turn.standard).title for id_ in found.alternatives]
    buttons = [
        {"title": title, "payload": f'/choose_article{{"article": "{id_}"}}'}
        for title, id_ in zip(titles, found.alternatives, strict=True)
    ]
    other = {"nb": "Noe annet", "nn": "Noko anna"}[turn.standard]
    return [*buttons, {"title": other, "payload": '/choose_article{"article": "none"}'}]


def _says_nothing(turn: TurnContext) -> bool:
    understood = turn.understood
    named = understood.service or understood.unit
    return understood.intent == "nlu_fallback" and not named


def _too_little(turn: TurnContext) -> bool:
    """Whether more words may help: nothing was recognised, for the first time."""
    understood = turn.understood
    return (
        understood.intent == "nlu_fallback"
        and len(understood.text.split()) <= FEW_WORDS
        and turn.conversation.misunderstood < MISUNDERSTOOD_BEFORE_OFFER
    )


class ActionAnswerChosen(FlowAction):
    """Say the article that was chosen, or offer a person if none was meant."""

    def name(self) -> str:
        return "action_answer_chosen"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        chosen = next(tracker.get_latest_entity_values("article"), "none")
        question = tracker.get_slot("pending_question")
        if chosen in turn.edition.content.article_ids():
            if question:
                say.effect(NoteChosen(text=question, article=chosen))
            return say_article(turn, say, chosen, question or turn.understood.text)
        question = question or turn.understood.text
        note_unanswered(turn, say, question, "unclear")
        say.response("utter_offer_to_send")
        return [SlotSet("pending_question", question)]


class ActionOfferAPerson(FlowAction):
    """Offer to send what was asked before, or ask what it is about."""

    def name(self) -> str:
        return "action_offer_a_person"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        question = tracker.get_slot("pending_question")
        if question is None:
            return [SlotSet("question_text", None), FollowupAction("question_form")]
        say.response("utter_offer_a_person")
        return [SlotSet("pending_question", question)]


class ActionSendQuestion(FlowAction):
    """Open a ticket with the question that waits; the answer comes back in this channel."""

    def name(self) -> str:
        return "action_send_question"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        question = tracker.get_slot("question_text") or tracker.get_slot("pending_question")
        if not question:
            return [FollowupAction("question_form")]
        file_ticket(turn, say, kind="question", text=str(question), service=None)
        return [SlotSet("pending_question", None), SlotSet("question_text", None)]


class ActionWrongAnswer(FlowAction):
    """«feil svar», 👎: tell the editors; answer what is asked anew, else offer a person."""

    def name(self) -> str:
        return "action_wrong_answer"

    def act(self, turn: TurnContext, say: Speaker, tracker: Tracker) -> Events:
        wrong = _reported(turn, tracker)
        note_unanswered(turn, say, wrong.question, "reported", wrong.article)
        say.reported(wrong)
        report = reported_wrong(turn.understood.text)
        again = report.again if report else None
        if again:
            found = search(turn.edition.index, again, turn.standard)
            if found.outcome == "answer" and found.article not in (None, wrong.article):
                say.response("utter_wrong_answer_again")
                return say_article(turn, say, str(found.article), again)
        say.response("utter_sorry_wrong_answer")
        return [SlotSet("pending_question", again or wrong.question), *_not_answered(tracker)]


def _reported(turn: TurnContext, tracker: Tracker) -> Answered:
    """The answer that is meant: the one that was reacted to, else the last one."""
    answered = turn.conversation.answered
    number = turn.data.get("answered")
    meant = [one for one in answered if number in (None, one.number)]
    if meant:
        return meant[-1]
    article = str(tracker.get_slot("answered_article") or "")
    return Answered(number=0, article=article, question=turn.understood.text)
