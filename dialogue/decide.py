"""The one door of the dialogue: `decide`, a pure function."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from dialogue.conversation import Conversation
from dialogue.effects import Effect
from dialogue.messages import Numbered
from dialogue.replies import Reply


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one message leads to. Commits as a whole or not at all.

    `events` are the conversation's events of this turn in Rasa's form (for traces).
    `edition` is the version of the content that decided.
    """

    conversation: Conversation
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    events: tuple[dict[str, object], ...] = ()
    edition: str = ""


Decide = Callable[[Conversation, Numbered], Decision]
