"""What is said while the form is open and is no answer to what it asks."""

from __future__ import annotations

from intents.understood import Understood

# Never what somebody wants sent, though the form waits for a text.
NO_TEXT = frozenset({
    "thank", "greet", "goodbye", "help", "cancel", "switch_standard", "bot_challenge", "forget_me",
    "start", "stop", "autoreply", "wrong_recipient", "empty",
})  # fmt: skip
# What an open question other than the form's was answered.
ANSWERS_ELSEWHERE = frozenset({
    "rating", "rating_declined", "rating_unknown", "want_contact", "no_contact", "choose_article",
    "ticket_status", "send_question", "drop_question", "forget_confirmed", "forget_declined",
    "add_to_case", "not_to_case", "none_of_them", "consent_yes", "consent_no", "consent_unclear",
    "forget_unclear",
})  # fmt: skip


def is_aside(understood: Understood) -> bool:
    """Whether the message is no answer to a question about the matter."""
    return understood.intent in {
        "thank", "greet", "goodbye", "help", "cancel", "switch_standard", "bot_challenge",
        "talk_to_human", "ticket_status", "forget_me", "start", "stop", "autoreply", "insult",
        "wrong_recipient", "feedback", "correct", "rating",
    }  # fmt: skip
