"""Decisions that are the death of the process which decides. It must not be that of the tests."""

from __future__ import annotations

import os
import signal
import sys
import time

import msgspec
from small_decide import decide

from dialogue.conversation import Conversation
from dialogue.decision import Decision
from dialogue.messages import Numbered, PersonMessage
from dialogue.replies import Reply


def decide_or_die(conversation: Conversation, message: Numbered) -> Decision:
    """As the small decision, but some words end the process, or its answers."""
    words = message.body.text if isinstance(message.body, PersonMessage) else ""
    if words == "die" and "pytest" not in sys.modules:
        os.kill(os.getpid(), signal.SIGKILL)
    if words == "hang":
        time.sleep(60)
    return decide(conversation, message)


def decide_newer(conversation: Conversation, message: Numbered) -> Decision:
    """Of another edition, which its answers tell."""
    decision = decide_or_die(conversation, message)
    return msgspec.structs.replace(decision, edition="newer", replies=(Reply(text="newer"),))
