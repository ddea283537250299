"""Hearing the answer to a code that was asked for: the code, no, a yes without it."""

from __future__ import annotations

import msgspec

from dialogue.asked_code import TOLD_LATE, AskedCode, code_in
from dialogue.consent_answers import NO, YES_ALONE, answer_consent
from dialogue.consents import open_request
from dialogue.play import Play
from intents.understood import Understood

FEW_WORDS = 6


def answer_codes(play: Play, plain: Understood) -> Understood | None:
    """What answers a code of ours, or is said about a consent; an open form hears of neither."""
    asked = play.conversation.asked_code
    intent = None if asked is None else _answered(play, plain, asked)
    if intent is None:
        return answer_consent(play, plain)
    heard = msgspec.structs.replace(plain, intent=intent)
    play.run(intent, heard, data={"code": code_in(plain.text) or ""}, aside=True)
    return heard


def _answered(play: Play, plain: Understood, asked: AskedCode) -> str | None:
    """The intent. A bare code is always for this one, so that each wrong one counts; a code
    after JA is for the consent that is open, if one is."""
    at = play.message.received_at
    request = open_request(play.conversation.consents, at)
    if code_in(plain.text) is not None and at <= asked.answer_by + TOLD_LATE:
        bare = plain.text.strip()[:1].isdigit() or request is None
        return "forget_confirmed" if bare else None
    if not asked.is_open(at) or len(plain.text.split()) > FEW_WORDS:
        return None
    prompts = play.conversation.prompts
    since = [prompts[-1].asked_at] if prompts else []
    if any(
        moment > asked.asked_at for moment in [*since, *([request.asked_at] if request else [])]
    ):
        return None  # something else was asked later
    if NO.fullmatch(plain.text) or plain.intent == "cancel":
        return "forget_declined"
    return "forget_unclear" if YES_ALONE.fullmatch(plain.text) else None
