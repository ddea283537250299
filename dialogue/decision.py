"""What `decide` returns: values only, so that the store need not know the flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from dialogue.conversation import Conversation
from dialogue.effects import Effect
from dialogue.messages import Numbered
from dialogue.replies import Reply
from intents.understood import Understood


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one message leads to. Commits as a whole or not at all.

    `events` are the conversation's events of this turn in Rasa's form (for traces).
    `edition` is the version of the content that decided; `understood` what was heard.
    `stopped` counts replies that were held back because they had been said too often;
    `rules` names the rules of the flows that led here.
    """

    conversation: Conversation
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    edition: str = ""
    understood: Understood | None = None
    stopped: int = 0
    rules: tuple[str, ...] = ()


Decide = Callable[[Conversation, Numbered], Decision]
