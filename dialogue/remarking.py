"""Remarks about the conversation itself, and feelings, answered as a person at a desk would.

Neither is looked up among the articles, and an open question keeps waiting.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import msgspec

from dialogue.conversation import OwnTicket, Prompt
from dialogue.follow_up import recent_article
from dialogue.play import Play
from dialogue.prompts import COMMANDS, NAMES_CASE
from dialogue.replies import Choice
from dialogue.wording import within_sentence
from intents.remarks import find_answer, find_remark, has_remark, is_pleased, is_upset
from intents.understood import Entity, Understood

EXPECTS_MORE = timedelta(days=3)  # after a unit's answer, words without a service are about it
REASON_WITHIN = timedelta(hours=24)  # after a rating, words without a service are its reason
REASON_IN_WORDS = 8  # of words that are no feedback for themselves: «lang ventetid»
REASONS = frozenset({"complaint", "praise", "suggestion", "deviation"})
ANSWERED_IN_WORDS = 3  # «kjempebra», «heilt greitt»: said of what is to be rated
HARDLY_TOLD = 0.6  # confidence below which feedback is hardly more than its tone
BARE_NUMBER = re.compile(r"\s*\d{1,3}\s*[.)!]?\s*")
TOLD = frozenset({"feedback", "nlu_fallback", "question", "correct"})
# Remarks that stand before any open question; the others are tried when none was answered.
BEFORE = frozenset({"wait", "unclear", "again", "here", "robot", "off_duty", "standard_again"})
IN_PASSING = frozenset({"acknowledged", "ready", "send", "send_anyway"})
IN_RATING = frozenset({"not_me", "about_rating"})


def answer_first(play: Play, plain: Understood, remark: str | None) -> Understood | None:
    """Answer a remark that no open question may take for its answer."""
    mark = plain.text.strip() in ("?", "??")
    if mark and (play.conversation.prompts or _recent(play)):
        remark = "unclear"
    elif plain.intent in COMMANDS - {"help"}:
        return None
    if remark in IN_RATING:
        return _about_rating(play, plain, remark)
    if remark not in BEFORE:
        return _of_another_person(play, plain) if remark == "other_person" else None
    asked = play.conversation.prompts[-1] if play.conversation.prompts else None
    if remark == "unclear":
        return _explain(play, plain, asked)
    if remark == "again" and _recent(play) is None and asked is not None:
        play.ask_again(asked)
        return _heard(plain, "again")
    if remark == "standard_again":
        wished = "nn" if "nynorsk" in plain.text.lower() else "nb"
        play.change(standard=wished, standard_chosen=True, standard_doubts=0)
        if _recent(play) is None:
            return _run(play, plain, "switch_standard")
        return _run(play, plain, "again")
    names = {"robot": "bot_challenge"}
    return _run(play, plain, names.get(remark, remark))


def answer_late(play: Play, plain: Understood, remark: str | None) -> Understood | None:
    """Answer a remark that answered no open question."""
    if plain.intent in COMMANDS - {"help"}:
        return None
    if is_pleased(plain.text) and not play.form_is_open:
        remark = "acknowledged"
    prompts = play.conversation.prompts
    if prompts and prompts[-1].kind == "rating" and (heard := _rated_in_words(play, plain)):
        return heard
    if BARE_NUMBER.fullmatch(plain.text) and not _form_asks_in_words(play):
        if prompts and prompts[-1].kind != "rating":  # it fits none: the question is asked again
            return _heard(plain, "number")
        return _run(play, plain, "closed_prompt" if play.conversation.prompt_count else "choice")
    if remark in IN_PASSING or (remark == "when_answer" and play.form_is_open):
        return _said_in_passing(play, plain, remark)
    if named := NAMES_CASE.fullmatch(plain.text.strip(" ?.!")):
        entities = (Entity("ticket", f"S{named[1]}"),)
        return _run(play, msgspec.structs.replace(plain, entities=entities), "ticket_status")
    if _is_reason(play, plain):
        return _run(play, plain, _of_reason(play, plain))
    case = _case_meant(play, plain, remark)
    if case is not None:
        return case
    if plain.intent in ("nlu_fallback", "insult", "help", "question") and has_remark(
        plain.text, "lonely"
    ):
        return _run(play, plain, "lonely")
    if not play.form_is_open and _is_about_nothing(plain) and is_upset(plain.text):
        return _run(play, plain, "insult")
    return None


def _said_in_passing(play: Play, plain: Understood, remark: str) -> Understood | None:
    """«ok», «send»; in a form they are its own, but when it is answered can be told."""
    if not play.form_is_open:
        return _run(play, plain, remark)
    if remark == "when_answer":
        play.run(remark, _heard(plain, remark))
        return _heard(plain, remark)
    return _heard(plain, remark) if remark == "ready" else None


def preface(play: Play, plain: Understood) -> None:
    """A line of sympathy or calm before the answer."""
    if has_remark(plain.text, "grief"):
        play.preface = play.text_of("utter_condolence")
    elif plain.intent not in ("feedback", "concern") or play.form_is_open:
        return
    elif has_remark(plain.text, "young"):
        play.preface = play.text_of("utter_for_the_young")
    elif is_upset(plain.text):
        play.preface = play.text_of("utter_understood_anger")


def _heard(plain: Understood, intent: str) -> Understood:
    return msgspec.structs.replace(plain, intent=intent)


def _run(play: Play, plain: Understood, intent: str, **more: Any) -> Understood:
    heard = _heard(plain, intent)
    play.run(intent, heard, aside=play.form_is_open, **more)
    return heard


def _recent(play: Play) -> str | None:
    return recent_article(play.conversation, play.message.received_at)


def _explain(play: Play, plain: Understood, asked: Prompt | None) -> Understood:
    """The open question in other words; else the fuller text of what was answered last."""
    last = play.conversation.article
    newer = asked is not None and (last is None or asked.asked_at >= last.at)
    if asked is None or not (newer or _recent(play) is None):
        return _run(play, plain, "unclear")
    if asked.kind == "rating":
        return _run(play, plain, "half_rating")
    if not asked.choices:
        play.ask_again(asked)
    else:
        play.ask_again(asked, f"{play.text_of('utter_choose_by_number')}\n{asked.text}")
    return _heard(plain, "unclear")


def _of_another_person(play: Play, plain: Understood) -> Understood | None:
    """Somebody else has the phone: what was begun waits, and is not asked about."""
    if not play.form_is_open:
        return None
    play.preface = play.text_of("utter_other_person")
    intent = "question" if plain.intent == "question" else "greet"
    return _run(play, plain, intent)


def _about_rating(play: Play, plain: Understood, remark: str | None) -> Understood | None:
    """«eg har ikkje vore der», «kven får sjå svaret?», while a rating is the latest question."""
    prompts = play.conversation.prompts
    if not prompts or prompts[-1].kind != "rating" or plain.intent == "wrong_recipient":
        return None
    if remark == "about_rating":
        return _run(play, plain, "about_rating")
    return _run(play, plain, "rating_unknown", data=prompts[-1].data)


def _rated_in_words(play: Play, plain: Understood) -> Understood | None:
    """«kjempebra», «legen var flink»: kept as the comment until the number comes."""
    prompt = play.conversation.prompts[-1]
    short = len(plain.text.split()) <= ANSWERED_IN_WORDS
    own = _names_none(plain) or plain.unit == prompt.data.get("unit")
    told = plain.intent == "feedback"
    praised = told and own and plain.kind == "praise"
    short_told = told and _names_none(plain)
    spoken = short and (short_told or find_remark(plain.text) == "acknowledged")
    if not (praised or spoken or plain.intent == "affirm") or plain.text.strip().endswith("?"):
        return None
    if plain.intent != "affirm":
        said = msgspec.structs.replace(prompt, data={**prompt.data, "said": plain.text})
        kept = tuple(said if p.number == prompt.number else p for p in play.conversation.prompts)
        play.change(prompts=kept)
    return _run(play, plain, "half_rating")


def _form_asks_in_words(play: Play) -> bool:
    prompts = play.conversation.prompts
    return bool(prompts) and prompts[-1].kind == "form" and not prompts[-1].choices


def _is_reason(play: Play, plain: Understood) -> bool:
    """Whether words that name nothing else say why a number was given just before."""
    rated = play.conversation.rating
    if rated is None or play.form_is_open or play.message.received_at - rated.at > REASON_WITHIN:
        return False
    last = play.conversation.article
    overtaken = last is not None and last.at > rated.at
    newer = any(t.opened_at > rated.at and t.id != rated.ticket for t in play.conversation.tickets)
    told = plain.intent == "feedback" and plain.kind in REASONS
    little = plain.intent == "nlu_fallback" and plain.kind != "question"
    told = told or (little and 1 < len(plain.text.split()) <= REASON_IN_WORDS)
    if overtaken or newer or not told or plain.text.strip().endswith("?"):
        return False
    return _names_none(plain) or plain.service == rated.service or plain.unit == rated.unit


def _of_reason(play: Play, plain: Understood) -> str:
    """«ja, dei kom for seint»: a reason, and an answer to whether contact is wanted."""
    offers = [p for p in play.conversation.prompts if p.choices[:1] and _offers_contact(p)]
    said = find_answer(plain.text)
    if not offers or said is None:
        return "rating_reason"
    play.close(*offers)
    return "want_contact" if said == "affirm" else "rating_reason_alone"


def _offers_contact(prompt: Prompt) -> bool:
    return prompt.choices[0].payload == "/want_contact"


def _case_meant(play: Play, plain: Understood, remark: str | None) -> Understood | None:
    """Words about a case that was sent: when it is answered, or more about it."""
    case = play.conversation.open_case
    if case is None or play.form_is_open or plain.emergency:
        return None
    if remark == "when_answer":
        return _run(play, plain, "ticket_status")
    if any(entity.entity == "ticket" for entity in plain.entities) or plain.intent not in TOLD:
        return None
    if remark == "more_on_case" or (_follows_answer(play, case) and _names_none(plain)):
        return _run(play, plain, "more_on_case")
    return None


def _follows_answer(play: Play, case: OwnTicket) -> bool:
    """Whether the last that was said was the unit's answer in this case."""
    if case.answered_at is None or play.message.received_at - case.answered_at > EXPECTS_MORE:
        return False
    last = play.conversation.article
    return last is None or last.at < case.answered_at


def _names_none(plain: Understood) -> bool:
    return plain.service is None and plain.unit is None


def _is_about_nothing(plain: Understood) -> bool:
    """Anger that tells no matter: there is nothing yet to send or to look up."""
    little = len(plain.text.split()) <= ANSWERED_IN_WORDS or plain.confidence < HARDLY_TOLD
    told = plain.intent in ("nlu_fallback", "help", "insult", "talk_to_human") or (
        plain.intent == "feedback" and little
    )
    return told and _names_none(plain)


def which_question(play: Play, prompts: dict[int, Prompt], data: dict[str, Any]) -> None:
    """Ask what a number was meant for."""
    digit, rating, other = data["digit"], data["rating"], data["other"]
    rated = play.text_of("utter_the_rating", given_rating=str(digit))
    title = _title(play, prompts[other], digit)
    if prompts[other].kind == "rating":
        rated = _title(play, prompts[rating], digit)
    choices = [
        Choice(title=rated, payload=f"p{rating}:{digit - 1}"),
        Choice(title=title, payload=f"p{other}:{digit - 1}"),
    ]
    play.ask(play.text_of("utter_which_question"), choices)


def _title(play: Play, prompt: Prompt, digit: int) -> str:
    """What a number says to a question: the line of that number, or «4 til helsestasjon»."""
    if prompt.kind != "rating":
        return prompt.choices[digit - 1].title
    town = play.edition.municipality
    service = town.services.get(str(prompt.data.get("service")))
    named = service or town.units[str(prompt.data["unit"])]
    return f"{digit} til {within_sentence(named.name[play.standard])}"
