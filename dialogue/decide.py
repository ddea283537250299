"""The one door of the dialogue: `decide`, a pure function.

The same conversation, message and edition give the same decision, whatever the channel,
process or day; `Numbered.received_at` is the time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from dialogue.code_answers import answer_codes
from dialogue.consents import ended_with, marked
from dialogue.conversation import Conversation
from dialogue.decision import Decide, Decision
from dialogue.edition import Edition
from dialogue.follow_up import asks_further
from dialogue.grown_ups import is_of_grown_up
from dialogue.loop_guard import guard
from dialogue.mending import answer_failure, mend_silence
from dialogue.messages import Numbered, PersonMessage, ServiceEvent
from dialogue.next_matter import begin_next_matter, told_apart
from dialogue.partiality import names_partiality
from dialogue.play import Play
from dialogue.prompts import (
    COMMANDS,
    WHICH_ONE,
    WHICH_QUESTION,
    Answer,
    by_button,
    by_words,
    still_open,
)
from dialogue.remarking import answer_first, answer_late, preface, which_question
from dialogue.shaping import shape
from dialogue.standards import follow_standard
from dialogue.wrong_answer import reported_wrong
from dialogue.young_writer import answer_not_at_home
from intents.remarks import find_remark, has_remark
from intents.understand import hear, understand_heard
from intents.understood import Understood
from knowledge.search import search

__all__ = ["Decide", "Decision", "decide", "decide_failure"]

SURE_ENOUGH = 0.6  # calibrated confidence below which an intent is looked up, not acted on
MOST_PARTS = 3  # questions of one message that are answered one by one
OVERTAKING = frozenset({"question", "feedback", "concern", "nlu_fallback", "talk_to_human"})
NEIGHBOURS = frozenset({"da", "sv"})  # understood well enough to be answered in Norwegian
ASKS_WHY = re.compile(
    r"\s*(?:sak\w*\s+)?(?:S\d+[a-z]?\W+)?(?:kvifor|hvorfor|koffor|korfor|koffer)\b", re.IGNORECASE
)
FEW_WORDS = 5
TELLS_OF_WORKPLACE = re.compile(
    r"\b(?:sier|seier|si|seie|melder|melde|varsler|varslar|varsle)\b.{0,12}\b(?:fra|frå|om)\b|\bvarsl",
    re.IGNORECASE,
)
QUIET = frozenset(
    {"emergency", "stop", "start", "wrong_recipient", "autoreply", "forget_confirmed"}
)
NOTHING_SAID = Understood(
    text="", standard="nb", standard_sure=False, language="nb", intent="", confidence=1.0
)
# Answered for what they are, whatever their words say; only danger comes before.
UNREAD_KINDS = frozenset({"media", "location", "contact", "edited", "group", "too_long"})


def decide(edition: Edition, conversation: Conversation, message: Numbered) -> Decision:
    """Decide what one message leads to."""
    prompts = still_open(conversation, message.received_at)
    if len(prompts) < len(conversation.prompts):
        conversation = msgspec.structs.replace(conversation, prompts=prompts)
    play = Play(edition, conversation, message)
    body = message.body
    if isinstance(body, ServiceEvent):
        heard = NOTHING_SAID
        play.run_event(body.name, body.data, heard)
    else:
        heard = _hear(play, body)
        begin_next_matter(play)
        mend_silence(play, heard)
    if isinstance(body, PersonMessage):
        answer_failure(play)
        if body.is_answered:
            play.replies.clear()
    replies = shape(play, introduce=heard.intent not in QUIET)
    urgent = heard.intent == "emergency"
    guarded = guard(play.conversation.said, replies, message.received_at, urgent=urgent)
    effects, consents = ended_with(play.effects, conversation.consents, play.conversation.consents)
    sent = marked(guarded.replies, body.data if isinstance(body, ServiceEvent) else {})
    return Decision(
        conversation=msgspec.structs.replace(
            play.conversation, said=guarded.said, consents=consents
        ),
        replies=sent,
        effects=effects,
        events=tuple(play.events),
        edition=edition.version,
        understood=heard,
        stopped=guarded.stopped,
        rules=tuple(play.rules),
    )


def decide_failure(edition: Edition, conversation: Conversation, message: Numbered) -> Decision:
    """What a person is told when `decide` itself has failed; the state stays as it was."""
    play = Play(edition, conversation, message)
    if isinstance(message.body, PersonMessage):
        play.failed_action = "decide"
        answer_failure(play)
    return Decision(conversation=conversation, replies=tuple(play.replies), edition=edition.version)


def _hear(play: Play, body: PersonMessage) -> Understood:
    """Understand a person's message and let the flows answer."""
    language = play.edition.language
    read = hear(body.text, language, known_standard=play.standard)

    def again(expecting: str | None, choices: Sequence[str]) -> Understood:
        return understand_heard(read, language, expecting=expecting, choices=choices)  # type: ignore[arg-type]

    plain = again(None, ())
    if plain.emergency is not None:
        plain = msgspec.structs.replace(plain, intent="emergency")
        follow_standard(play, plain)
        play.run("emergency", plain, aside=True)
        return plain
    if body.kind == "button" and body.payload:
        return _press(play, body.payload, plain)
    if body.kind == "reaction":
        return _react(play, body, plain)
    if body.kind in UNREAD_KINDS:
        play.run(body.kind, plain)
        return plain
    follow_standard(play, plain)
    if (heard := answer_codes(play, plain)) is not None:
        return heard
    remark = find_remark(plain.text)
    heard = answer_not_at_home(play, plain) or answer_first(play, plain, remark)
    if heard is None:
        answer = by_words(play.conversation.prompts, plain, remark, again)
        heard = _follow(play, answer) if answer else answer_late(play, plain, remark)
    if heard is None:
        preface(play, plain)
        heard = _listen(play, plain)
    if body.attachments:
        play.run("media_with_text", heard, aside=True)
        play.replies.insert(0, play.replies.pop())
        play.articles = {place + 1: article for place, article in play.articles.items()}
    if plain.possible_emergency and heard.kind != "concern" and heard.intent in OVERTAKING:
        play.run("possible_emergency", plain, aside=True)
    return heard


def _press(play: Play, payload: str, plain: Understood) -> Understood:
    answer = by_button(play.conversation.prompts, payload, plain)
    if answer is not None:
        return _follow(play, answer)
    play.run("closed_prompt", plain, aside=True)
    return plain


def _react(play: Play, body: PersonMessage, plain: Understood) -> Understood:
    """A thumbs down at an answer reports it. At anything else it is heard in silence."""
    known = next((a for a in play.conversation.answered if str(a.number) == body.about), None)
    heard = msgspec.structs.replace(plain, intent="wrong_answer" if known else "reaction")
    if known is not None:
        play.run("wrong_answer", heard, data={"answered": known.number})
    return heard


def _follow(play: Play, answer: Answer) -> Understood:
    """Go on with what an open question was answered."""
    prompts = {prompt.number: prompt for prompt in play.conversation.prompts}
    if answer.payload == WHICH_ONE:
        play.ask_again(answer.prompt, play.text_of("utter_which_one"))
        return msgspec.structs.replace(answer.understood, intent="which_one")
    if answer.payload == WHICH_QUESTION:
        which_question(play, prompts, answer.data)
        return msgspec.structs.replace(answer.understood, intent="which_question")
    play.close(*(p for p in prompts.values() if any(c.payload[:1] == "p" for c in p.choices)))
    if answer.prompt.kind == "choice":
        play.close(answer.prompt)
    intent, entities = _parse(answer.payload)
    heard = msgspec.structs.replace(answer.understood, intent=intent)
    play.run(intent, heard, entities=entities, data=answer.data)
    return heard


def _listen(play: Play, plain: Understood) -> Understood:
    """Hear a message that answers no open question."""
    parts = [part for part in plain.parts if part.intent in OVERTAKING]
    if len(parts) < 2 or play.form_is_open:
        return _run_plain(play, plain)
    told = [part for part in parts if part.intent != "question" and not _is_grief(play, part)]
    if not told and has_remark(plain.text, "grief"):
        return _run_plain(play, msgspec.structs.replace(plain, intent="question", kind="question"))
    asked = [part for part in parts if part.intent == "question"][:MOST_PARTS]
    # What is told goes last, for its form asks; and whole, so that nothing is lost.
    if told:
        answered = [part for part in asked if is_answered(play, part)]
        for part in answered:
            _run_plain(play, part)
        if not asked and (two := told_apart(plain, told)) is not None:
            _run_plain(play, two[0], next_matter=two[1])
            return plain
        weightiest = max(told, key=lambda part: part.kind != "praise")
        _run_plain(play, msgspec.structs.replace(weightiest, text=plain.text))
        return plain
    for part in sorted(asked, key=lambda part: not is_answered(play, part)):
        if play.asks:
            break
        _run_plain(play, part)
    return plain


def _is_grief(play: Play, part: Understood) -> bool:
    """Praise that is read into the news of a death."""
    return play.preface is not None and part.kind == "praise" and has_remark(part.text, "grief")


def is_answered(play: Play, part: Understood) -> bool:
    """Whether a question has its own answer."""
    return search(play.edition.index, part.text, play.standard).outcome == "answer"


def _run_plain(play: Play, heard: Understood, next_matter: str = "") -> Understood:
    further = play.answered_last and not play.form_is_open and asks_further(heard)
    intent = "question" if further else _intent_of(play, heard)  # «kva med vaksne?»
    heard = msgspec.structs.replace(heard, intent=intent)
    if intent == "feedback" and heard.kind in ("question", "concern") and not play.form_is_open:
        sensitive = "health" if heard.kind == "concern" else heard.sensitive  # for a grown-up
        heard = msgspec.structs.replace(heard, kind="complaint", sensitive=sensitive)
    if intent in OVERTAKING:
        play.close(*(p for p in play.conversation.prompts if p.kind == "choice"))
    if intent == "switch_standard":
        wished = next((e.value for e in heard.entities if e.entity == "standard"), None)
        if wished in ("nb", "nn"):
            play.change(standard=wished, standard_chosen=True, standard_doubts=0)
    if intent == "wrong_recipient":  # what was asked, was asked of somebody else
        play.close(*(p for p in play.conversation.prompts if p.kind != "form"))
    before = len(play.replies)
    data = {"next": next_matter} if next_matter else {}
    play.run(intent, heard, data=data, aside=intent in ("stop", "start"))
    understood_little = intent == "nlu_fallback" and len(play.replies) > before
    misunderstood = play.conversation.misunderstood + 1 if understood_little else 0
    if misunderstood != play.conversation.misunderstood:
        play.change(misunderstood=misunderstood)
    return heard


def _intent_of(play: Play, heard: Understood) -> str:
    """The intent that the flows know, of what was understood."""
    if not heard.text.strip():
        return "empty"
    if heard.intent in COMMANDS or heard.intent == "why":
        return heard.intent
    report = None if play.form_is_open else reported_wrong(heard.text)
    if report is not None and play.answered_last:
        return "wrong_answer"
    if any(entity.entity == "emoji_only" for entity in heard.entities):
        return "emoji_only"
    if report is not None and report.again is None:
        return "talk_to_human"  # nothing of ours to mend: somebody else may
    if heard.standard == "other" and heard.language not in NEIGHBOURS:
        return "other_language"
    if heard.kind == "concern" and heard.intent == "feedback" and not is_of_grown_up(heard):
        return "concern"
    if play.form_is_open and heard.intent == "dont_know" and len(heard.text.split()) > FEW_WORDS:
        return "feedback"  # «eg vil ikkje at mor skal vite det» is more of the matter
    if heard.role == "employee" and TELLS_OF_WORKPLACE.search(heard.text):
        return "feedback"
    named = next((e.value for e in heard.entities if e.entity == "ticket"), None)
    own = {ticket.id.upper() for ticket in play.conversation.tickets}
    if not play.form_is_open and names_partiality(heard.text):
        return "objection" if own else "feedback"  # without a case, it becomes one
    if named is not None and str(named).upper() in own:
        return "why" if ASKS_WHY.match(heard.text) else "ticket_status"
    if heard.confidence < SURE_ENOUGH or _only_names(heard):
        return "nlu_fallback"
    return heard.intent


def _only_names(heard: Understood) -> bool:
    """Whether the message is only the name of a service or unit: it is looked up."""
    name = heard.text.strip(" .,!?")
    return any(
        entity.entity in ("service", "unit") and entity.end - entity.start >= len(name)
        for entity in heard.entities
    )


def _parse(payload: str) -> tuple[str, list[dict[str, Any]]]:
    """``/inform{"slot": value}`` as intent and entities."""
    name, brace, rest = payload.removeprefix("/").partition("{")
    entities = msgspec.json.decode(brace + rest) if brace else {}
    return name, [{"entity": key, "value": value} for key, value in entities.items()]
