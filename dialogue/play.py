"""One turn while it is being played: flows are run, and what they say is gathered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import msgspec

from dialogue.asked_code import AskedCode
from dialogue.consents import AskedConsent, remember
from dialogue.conversation import (
    Answered,
    Conversation,
    LastArticle,
    LastRating,
    OwnTicket,
    Prompt,
    begin,
)
from dialogue.edition import Edition
from dialogue.effects import Effect, Forget, OptIn, OptOut, from_json
from dialogue.executor import Turn as ExecutedTurn
from dialogue.executor import UserTurn
from dialogue.messages import Numbered
from dialogue.prompts import HIGHEST_RATING, LOWEST_RATING, numbered, reminded, without_rating
from dialogue.replies import Choice, Purpose, Reply
from dialogue.responses import chosen, said
from dialogue.tracker import TrackerState
from dialogue.turn import TurnContext
from intents.understood import Understood

MOST_TICKETS = 20  # of a conversation's own that it remembers
MOST_ANSWERED = 3
LONGEST_QUESTION = 200  # characters of a question that are remembered with its answer
FORM_SLOT = "requested_slot"
FILLS_FORM = "/inform"  # the payload of an answer to a form's own question
EVENTS_OF_FORMS = frozenset({"form_expired"})


class Play:
    """Runs flows for one message and keeps what came of them.

    Lives for one call of `decide` and is never seen outside it.
    """

    def __init__(self, edition: Edition, conversation: Conversation, message: Numbered) -> None:
        self.edition = edition
        self.conversation = conversation
        self.message = message
        self.replies: list[Reply] = []
        self.effects: list[Effect] = []
        self.events: list[dict[str, Any]] = []
        self.rules: list[str] = []
        self.purpose: Purpose = "answer"
        self.failed_action: str | None = None
        self.articles: dict[int, str] = {}  # the article that a reply is, by the reply's place
        self.preface: str | None = None  # a line that comes before the first reply
        self._rating_data: dict[str, Any] | None = None

    @property
    def standard(self) -> Literal["nb", "nn"]:
        """The standard to write in: the person's, else the municipality's."""
        return self.conversation.standard or self.edition.municipality.standard

    @property
    def asks(self) -> bool:
        """Whether this turn has asked something already."""
        return any(reply.choices for reply in self.replies)

    @property
    def form_is_open(self) -> bool:
        return self.conversation.tracker.active_loop is not None

    @property
    def answered_last(self) -> bool:
        """Whether an article was the last that was answered to a question."""
        return self.conversation.tracker.slots.get("answered_article") is not None

    def change(self, **values: Any) -> None:
        """Change the conversation's state."""
        self.conversation = msgspec.structs.replace(self.conversation, **values)

    def run(
        self,
        intent: str,
        understood: Understood,
        *,
        entities: Sequence[dict[str, Any]] = (),
        data: dict[str, Any] | None = None,
        aside: bool = False,
    ) -> None:
        """Let the flows answer one intent.

        `data` is what a rating or a service event is about. `aside`: an open form neither
        hears of it nor asks again.
        """
        done = self.edition.executor.message(
            self._tracker(aside=aside),
            UserTurn(text=understood.text, intent=intent, entities=tuple(entities)),
            self.conversation.channel,
            self.message.received_at,
            context=self._context(understood, data or {}),
        )
        self._gather(done, aside=aside)

    def run_event(self, name: str, data: dict[str, Any], understood: Understood) -> None:
        """Let the flows answer a service event.

        An open form hears of none but its own: in Rasa any other would be taken for an
        answer to what it asks, or make it ask again.
        """
        aside = name not in EVENTS_OF_FORMS
        done = self.edition.executor.external(
            self._tracker(aside=aside),
            name,
            (),
            self.conversation.channel,
            self.message.received_at,
            context=self._context(understood, data),
        )
        self._gather(done, aside=aside)

    def text_of(self, response: str, **values: str) -> str:
        """A response in the conversation's standard."""
        slots = {**self.edition.spoken[self.standard], **values}
        variation = chosen(self.edition.bot.responses[response], slots, self.conversation.channel)
        return "" if variation is None else str(said(variation, slots)["text"])

    def _context(self, understood: Understood, data: dict[str, Any]) -> TurnContext:
        return TurnContext(
            edition=self.edition,
            understood=understood,
            conversation=self.conversation,
            standard=self.standard,
            number=self.message.number,
            secret=self.message.secret,
            at=self.message.received_at,
            data=data,
        )

    def _tracker(self, *, aside: bool) -> TrackerState:
        """What the flows start from: an aside knows of no form."""
        executor = self.edition.executor
        start = self.conversation.tracker
        if aside or start == executor.fresh():
            return self.edition.begun[self.standard]
        if executor.unknown(start) is not None:  # a flow was changed under the conversation
            self.replies.append(Reply(text=self.text_of("utter_started_over")))
        return executor.with_slots(start, self.edition.spoken[self.standard])

    def _gather(self, done: ExecutedTurn, *, aside: bool) -> None:
        if not aside:
            executor = self.edition.executor
            heard = executor.listening(done.tracker) if done.limit_reached else done.tracker
            self.change(tracker=executor.compact(heard))
        self.events.extend(done.events)
        self.rules.extend(done.rules)
        self.failed_action = self.failed_action or done.failed_action
        last_said: int | None = None
        for part in done.messages:
            custom = part.get("custom")
            if custom:
                self._carry_out(custom)
            if part.get("text"):
                self._say(str(part["text"]).strip(), part.get("buttons") or (), aside=aside)
                last_said = len(self.replies) - 1
        if self._rating_data is not None and last_said is not None:
            self._open_rating(last_said, self._rating_data)
        self._rating_data = None
        if not aside:
            self._keep_form_prompt(last_said)

    def _carry_out(self, custom: dict[str, Any]) -> None:
        effect = from_json(custom)
        if effect is not None:
            self._take_effect(effect)
        elif "rating_prompt" in custom:
            self._rating_data = custom["rating_prompt"]
        elif "rating_closed" in custom:
            self.change(prompts=without_rating(self.conversation.prompts, custom["rating_closed"]))
        elif "rating_reminded" in custom:
            encounter, at = custom["rating_reminded"], self.message.received_at
            self.change(prompts=reminded(self.conversation.prompts, encounter, at))
        elif "rated" in custom:
            self.change(rating=msgspec.convert(custom["rated"], LastRating))
        elif "purpose" in custom:
            self.purpose = cast(Purpose, custom["purpose"])
        elif "answered" in custom:
            said = msgspec.convert(custom["answered"], Answered)
            self.change(answered=(*self.conversation.answered, said)[-MOST_ANSWERED:])
            self._say_article(said)
        elif "reported" in custom:
            left = (a for a in self.conversation.answered if a.number != custom["reported"])
            self.change(answered=tuple(left))
        elif "consent" in custom:
            asked = msgspec.convert(custom["consent"], AskedConsent)
            self.change(consents=remember(self.conversation.consents, asked))
        elif "asked_code" in custom:
            self.change(asked_code=msgspec.convert(custom["asked_code"], AskedCode))
        elif "own_ticket" in custom:
            self._remember_ticket(msgspec.convert(custom["own_ticket"], OwnTicket))

    def _take_effect(self, effect: Effect) -> None:
        self.effects.append(effect)
        if isinstance(effect, OptOut | OptIn):
            self.change(opted_out=isinstance(effect, OptOut))
        elif isinstance(effect, Forget):
            fresh = begin(self.conversation.channel)
            self.conversation = msgspec.structs.replace(
                fresh, opted_out=self.conversation.opted_out, standard=self.conversation.standard
            )

    def _remember_ticket(self, ticket: OwnTicket) -> None:
        others = [known for known in self.conversation.tickets if known.id != ticket.id]
        self.change(tickets=(*others, ticket)[-MOST_TICKETS:])

    def _say(self, text: str, buttons: Sequence[dict[str, str]], *, aside: bool) -> None:
        if not buttons:
            self.replies.append(Reply(text=text, purpose=self.purpose))
            return
        kind: Literal["form", "choice"] = (
            "form"
            if not aside and self._form_slot() and buttons[0]["payload"].startswith(FILLS_FORM)
            else "choice"
        )
        choices = tuple(Choice(title=b["title"], payload=b["payload"]) for b in buttons)
        number = self._open_prompt(kind, text=text, choices=choices)
        self.replies.append(
            Reply(text=text, choices=numbered(number, choices), purpose=self.purpose)
        )

    def _form_slot(self) -> str | None:
        return self.conversation.tracker.slots.get(FORM_SLOT)

    def ask(self, text: str, choices: Sequence[Choice]) -> None:
        """Ask which of the open questions was answered; they stay open."""
        number = self._open_prompt("choice", keep=True, text=text, choices=tuple(choices))
        self.replies.append(Reply(text=text, choices=numbered(number, choices)))

    def ask_again(self, prompt: Prompt, text: str | None = None) -> None:
        """Ask an open question once more, as it was asked or in other words: it is the latest."""
        others = (p for p in self.conversation.prompts if p.number != prompt.number)
        asked = msgspec.structs.replace(prompt, asked_at=self.message.received_at)
        self.change(prompts=(*others, asked))
        choices = numbered(prompt.number, prompt.choices)
        self.replies.append(Reply(text=text or prompt.text, choices=choices))

    def _say_article(self, said: Answered) -> None:
        self.articles[len(self.replies) - 1] = said.article
        question = said.question[:LONGEST_QUESTION]
        last = LastArticle(id=said.article, at=self.message.received_at, question=question)
        self.change(article=last)

    def _open_prompt(
        self, kind: Literal["choice", "rating", "form"], *, keep: bool = False, **values: Any
    ) -> int:
        number = self.conversation.prompt_count + 1
        prompt = Prompt(number=number, kind=kind, asked_at=self.message.received_at, **values)
        others = tuple(
            p for p in self.conversation.prompts if keep or p.kind == "rating" or p.kind != kind
        )
        self.change(prompts=(*others, prompt), prompt_count=number)
        return number

    def _open_rating(self, index: int, data: dict[str, Any]) -> None:
        scale = [
            Choice(title=str(value), payload="/rating")
            for value in range(LOWEST_RATING, HIGHEST_RATING + 1)
        ]
        number = self._open_prompt("rating", data=data)
        asked = self.replies[index]
        self.replies[index] = msgspec.structs.replace(
            asked, choices=numbered(number, scale), listed=False
        )
        if data.get("encounter"):
            self.change(rating_asked_at=self.message.received_at)

    def _keep_form_prompt(self, last_said: int | None) -> None:
        """A form that asks in plain words is an open question too; a closed one is none."""
        open_now = self.form_is_open and self._form_slot() is not None
        forms = [p for p in self.conversation.prompts if p.kind == "form"]
        if not open_now:
            self.close(*forms)
            return
        if last_said is not None and not self.replies[last_said].choices:
            self._open_prompt("form", text=self.replies[last_said].text)

    def close(self, *prompts: Prompt) -> None:
        """These questions are answered or overtaken."""
        if not prompts:
            return
        gone = {prompt.number for prompt in prompts}
        self.change(prompts=tuple(p for p in self.conversation.prompts if p.number not in gone))
