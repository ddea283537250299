"""A second matter, told while the form is open for the first.

Added to the first one's text it would go to a unit that can do nothing with it. So the person
is asked whether it is the same case, and if not, it is begun when the first is done.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.interfaces import Tracker

from dialogue.flows.feedback.wishes import is_wish
from dialogue.tickets import UNKNOWN_SERVICE
from dialogue.turn import turn_of
from intents.understood import Understood

NEXT = "feedback_next"  # the words of the second matter
APART = "feedback_apart"  # "apart" when it is a case of its own; empty until that was said
LEAST_WORDS = 4  # fewer only name a service
# While these are asked for, a service that is named is the answer, or a new text for the first.
ASKED_FOR_THE_FIRST = ("feedback_text", "feedback_service", "feedback_change")
_SAME = re.compile(r"\bsam(?:e|me)\b|\b(?:ei|en|ein|éi|én) sak\b|\bheng\w* saman|\bhenger sammen")
_APART = re.compile(
    r"\b(?:to|2) (?:sak|ting|ulik|forskjellig)|\b(?:anna|annen|annan|ny|egen|eigen|eiga|eiget)\b"
    r"|\bnoko anna|\bnoe annet|\bikk?je? (?:det )?sam(?:e|me)\b|\bkvar for seg|\bhver for seg"
)


def tells_another(understood: Understood, tracker: Tracker) -> bool:
    """Whether a message tells of a matter of another unit than the form's."""
    requested = tracker.get_slot("requested_slot")
    if understood.intent != "feedback" or requested in ASKED_FOR_THE_FIRST:
        return False
    if is_wish(understood.text):
        return False
    if requested == APART:
        return said_of_it(understood.text) is None
    services = turn_of(tracker).edition.municipality.services
    first = services.get(str(tracker.get_slot("feedback_service") or UNKNOWN_SERVICE))
    named = services.get(str(understood.service))
    unit = named.unit if named else understood.unit
    long = len(understood.text.split()) >= LEAST_WORDS
    return first is not None and unit is not None and unit != first.unit and long


def noted(understood: Understood, tracker: Tracker) -> dict[str, Any]:
    """The second matter, with what is said of it while we ask."""
    so_far = tracker.get_slot(NEXT)
    return {NEXT: f"{so_far}\n{understood.text}" if so_far else understood.text}


def is_told(tracker: Tracker) -> bool:
    """Whether there is a second matter, so that the form needs to know if it is a case apart."""
    return bool(tracker.get_slot(NEXT))


def said_of_it(text: str) -> str | None:
    """«det er to saker», «same sak».

    >>> said_of_it("det er to saker"), said_of_it("same"), said_of_it("ikkje same sak")
    ('apart', 'same', 'apart')
    """
    plain = text.lower()
    if _APART.search(plain):
        return "apart"
    return "same" if _SAME.search(plain) else None


def decided(value: Any, tracker: Tracker) -> dict[str, Any]:
    """What the answer leads to: one text, or two cases after each other."""
    if value != "same":
        return {APART: "apart" if value == "apart" else None}
    both = f"{tracker.get_slot('feedback_text')}\n{tracker.get_slot(NEXT)}"
    return {APART: None, NEXT: None, "feedback_text": both}
