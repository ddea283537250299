"""Somebody who reads a thread of messages and knows which questions wait in it.

The oracle of the interleaved prompts: it sees what was said, and nothing of the bot's state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dialogue.decision import Decision
from dialogue.replies import Reply

CASE = re.compile(r"S\d+ ")


@dataclass
class Seen:
    """A question that the reader has seen: what it is, its lines, and its buttons."""

    kind: str
    lines: list[str]
    payloads: list[str]
    about: str = ""


@dataclass
class Reader:
    """Somebody who reads what was said, and nothing else."""

    open: list[Seen] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)  # the ratings, since the latest was asked

    def latest(self) -> Seen | None:
        return self.open[-1] if self.open else None

    def ratings(self) -> list[Seen]:
        return [one for one in self.open if one.kind == "rating"]

    def takes(self, digit: int) -> list[Seen]:
        return [one for one in self.open if digit <= len(one.payloads)]

    def close(self, question: Seen) -> None:
        self.open = [one for one in self.open if one is not question]
        self.reminded = [one for one in self.reminded if one != question.about]

    def reads(self, decision: Decision, about: str = "") -> None:
        """See what was said: the question at its end is the latest from now on."""
        for reply in decision.replies[-1:]:
            if not reply.choices:
                return
            kind = kind_of(reply)
            seen = Seen(kind, [c.title for c in reply.choices], [c.payload for c in reply.choices])
            seen.about = about
            group = kind.partition("-")[0]
            if kind != "rating":
                self.open = [
                    o for o in self.open if not same_place(o.kind.partition("-")[0], group)
                ]
            self.open.append(seen)
            self.reminded = []


def same_place(first: str, second: str) -> bool:
    """Whether a new question takes the place of an older one: forms of forms, the other
    questions of each other; «kva svarte du på?» of none."""
    if first == "rating" or second == "which":
        return False
    return (first == "form") == (second == "form")


def kind_of(reply: Reply) -> str:
    """What is asked, as a reader knows it: by the words, and by the lines to choose from."""
    if reply.purpose == "rating_request":
        return "rating"
    if all(CASE.match(choice.title) for choice in reply.choices):
        return "cases"
    last = reply.text.splitlines()[-1]
    known = {
        "Vil du ha svar her?": "form-contact", "Skal eg sende det?": "form-confirm",
        "Kva vil du endre?": "form-change", "Meinte du:": "menu", "Kva svarte du på?": "which",
        "framfor.": "menu",
    }  # fmt: skip
    return next((kind for ending, kind in known.items() if last.endswith(ending)), "offer")
